/**
 * Hosts for tests of the engine: each is a folder of its own in which scripts run by this machine's `sh`, with $HOME and
 * the working folder there. No link, no become; what a test wants to go wrong goes wrong by its own rules.
 */
import {spawn} from 'node:child_process';
import {chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Duplex} from 'node:stream';
import {TransportError, type TransportPhase} from '../../src/errors/index.js';
import type {Script} from '../../src/shell/index.js';
import type {
  ConnectionSpec,
  HostSession,
  ReconnectOptions,
  RunOptions,
  ScriptOutcome,
  SessionCounters,
  SessionPool,
  UploadContent,
  UploadOptions,
} from '../../src/transport/types.js';

/** What a test may change about a host while it runs. */
export interface FakeHostRules {
  /** Every request fails in this phase. */
  unreachable?: TransportPhase | undefined;
  /** Called with each script before it runs; may wait, change the host, or throw. */
  before?: ((script: Script, count: number) => void | Promise<void>) | undefined;
  /** Replaces the text of a script before it runs. */
  rewrite?: ((text: string) => string) | undefined;
  /** Called with each outcome, which it may replace. */
  after?: ((script: Script, outcome: ScriptOutcome) => ScriptOutcome | Promise<ScriptOutcome>) | undefined;
  /** What is reached at a port of the host. */
  forward?: ((address: string, port: number) => Duplex) | undefined;
  /** Called when the engine connects again; may throw. */
  reconnect?: ((options: ReconnectOptions) => void | Promise<void>) | undefined;
}

export class FakeSession implements HostSession {
  readonly counters: SessionCounters = {connects: 0, trips: 0, sentBytes: 0, receivedBytes: 0};
  /** Texts of the scripts that were sent, in order. */
  readonly scripts: string[] = [];
  readonly rules: FakeHostRules = {};
  /** How each request was to run, in order. */
  readonly options: RunOptions[] = [];
  readonly resets: ('shells' | 'link' | 'reconnect')[] = [];

  constructor(
    readonly host: string,
    /** The folder that stands for the host's file system. */
    readonly root: string,
  ) {}

  async run(script: Script, options: RunOptions = {}): Promise<ScriptOutcome> {
    this.#count();
    this.scripts.push(script.source);
    this.options.push(options);
    this.#checkLink();
    options.signal?.throwIfAborted();
    await this.rules.before?.(script, this.scripts.length);
    await mkdir(this.root, {recursive: true});
    const outcome = await runShell(this.root, this.rules.rewrite?.(script.source) ?? script.source, options);
    return (await this.rules.after?.(script, outcome)) ?? outcome;
  }

  async upload(content: UploadContent, remotePath: string, options: UploadOptions): Promise<void> {
    this.#count();
    this.#checkLink();
    const bytes = content.kind === 'bytes' ? content.bytes : await readFile(content.localPath);
    options.onProgress?.(bytes.length, bytes.length);
    const beside = `${this.#inside(remotePath)}.new`;
    await mkdir(path.dirname(beside), {recursive: true});
    await writeFile(beside, bytes);
    await chmod(beside, Number.parseInt(options.mode, 8));
    await rename(beside, this.#inside(remotePath));
  }

  async fetch(remotePath: string): Promise<Buffer> {
    this.#count();
    this.#checkLink();
    return readFile(this.#inside(remotePath));
  }

  /** Streams are in the test's hands. */
  async forward(address: string, port: number): Promise<Duplex> {
    this.#checkLink();
    const stream = this.rules.forward?.(address, port);
    if (stream === undefined) throw new TransportError({what: 'a fake host has no ports', phase: 'channel'});
    return stream;
  }

  async reconnect(options: ReconnectOptions): Promise<void> {
    this.resets.push('reconnect');
    this.counters.connects += 1;
    await this.rules.reconnect?.(options);
    this.#checkLink();
  }

  async reset({link = false}: {readonly link?: boolean} = {}): Promise<void> {
    this.resets.push(link ? 'link' : 'shells');
  }

  async close(): Promise<void> {}

  #count(): void {
    if (this.counters.connects === 0) this.counters.connects = 1;
    this.counters.trips += 1;
  }

  #inside(remotePath: string): string {
    return path.join(this.root, remotePath);
  }

  #checkLink(): void {
    const {unreachable: phase} = this.rules;
    if (phase !== undefined) throw new TransportError({what: `${this.host} does not answer`, phase});
  }
}

const nothing = Buffer.alloc(0);

async function runShell(root: string, text: string, options: RunOptions): Promise<ScriptOutcome> {
  const startedAt = performance.now();
  options.signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', text], {
      cwd: options.cwd ?? root,
      env: {HOME: root, ROOT: root, PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', ...options.environment},
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const lines = {stdout: '', stderr: ''};
    const take = (stream: 'stdout' | 'stderr', chunks: Buffer[]) => (chunk: Buffer) => {
      chunks.push(chunk);
      const [rest = '', ...whole] = `${lines[stream]}${chunk.toString()}`.split('\n').reverse();
      lines[stream] = rest;
      for (const line of whole.reverse()) options.onLine?.(stream, line);
    };
    child.stdout.on('data', take('stdout', stdout));
    child.stderr.on('data', take('stderr', stderr));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? nothing);
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It was over already.
      }
      reject(options.signal?.reason);
    };
    options.signal?.addEventListener('abort', end, {once: true});
    child.on('error', reject);
    child.on('close', (code) => {
      options.signal?.removeEventListener('abort', end);
      resolve({
        rc: code ?? 137,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr),
        truncated: false,
        durationMs: performance.now() - startedAt,
      });
    });
  });
}

/** A pool of such hosts, made as they are asked for. */
export class FakePool implements SessionPool {
  readonly #sessions = new Map<string, FakeSession>();

  private constructor(readonly folder: string) {}

  static async make(): Promise<FakePool> {
    return new FakePool(await mkdtemp(path.join(tmpdir(), 'quorate-hosts-')));
  }

  session({host}: Pick<ConnectionSpec, 'host'>): FakeSession {
    const known = this.#sessions.get(host);
    if (known !== undefined) return known;
    const session = new FakeSession(host, path.join(this.folder, host));
    this.#sessions.set(host, session);
    return session;
  }

  async close(): Promise<void> {
    await rm(this.folder, {recursive: true, force: true});
  }
}

/** What the engine sees of one host: scripts, files, forwarded connections, over a link that is made when first needed. */
import type {Duplex} from 'node:stream';
import {TransportError} from '../errors/index.js';
import type {Masker, Script} from '../shell/index.js';
import type {CompressedFiles} from './compressed_files.js';
import {fetchFile} from './fetch.js';
import {openForward} from './forward.js';
import {Link, type Refusals} from './link.js';
import {reconnect} from './reconnect.js';
import type {FrameJob, ShellSurroundings} from './remote_shell.js';
import {runFrame, runStreamed} from './run_frame.js';
import {combined, settles, sleep, within} from './timing.js';
import type {
  Become,
  Connection,
  ForwardOptions,
  HostSession,
  ReconnectOptions,
  RunOptions,
  ScriptOutcome,
  SessionCounters,
  UploadContent,
  UploadOptions,
} from './types.js';
import {uploadFile} from './upload.js';

export interface SessionDeps {
  readonly host: string;
  /** Makes a connection; throws TransportError, or the signal's reason. */
  readonly connect: (signal: AbortSignal) => Promise<Connection>;
  readonly nonce: () => string;
  readonly now: () => number;
  /** Fires when the whole run is given up. */
  readonly signal: AbortSignal | undefined;
  /** How long a shell may take to say that it is there. */
  readonly helloMs: number;
  readonly compressed: CompressedFiles;
  readonly masker: Masker | undefined;
}

const defaultCapture = 2 * 1024 * 1024;
/** More stdin than this goes through a channel of its own. */
const inlineStdin = 64 * 1024;
const defaultFetch = 64 * 1024 * 1024;
/** How long closing waits for what runs to be stopped on the host, and for the link to end. */
const stopMs = 5_000;
const closeMs = 5_000;

export class Session implements HostSession {
  readonly host: string;
  readonly counters: SessionCounters = {connects: 0, trips: 0, sentBytes: 0, receivedBytes: 0};
  readonly #deps: SessionDeps;
  readonly #around: ShellSurroundings;
  readonly #refusals: Refusals = new Map();
  /** Fires when the session is closed. */
  readonly #closing = new AbortController();
  readonly #active = new Set<Promise<unknown>>();
  #link: Promise<Link> | undefined;

  constructor(deps: SessionDeps) {
    this.host = deps.host;
    this.#deps = deps;
    const {host, nonce, now, helloMs} = deps;
    this.#around = {host, counters: this.counters, nonce, now, helloMs};
  }

  run(script: Script, options: RunOptions = {}): Promise<ScriptOutcome> {
    const {become, stdin, timeoutMs} = options;
    const job: FrameJob = {
      script,
      environment: options.environment,
      cwd: options.cwd,
      captureBytes: options.captureBytes ?? defaultCapture,
      onLine: options.onLine,
    };
    return this.#trip(options.signal, become, async (link, signal) => {
      const bounds = {host: this.host, timeoutMs, signal, spare: () => link.spare(become)};
      if (stdin && stdin.length > inlineStdin)
        return link.oneShot(become, signal, (shell) => runStreamed(shell, job, () => [stdin], bounds));
      const whole: FrameJob = stdin ? {...job, stdin: {kind: 'inline', bytes: stdin}} : job;
      return link.use(become, signal, (shell) => runFrame(shell, whole, bounds));
    });
  }

  upload(content: UploadContent, remotePath: string, options: UploadOptions): Promise<void> {
    const {become} = options;
    return this.#trip(options.signal, become, (link, signal) =>
      uploadFile(content, remotePath, options, {
        nonce: this.#deps.nonce(),
        compressed: this.#deps.compressed,
        bounds: {host: this.host, signal, spare: () => link.spare(become)},
        use: (work) => link.use(become, signal, work),
        oneShot: (work) => link.oneShot(become, signal, work),
      }),
    );
  }

  fetch(
    remotePath: string,
    options: {readonly become?: Become | undefined; readonly signal?: AbortSignal; readonly maxBytes?: number} = {},
  ): Promise<Buffer> {
    const {become, maxBytes = defaultFetch} = options;
    return this.#trip(options.signal, become, (link, signal) => {
      const bounds = {host: this.host, signal, spare: () => link.spare(become)};
      return link.use(become, signal, (shell) => fetchFile(shell, remotePath, maxBytes, bounds));
    });
  }

  forward(address: string, port: number, {signal: own, timeoutMs}: ForwardOptions = {}): Promise<Duplex> {
    return this.#bounded(own, async (signal) => {
      const {connection} = await this.#linked(signal);
      const options = {signal, ...(timeoutMs === undefined ? {} : {timeoutMs})};
      return openForward(connection, {host: this.host, nonce: this.#deps.nonce()}, {address, port}, options);
    });
  }

  reconnect(options: ReconnectOptions): Promise<void> {
    return this.#bounded(options.signal, (signal) =>
      reconnect(options, {
        host: this.host,
        now: this.#deps.now,
        sleep: (ms) => sleep(ms, signal),
        drop: () => this.#drop(),
        connect: async () => {
          const link = await this.#linked(signal);
          return {
            closed: link.connection.closed,
            run: (script, timeoutMs) =>
              link.use(undefined, signal, (shell) =>
                runFrame(
                  shell,
                  {script, captureBytes: 1024},
                  {host: this.host, timeoutMs, signal, spare: () => link.spare(undefined)},
                ),
              ),
          };
        },
      }),
    );
  }

  async reset(options: {readonly link?: boolean} = {}): Promise<void> {
    // What was refused may be allowed once sudoers has changed.
    this.#refusals.clear();
    if (options.link) return this.#drop();
    const link = await this.#link?.catch(() => undefined);
    link?.reset();
  }

  async close(): Promise<void> {
    this.#closing.abort(new TransportError({phase: 'session', what: `the session with ${this.host} is closed`}));
    await settles(Promise.allSettled(this.#active), stopMs);
    await settles(this.#drop(), closeMs);
  }

  /** One request that waits for an answer. */
  #trip<T>(
    signal: AbortSignal | undefined,
    become: Become | undefined,
    work: (link: Link, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    if (become?.password) this.#deps.masker?.add(become.password);
    return this.#bounded(signal, async (bounded) => {
      const link = await this.#linked(bounded);
      this.counters.trips++;
      return work(link, bounded);
    });
  }

  #bounded<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const done = combined([this.#closing.signal, this.#deps.signal, signal], async (bounded) => {
      bounded.throwIfAborted();
      return work(bounded);
    });
    this.#active.add(done);
    const over = () => this.#active.delete(done);
    done.then(over, over);
    return done;
  }

  /** The link, made now if there is none or the last one is gone; whoever asks meanwhile waits for the same attempt. */
  #linked(signal: AbortSignal): Promise<Link> {
    return within({signals: [signal]}, async () => {
      const known = this.#link;
      if (known === undefined) return this.#connect();
      const link = await known;
      return link.lost === undefined ? link : this.#anew(known);
    });
  }

  /** Another attempt, unless somebody has begun one already. */
  #anew(old: Promise<Link>): Promise<Link> {
    return this.#link === old || this.#link === undefined ? this.#connect() : this.#link;
  }

  #connect(): Promise<Link> {
    const attempt = this.#bounded(undefined, async (signal) => {
      const connection = await this.#deps.connect(signal);
      this.counters.connects++;
      return new Link(connection, this.#around, this.#refusals);
    });
    this.#link = attempt;
    attempt.catch(() => {
      if (this.#link === attempt) this.#link = undefined;
    });
    return attempt;
  }

  async #drop(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await (await link?.catch(() => undefined))?.close();
  }
}

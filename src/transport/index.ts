/** Connections to hosts for one run. */
import {randomBytes as cryptoRandomBytes} from 'node:crypto';
import {setMaxListeners} from 'node:events';
import os from 'node:os';
import pLimit from 'p-limit';
import type {Masker} from '../shell/index.js';
import {CompressedFiles, cacheFolder} from './compressed_files.js';
import {KnownHostsFiles} from './host_keys.js';
import {Bastions} from './jump.js';
import {LocalConnection} from './local.js';
import {KeyRing} from './login.js';
import {OpensshConnection} from './openssh.js';
import {Session} from './session.js';
import {sshCrypto} from './ssh.js';
import {SshConfigFiles} from './ssh_config.js';
import {resolveTarget, type Surroundings} from './target.js';
import type {Connection, ConnectionSpec, HostSession, SessionPool} from './types.js';

export {splitSshArgs} from './ssh_args.js';
export * from './types.js';

export interface SessionPoolOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly homeDir: string;
  /** Told of every password that a session is given. */
  readonly masker?: Masker;
  /** Gives the whole run up: what runs is stopped on its host, and everything throws this signal's reason. */
  readonly signal?: AbortSignal;
  /** How many connections are being made at the same time; 64 without it. */
  readonly connectLimit?: number;
  /** Milliseconds of a clock that does not go back, for durations. */
  readonly now?: () => number;
  /** Milliseconds since 1970, for the age of cached files. */
  readonly time?: () => number;
  readonly randomBytes?: (size: number) => Buffer;
  readonly tmpDir?: string;
  /** The machine's own ssh_config and known_hosts; left out in tests. */
  readonly systemConfig?: string | undefined;
  readonly systemKnownHosts?: readonly string[];
}

const connectLimit = 64;
/** A shell may be slow to start on a busy host; it is never quicker to give up on than a connection. */
const helloMs = 30_000;

/** Makes the sessions of one run. The same spec gives the same session. */
export function createSessionPool(options: SessionPoolOptions): SessionPool {
  return new Pool(options);
}

class Pool implements SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #limit;
  readonly #around: Surroundings;
  readonly #bastions: Bastions;
  readonly #compressed: CompressedFiles;
  readonly #over = new AbortController();

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    const {env, homeDir} = options;
    this.#limit = pLimit(options.connectLimit ?? connectLimit);
    const systemFile = 'systemConfig' in options ? options.systemConfig : '/etc/ssh/ssh_config';
    this.#around = {
      env,
      homeDir,
      localUser: env.USER ?? env.LOGNAME ?? os.userInfo().username,
      config: new SshConfigFiles({homeDir, systemFile}),
      systemKnownHosts: options.systemKnownHosts ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
    };
    // One listener for the run's signal here, any number for ours.
    setMaxListeners(0, this.#over.signal);
    const {signal} = options;
    if (signal?.aborted) this.#over.abort(signal.reason);
    signal?.addEventListener('abort', this.#giveUp, {once: true});
    const context = {knownHosts: new KnownHostsFiles(), keys: new KeyRing(sshCrypto)};
    this.#bastions = new Bastions(this.#around, context, this.#over.signal);
    this.#compressed = new CompressedFiles(cacheFolder(env, options.tmpDir ?? os.tmpdir()), options.time ?? Date.now);
  }

  session(spec: ConnectionSpec): HostSession {
    const id = identity(spec);
    const known = this.#sessions.get(id);
    if (known) return known;
    for (const secret of [spec.password, spec.passphrase]) if (secret) this.#options.masker?.add(secret);
    const {randomBytes = cryptoRandomBytes, now = () => performance.now(), masker} = this.#options;
    const session = new Session({
      host: spec.host,
      connect: (signal) => this.#limit(() => this.#connect(spec, signal)),
      nonce: () => randomBytes(12).toString('hex'),
      now,
      signal: this.#over.signal,
      helloMs: Math.max(helloMs, spec.connectTimeoutMs),
      compressed: this.#compressed,
      masker,
    });
    this.#sessions.set(id, session);
    return session;
  }

  async close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#giveUp);
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
    await this.#bastions.close();
  }

  readonly #giveUp = () => this.#over.abort(this.#options.signal?.reason);

  async #connect(spec: ConnectionSpec, signal: AbortSignal): Promise<Connection> {
    signal.throwIfAborted();
    switch (spec.kind) {
      case 'local':
        return new LocalConnection(this.#around.env, this.#around.homeDir);
      case 'openssh':
        return new OpensshConnection(spec, this.#around.env);
      case 'ssh':
        return this.#bastions.connect(spec, await resolveTarget(spec, this.#around), signal);
    }
  }
}

/** All that makes one spec another than the next, secrets too; kept in memory only. */
const identity = (spec: ConnectionSpec): string =>
  JSON.stringify(
    Object.entries({...spec, password: spec.password?.reveal(), passphrase: spec.passphrase?.reveal()}).sort(
      ([a], [b]) => (a < b ? -1 : 1),
    ),
  );

import type {Duplex, Readable, Writable} from 'node:stream';
import {TransportError} from '../errors/index.js';
import type {Script, Secret} from '../shell/index.js';

/** The host has as many channels open as it allows; another may be opened once one is closed. */
export class ChannelRefusedError extends TransportError {}

/** A stream to a TCP port was not opened by the host. */
export class ForwardRefusedError extends TransportError {
  /** `forbidden`: sshd opens none (AllowTcpForwarding, PermitOpen). `failed`: the host tried, and this is what it says of it. */
  readonly refusal: 'forbidden' | 'failed';
  /** `Connection refused`, `Name or service not known`, ...; empty where the host gives no reason. */
  readonly said: string;

  constructor(parts: {
    readonly what: string;
    readonly refusal: 'forbidden' | 'failed';
    readonly said: string;
    readonly cause?: unknown;
  }) {
    const hint =
      parts.refusal === 'forbidden'
        ? 'allow it in its sshd_config (AllowTcpForwarding, PermitOpen), or install bash, nc or socat there'
        : undefined;
    super({what: parts.what, hint, cause: parts.cause, phase: 'channel'});
    this.refusal = parts.refusal;
    this.said = parts.said;
  }
}

/** How a channel ended. `lost` means that the link broke and nothing is known of the command. */
export type ChannelExit =
  | {readonly kind: 'exit'; readonly code: number}
  | {readonly kind: 'signal'; readonly signal: string}
  | {readonly kind: 'lost'; readonly why: string};

/** One command on a host as three byte streams, without a terminal. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exit: Promise<ChannelExit>;
  /** Closes the streams; what runs on the host may go on. */
  destroy(): void;
}

export interface ForwardOptions {
  readonly signal?: AbortSignal;
  /** How long the host may take to connect. */
  readonly timeoutMs?: number;
}

/** One link to one host (`ssh`, `openssh`, `local`), over which channels are opened. */
export interface Connection {
  /** For errors and logs: `admin@10.0.0.1:22 over ssh`. */
  readonly description: string;
  /** Settles when the link is gone, with the reason; never rejects. */
  readonly closed: Promise<string>;
  /** `command` is handed to the host's login shell: a constant of the program, never text from outside. */
  open(command: string, options?: {readonly signal?: AbortSignal; readonly timeoutMs?: number}): Promise<Channel>;
  /** A stream to a TCP port as the far end sees it. Throws ForwardRefusedError, or TransportError for no answer in time. */
  forward(address: string, port: number, options?: ForwardOptions): Promise<Duplex>;
  close(): Promise<void>;
}

export type HostKeyPolicy = 'strict' | 'accept-new' | 'off';

/** Where and how to connect; made from `ansible_*` variables, the command line and ~/.ssh/config. */
export interface ConnectionSpec {
  readonly kind: 'ssh' | 'openssh' | 'local';
  /** The inventory's name, for messages. */
  readonly host: string;
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  readonly privateKeyFile?: string;
  readonly password?: Secret;
  readonly passphrase?: Secret;
  readonly hostKeys: HostKeyPolicy;
  /** known_hosts files to read; the first is the one that `accept-new` appends to. */
  readonly knownHostsFiles?: readonly string[];
  /** ansible_ssh_common_args and ansible_ssh_extra_args; `-o ProxyJump`, `-J` and `-o ProxyCommand` are understood. */
  readonly sshArgs?: readonly string[];
  readonly sshConfigFile?: string;
  readonly connectTimeoutMs: number;
}

export type BecomeMethod = 'sudo' | 'su' | 'doas';

export interface Become {
  readonly method: BecomeMethod;
  readonly user: string;
  readonly password?: Secret;
}

export interface RunOptions {
  readonly become?: Become | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Bytes for the script's stdin; without it stdin is empty. */
  readonly stdin?: Buffer;
  /** Counted from the moment the script is sent; then its process tree is killed and TaskError thrown. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** How much of each stream is kept, half of it from the start and half from the end; 2 MiB without it. */
  readonly captureBytes?: number;
  /** Whole lines as they come, for progress. */
  readonly onLine?: (stream: 'stdout' | 'stderr', line: string) => void;
}

/** What a script did. Output over the cap keeps its head and tail. */
export interface ScriptOutcome {
  readonly rc: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
  readonly durationMs: number;
}

export type UploadContent =
  | {readonly kind: 'bytes'; readonly bytes: Buffer; readonly sha256: string}
  | {readonly kind: 'file'; readonly localPath: string; readonly sha256: string; readonly sizeBytes: number};

export interface UploadOptions {
  readonly become?: Become | undefined;
  /** Octal, as `0644`; the file never has wider bits than this while it is written. */
  readonly mode: string;
  readonly owner?: string;
  readonly group?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void;
}

export interface ReconnectOptions {
  readonly deadlineMs: number;
  /** The host counts as back only when its boot id differs from this one. */
  readonly unlessBootId?: string;
  readonly signal?: AbortSignal;
}

/** Counters of one host's session; kept so that tests can hold trips, not seconds. */
export interface SessionCounters {
  connects: number;
  /** Requests that waited for an answer: a frame, an upload, a fetch. */
  trips: number;
  sentBytes: number;
  receivedBytes: number;
}

/**
 * What the engine sees of a host for the length of a run: connects on first use, keeps shells open for each become user,
 * and answers with {@link ScriptOutcome}, or throws TransportError (unreachable), BecomeError, or the signal's reason.
 */
export interface HostSession {
  readonly host: string;
  readonly counters: Readonly<SessionCounters>;
  run(script: Script, options?: RunOptions): Promise<ScriptOutcome>;
  /** Writes beside the target, then moves it into place. */
  upload(content: UploadContent, remotePath: string, options: UploadOptions): Promise<void>;
  fetch(
    remotePath: string,
    options?: {readonly become?: Become | undefined; readonly signal?: AbortSignal; readonly maxBytes?: number},
  ): Promise<Buffer>;
  /**
   * A stream to a TCP port as the host sees it: databases, the API and etcd are reached through this. Where sshd forbids
   * it, a program of the host (bash, nc, socat) opens the stream. Throws as a connection's `forward` does.
   */
  forward(address: string, port: number, options?: ForwardOptions): Promise<Duplex>;
  reconnect(options: ReconnectOptions): Promise<void>;
  /**
   * Ends the shells (a user, group or environment changed), keeps the link. With `link` that goes too: sshd takes over the
   * groups of a login once for a whole connection. Either way the next use opens anew.
   */
  reset(options?: {readonly link?: boolean}): Promise<void>;
  close(): Promise<void>;
}

/** Makes sessions; one pool for each run. */
export interface SessionPool {
  session(spec: ConnectionSpec): HostSession;
  close(): Promise<void>;
}

/** An SSH connection once it stands: channels for commands, forwarded connections, its end. */
import type {Duplex} from 'node:stream';
import {messageOf, TransportError} from '../errors/index.js';
import type {Ssh2Channel, Ssh2Client} from './ssh.js';
import type {SshTarget} from './target.js';
import {settles, within} from './timing.js';
import {
  type Channel,
  type ChannelExit,
  ChannelRefusedError,
  type Connection,
  type ForwardOptions,
  ForwardRefusedError,
} from './types.js';

export const keepaliveMs = 10_000;
export const keepaliveMisses = 3;
const channelOpenMs = 30_000;
const closeMs = 2_000;

interface OpenOptions {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** A connection that is logged in. */
export class SshConnection implements Connection {
  readonly description: string;
  readonly closed: Promise<string>;
  readonly #client: Ssh2Client;
  readonly #sock: Duplex;
  readonly #host: string;
  #why: string | undefined;
  #agentForward: boolean;

  constructor(client: Ssh2Client, target: SshTarget, sock: Duplex) {
    this.#client = client;
    this.#host = target.host;
    this.#agentForward = target.agentForward && target.agentSocket !== undefined;
    this.description = `${target.user}@${target.address}:${target.port} over ssh`;
    client.on('error', (error) => {
      this.#why ??=
        error.message === 'Keepalive timeout'
          ? `no answer for ${(keepaliveMs * keepaliveMisses) / 1000} s`
          : error.message;
    });
    this.closed = new Promise((resolve) => {
      const end = () => resolve(this.#why ?? 'the host closed the connection');
      client.once('close', end);
      if (sock.destroyed) end();
    });
    this.#sock = sock;
  }

  async open(command: string, options: OpenOptions = {}): Promise<Channel> {
    const open = () => {
      // The library takes this option; its types do not know it.
      const forwarding = {env: {}, agentForward: this.#agentForward};
      return this.#request(
        'a command channel',
        options,
        (done) => this.#client.exec(command, forwarding, done),
        (stream) => new SshChannel(stream, this.closed),
      );
    };
    try {
      return await open();
    } catch (error) {
      if (!this.#agentForward || !(error instanceof TransportError) || !/agent/.test(messageOf(error.cause)))
        throw error;
      // As with ssh, a host that does not take the agent is used without.
      this.#agentForward = false;
      return open();
    }
  }

  async forward(address: string, port: number, options: ForwardOptions = {}): Promise<Duplex> {
    try {
      return await this.#request(
        `a connection to ${address}:${port}`,
        options,
        (done) => this.#client.forwardOut('127.0.0.1', 0, address, port, done),
        (stream) => stream.on('error', () => undefined),
      );
    } catch (error) {
      throw error instanceof ChannelRefusedError ? forwardRefused(this.#host, `${address}:${port}`, error) : error;
    }
  }

  async close(): Promise<void> {
    this.#why ??= 'closed by us';
    this.#client.end();
    // The library destroys only what can still be written to, and after `end` that is nothing.
    if (!(await settles(this.closed, closeMs))) this.#sock.destroy();
  }

  #request<T>(
    what: string,
    options: OpenOptions,
    ask: (done: (error: Error | undefined, stream: Ssh2Channel) => void) => void,
    wrap: (stream: Ssh2Channel) => T,
  ): Promise<T> {
    const ms = options.timeoutMs ?? channelOpenMs;
    const timedOut = () =>
      new TransportError({
        phase: 'channel',
        what: `${this.#host} did not open ${what} within ${ms / 1000} s`,
        hint: 'the link may be dead; it is checked every 10 s',
      });
    let late: Ssh2Channel | undefined;
    const work = () =>
      new Promise<T>((resolve, reject) => {
        try {
          ask((error, stream) => {
            if (error) return reject(this.#refused(what, error));
            late = stream;
            // At once: what follows in the same packet would be missed a moment later.
            resolve(wrap(stream));
          });
        } catch (error) {
          const why = this.#why ?? messageOf(error);
          reject(
            new TransportError({phase: 'lost', what: `the connection to ${this.#host} is gone: ${why}`, cause: error}),
          );
        }
      });
    return within({ms, signals: [options.signal], timedOut}, work, () => late?.close());
  }

  #refused(what: string, error: Error): TransportError {
    if ('reason' in error)
      return new ChannelRefusedError({
        phase: 'channel',
        what: `${this.#host} refused ${what}: ${error.message.replace(/^\(SSH\) Channel open failure: /, '')}`,
        hint: 'sshd limits how many commands run at a time: MaxSessions',
        cause: error,
      });
    const refused = error.message.startsWith('Unable to');
    return new TransportError({
      phase: refused ? 'channel' : 'lost',
      what: refused
        ? `${this.#host} did not run the command of ${what}`
        : `the connection to ${this.#host} was lost while ${what} was opened`,
      cause: error,
    });
  }
}

/** RFC 4254, 5.1: why a channel was not opened. */
const administrativelyProhibited = 1;

function forwardRefused(host: string, target: string, error: ChannelRefusedError): ForwardRefusedError {
  const {cause} = error;
  const forbidden = cause instanceof Error && 'reason' in cause && cause.reason === administrativelyProhibited;
  const said = messageOf(cause).replace(/^\(SSH\) Channel open failure: /, '');
  return new ForwardRefusedError({
    refusal: forbidden ? 'forbidden' : 'failed',
    said: forbidden ? '' : said,
    what: forbidden ? `${host} opens no connections to elsewhere` : `${host} cannot connect to ${target}: ${said}`,
    cause,
  });
}

class SshChannel implements Channel {
  readonly stdin;
  readonly stdout;
  readonly stderr;
  readonly exit: Promise<ChannelExit>;
  readonly #stream: Ssh2Channel;

  constructor(stream: Ssh2Channel, closed: Promise<string>) {
    this.#stream = stream;
    this.stdin = stream;
    this.stdout = stream;
    this.stderr = stream.stderr;
    stream.on('error', () => undefined);
    this.exit = new Promise((resolve) => {
      stream.on('exit', (code: number | null, signal?: string) =>
        resolve(code === null ? {kind: 'signal', signal: signal ?? 'SIGKILL'} : {kind: 'exit', code}),
      );
      stream.on('close', () => resolve({kind: 'lost', why: 'the host closed the channel'}));
      void closed.then((why) => resolve({kind: 'lost', why}));
    });
  }

  destroy(): void {
    this.#stream.destroy();
    // Data that nobody reads would keep the channel from ending.
    this.#stream.resume();
    this.#stream.stderr.resume();
  }
}

/** The machine this program runs on, under the same frames as any host. */
import net from 'node:net';
import type {Duplex} from 'node:stream';
import {TransportError} from '../errors/index.js';
import {ChildChannel} from './child_channel.js';
import {settles, within} from './timing.js';
import {type Channel, type Connection, type ForwardOptions, ForwardRefusedError} from './types.js';

const closeMs = 1_000;
const connectMs = 30_000;

/**
 * Runs a command with its stdout and stderr going through pipes, and ends with its exit code: Node gives sockets, which a
 * script cannot open again as /dev/stdout or /dev/stderr. In a session of its own, so that a script that signals its process
 * group (`kill 0`) does not end what carries its last words.
 */
const throughPipes = `exec 6>&1 7>&2; own=; ! command -v setsid >/dev/null || own=setsid
exit "$( { { { $own "$@" 2>&1 >&3 3>&- 5>&- 6>&- 7>&-; echo "$?" >&5; } | cat >&7; } 3>&1 | cat >&6; } 5>&1 )"`;

export class LocalConnection implements Connection {
  readonly description = 'this machine';
  readonly closed: Promise<string>;
  readonly #env: NodeJS.ProcessEnv;
  readonly #homeDir: string;
  readonly #open = new Set<ChildChannel>();
  #end: (why: string) => void = () => undefined;

  constructor(env: NodeJS.ProcessEnv, homeDir: string) {
    this.#env = env;
    this.#homeDir = homeDir;
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async open(command: string): Promise<Channel> {
    const channel = new ChildChannel('/bin/sh', ['-c', throughPipes, 'sh', '/bin/sh', '-c', command], {
      cwd: this.#homeDir,
      env: this.#env,
    });
    this.#open.add(channel);
    void channel.closed.then(() => this.#open.delete(channel));
    return channel;
  }

  forward(address: string, port: number, options: ForwardOptions = {}): Promise<Duplex> {
    const ms = options.timeoutMs ?? connectMs;
    const socket = net.connect({host: address, port, noDelay: true});
    const what = (why: string) => `cannot connect to ${address}:${port} from this machine: ${why}`;
    const timedOut = () => new TransportError({phase: 'channel', what: what(`no answer within ${ms / 1000} s`)});
    const work = () =>
      new Promise<Duplex>((resolve, reject) => {
        socket.once('connect', () => resolve(socket));
        socket.once('error', (error) =>
          reject(
            new ForwardRefusedError({refusal: 'failed', said: error.message, what: what(error.message), cause: error}),
          ),
        );
      });
    return within({ms, signals: [options.signal], timedOut}, work).catch((error: unknown) => {
      socket.destroy();
      throw error;
    });
  }

  async close(): Promise<void> {
    const open = [...this.#open];
    for (const channel of open) channel.stdin.end();
    // A shell ends with its stdin; one that runs something, or whose streams are held, is left to itself.
    if (!(await settles(Promise.all(open.map((channel) => channel.closed)), closeMs)))
      for (const channel of open) channel.destroy();
    this.#end('closed by us');
  }
}

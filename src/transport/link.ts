/** One connection to one host and all that runs over it: shells for each user, one-shot shells, spare ones. */
import type {BecomeError} from '../errors/index.js';
import {openShellChannel} from './become.js';
import {FinalBecomeError} from './become_errors.js';
import {ChannelBudget} from './channel_budget.js';
import {RemoteShell, type ShellSurroundings} from './remote_shell.js';
import {ShellPool} from './shell_pool.js';
import type {Become, Connection} from './types.js';

/** Two less than sshd's MaxSessions. */
const mostChannels = 8;

/** Refusals of a session that nobody may provoke again, by user. */
export type Refusals = Map<string, {readonly become: Become; readonly error: BecomeError}>;

export class Link {
  readonly connection: Connection;
  /** Why the link is gone; undefined while it stands. */
  lost: string | undefined;
  readonly #around: ShellSurroundings;
  readonly #refusals: Refusals;
  #pools = new Map<string, ShellPool>();
  readonly #budget = new ChannelBudget(mostChannels, () => this.#makeRoom());

  constructor(connection: Connection, around: ShellSurroundings, refusals: Refusals) {
    this.connection = connection;
    this.#around = around;
    this.#refusals = refusals;
    void connection.closed.then((why) => {
      this.lost = why;
    });
  }

  /** Lends a shell of this user, opened if none is free. */
  use<T>(
    become: Become | undefined,
    signal: AbortSignal | undefined,
    work: (shell: RemoteShell) => Promise<T>,
  ): Promise<T> {
    return this.#pool(become).use(work, signal);
  }

  /** Lends a shell of its own to one script that reads a stream. */
  async oneShot<T>(
    become: Become | undefined,
    signal: AbortSignal,
    work: (shell: RemoteShell) => Promise<T>,
  ): Promise<T> {
    const shell = await this.#open(become, () => undefined, signal);
    try {
      return await work(shell);
    } finally {
      shell.destroy();
    }
  }

  /** A shell beside all limits, to kill what a shell of this user runs; to be destroyed after. */
  async spare(become: Become | undefined): Promise<RemoteShell> {
    return new RemoteShell(await this.#channel(become, undefined), this.#around, () => undefined);
  }

  /** Lets go of all shells; the next script opens new ones. */
  reset(): void {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools = new Map();
  }

  async close(): Promise<void> {
    this.reset();
    await this.connection.close();
  }

  #pool(become: Become | undefined): ShellPool {
    const key = become === undefined ? '' : `${become.method} ${become.user}`;
    const known = this.#pools.get(key);
    if (known) return known;
    const pool = new ShellPool(
      (changed) => this.#open(become, changed, undefined),
      () => this.#budget.relieve(),
    );
    this.#pools.set(key, pool);
    return pool;
  }

  #open(become: Become | undefined, changed: () => void, signal: AbortSignal | undefined): Promise<RemoteShell> {
    return this.#budget
      .open(
        () => this.#channel(become, signal),
        (channel) => channel.exit,
        signal,
      )
      .then((channel) => new RemoteShell(channel, this.#around, changed));
  }

  async #channel(become: Become | undefined, signal: AbortSignal | undefined) {
    const {host, nonce} = this.#around;
    const key = become === undefined ? '' : `${become.method} ${become.user}`;
    const refused = this.#refusals.get(key);
    if (refused && refused.become.password?.reveal() === become?.password?.reveal()) throw refused.error;
    try {
      return await openShellChannel(this.connection, become, {host, nonce, signal});
    } catch (error) {
      if (become && error instanceof FinalBecomeError) this.#refusals.set(key, {become, error});
      throw error;
    }
  }

  #makeRoom(): void {
    for (const pool of this.#pools.values()) if (pool.dropIdle()) return;
  }
}

/** One connection to one host and all that runs over it: shells for each user, one-shot shells, spare ones. */
import type {BecomeError} from '../errors/index.js';
import {openShellChannel} from './become.js';
import {FinalBecomeError} from './become_errors.js';
import {ChannelBudget} from './channel_budget.js';
import {RemoteShell, type ShellSurroundings} from './remote_shell.js';
import {ShellPool} from './shell_pool.js';
import type {Become, Channel, Connection} from './types.js';

/** Two less than sshd's MaxSessions. */
const mostChannels = 8;

/** Refusals of a session that nobody may provoke again. */
export type Refusals = Map<string, BecomeError>;

/** Who a shell belongs to. The password is part of it: another one may be the right one. */
const owner = (become: Become | undefined): string =>
  become === undefined ? '' : JSON.stringify([become.method, become.user, become.password?.reveal()]);

export class Link {
  readonly connection: Connection;
  /** Why the link is gone; undefined while it stands. */
  lost: string | undefined;
  readonly #around: ShellSurroundings;
  readonly #refusals: Refusals;
  #pools = new Map<string, ShellPool>();
  /** Owners whose password was taken, and those whose password is being tried. */
  readonly #proved = new Set<string>();
  readonly #proving = new Map<string, Promise<void>>();
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
    const key = owner(become);
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

  /** A password is shown once before others may follow: four shells at a time with a wrong one would lock the account. */
  async #channel(become: Become | undefined, signal: AbortSignal | undefined): Promise<Channel> {
    const who = owner(become);
    if (!become?.password || this.#proved.has(who)) return this.#climb(become, signal);
    const before = this.#proving.get(who) ?? Promise.resolve();
    const attempt = before.then(() => this.#climb(become, signal));
    const over = attempt.then(
      () => void this.#proved.add(who),
      () => undefined,
    );
    this.#proving.set(who, over);
    return attempt;
  }

  async #climb(become: Become | undefined, signal: AbortSignal | undefined): Promise<Channel> {
    const {host, nonce} = this.#around;
    const refused = this.#refusals.get(owner(become));
    if (refused) throw refused;
    try {
      return await openShellChannel(this.connection, become, {host, nonce, signal});
    } catch (error) {
      if (error instanceof FinalBecomeError) this.#refusals.set(owner(become), error);
      throw error;
    }
  }

  #makeRoom(): void {
    for (const pool of this.#pools.values()) if (pool.dropIdle()) return;
  }
}

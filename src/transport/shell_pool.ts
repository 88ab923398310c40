/** The shells of one link for one user: opened when needed, kept for the run, at most a few at a time. */
import {killShells} from './kill.js';
import type {RemoteShell} from './remote_shell.js';

/** More scripts than this at the same time, for one user on one host, wait. */
const mostShells = 4;
/** A shell that is still not ready so long after its script is held by something in the background. */
const usualSettleMs = 100;

interface Waiter {
  give(shell: RemoteShell): void;
  reject(reason: unknown): void;
}

export class ShellPool {
  readonly #open: (changed: () => void) => Promise<RemoteShell>;
  readonly #shells = new Set<RemoteShell>();
  readonly #taken = new Set<RemoteShell>();
  readonly #waiters: Waiter[] = [];
  /** Shells that were let go of while something held them; their processes wait for it. */
  readonly #left: {readonly pid: number; readonly start: string}[] = [];
  readonly #settling = new Map<RemoteShell, ReturnType<typeof setTimeout>>();
  #opening = 0;
  #closed = false;

  readonly #onIdle: () => void;
  readonly #settleMs: number;

  /** `open` makes a shell that calls `changed` when its state has changed by itself; `onIdle` hears of shells that nobody wants. */
  constructor(
    open: (changed: () => void) => Promise<RemoteShell>,
    onIdle: () => void,
    {settleMs = usualSettleMs}: {readonly settleMs?: number} = {},
  ) {
    this.#open = open;
    this.#onIdle = onIdle;
    this.#settleMs = settleMs;
  }

  /** Lends a shell that is idle to the work; it comes back when the work settles. Throws what opening a shell throws, or the signal's reason. */
  async use<T>(work: (shell: RemoteShell) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const shell = await this.#acquire(signal);
    try {
      return await work(shell);
    } finally {
      this.#taken.delete(shell);
      this.#changed(shell);
    }
  }

  /** Closes a shell that nobody uses; whether there was one. */
  dropIdle(): boolean {
    const idle = [...this.#shells].find((shell) => !this.#taken.has(shell) && shell.state !== 'busy');
    if (!idle) return false;
    this.#drop(idle);
    return true;
  }

  /** Closes what is idle now and what is busy once it is done. */
  close(): void {
    this.#closed = true;
    if (this.#isOver()) for (const shell of [...this.#shells]) if (!this.#taken.has(shell)) this.#drop(shell);
  }

  #acquire(signal: AbortSignal | undefined): Promise<RemoteShell> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        give: (shell) => {
          signal?.removeEventListener('abort', stop);
          resolve(shell);
        },
        reject: (reason) => {
          signal?.removeEventListener('abort', stop);
          reject(reason);
        },
      };
      signal?.addEventListener('abort', stop, {once: true});
      this.#waiters.push(waiter);
      this.#serve();
    });
  }

  /** Gives idle shells to those who wait, and opens more where all are taken. */
  #serve(): void {
    while (this.#waiters.length > 0) {
      const idle = [...this.#shells].find((shell) => shell.state === 'idle' && !this.#taken.has(shell));
      if (!idle) break;
      this.#taken.add(idle);
      this.#waiters.shift()?.give(idle);
    }
    // One that has just finished will be ready in a moment.
    const coming = this.#opening + this.#settling.size;
    const room = mostShells - this.#shells.size - this.#opening;
    for (let more = Math.min(this.#waiters.length - coming, room); more > 0; more--) void this.#openOne();
  }

  async #openOne(): Promise<void> {
    this.#opening++;
    let opened: RemoteShell | undefined;
    try {
      opened = await this.#open(() => {
        if (opened) this.#changed(opened);
      });
      // One that ended before anybody could use it has said why; another would end the same way.
      if (opened.failure) throw opened.failure;
      this.#shells.add(opened);
      if (opened.state === 'idle') await this.#reap(opened);
      this.#opening--;
      this.#changed(opened);
    } catch (error) {
      this.#opening--;
      // Whoever can still be given another shell goes on waiting for it; one that failed is not asked for again at once.
      if (this.#shells.size + this.#opening === 0) for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
    }
  }

  /** Ends the processes of shells that were let go of, so that they do not fill sshd's MaxSessions. */
  async #reap(shell: RemoteShell): Promise<void> {
    const left = this.#left.splice(0);
    if (left.length === 0) return;
    this.#taken.add(shell);
    await shell.run({script: killShells(left), captureBytes: 0}).done.catch(() => undefined);
    this.#taken.delete(shell);
  }

  #changed(shell: RemoteShell): void {
    const isSettling = shell.state === 'settling' && this.#shells.has(shell);
    if (!isSettling) {
      clearTimeout(this.#settling.get(shell));
      this.#settling.delete(shell);
    } else if (!this.#settling.has(shell)) {
      this.#settling.set(
        shell,
        setTimeout(() => this.#drop(shell), this.#settleMs),
      );
    }
    if (shell.state === 'dead') this.#shells.delete(shell);
    else if (shell.state === 'idle' && !this.#taken.has(shell) && (shell.strays || this.#isOver())) this.#drop(shell);
    this.#serve();
    if (shell.state === 'idle' && !this.#taken.has(shell)) this.#onIdle();
  }

  #isOver(): boolean {
    return this.#closed && this.#waiters.length === 0;
  }

  #drop(shell: RemoteShell): void {
    clearTimeout(this.#settling.get(shell));
    this.#settling.delete(shell);
    this.#shells.delete(shell);
    if (shell.state === 'settling' && shell.identity) this.#left.push(shell.identity);
    shell.destroy();
    this.#serve();
  }
}

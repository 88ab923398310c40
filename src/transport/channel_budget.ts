/** How many commands one link runs at a time: sshd's MaxSessions is 10 unless somebody set it lower. */
import {ChannelRefusedError} from './types.js';

interface Waiter {
  admit(): void;
  reject(reason: unknown): void;
}

/**
 * Hands out places for channels. Two places of sshd's ten are never handed out, so that a script can be killed from beside
 * when all are taken. Learns from a refusal that the host allows fewer.
 */
export class ChannelBudget {
  #limit: number;
  #used = 0;
  readonly #waiters: Waiter[] = [];
  /** Asked for a place when none is free: closes a channel that nobody needs now, if there is one. */
  readonly #makeRoom: () => void;

  constructor(limit: number, makeRoom: () => void) {
    this.#limit = limit;
    this.#makeRoom = makeRoom;
  }

  /**
   * Opens something in a place of its own, once there is one; `gone` of what it returns gives the place back.
   * Throws what opening throws, or the signal's reason.
   */
  async open<T>(open: () => Promise<T>, gone: (opened: T) => Promise<unknown>, signal?: AbortSignal): Promise<T> {
    for (;;) {
      await this.#enter(signal);
      try {
        const opened = await open();
        void gone(opened).then(() => this.#leave());
        return opened;
      } catch (error) {
        this.#leave();
        // With others open, fewer are allowed than we thought: wait for one of those to end.
        if (!(error instanceof ChannelRefusedError) || this.#used === 0) throw error;
        this.#limit = Math.max(1, Math.min(this.#limit, this.#used));
      }
    }
  }

  /** To be called when a channel is not needed any more: those who wait may have its place. */
  relieve(): void {
    if (this.#waiters.length > 0) this.#makeRoom();
  }

  #enter(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#used < this.#limit) {
      this.#used++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        admit: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
        reject,
      };
      signal?.addEventListener('abort', stop, {once: true});
      this.#waiters.push(waiter);
      this.#makeRoom();
    });
  }

  #leave(): void {
    this.#used--;
    while (this.#used < this.#limit) {
      const next = this.#waiters.shift();
      if (!next) return;
      this.#used++;
      next.admit();
    }
  }
}

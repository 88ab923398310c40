/** How many commands one link runs at a time: sshd's MaxSessions is 10 unless somebody set it lower. */
import {sleep} from './timing.js';
import {ChannelRefusedError} from './types.js';

const pauseMs = 100;
/** How often a host that has nothing open is asked again. */
const attempts = 20;

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
  /** Places taken: channels that are open, and those being opened. */
  #taken = 0;
  #open = 0;
  /** The host has let a channel be opened before. */
  #used = false;
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
    for (let attempt = 1; ; attempt++) {
      await this.#enter(signal);
      try {
        const opened = await open();
        this.#open++;
        this.#used = true;
        void gone(opened).then(() => {
          this.#open--;
          this.#leave();
        });
        return opened;
      } catch (error) {
        // Others are open, were, or are being opened: a refusal is then one of number.
        const isNumber = error instanceof ChannelRefusedError && (this.#used || this.#taken > 1);
        const mayPass = isNumber && (this.#open > 0 || attempt < attempts);
        // What is open now is what the host allows: from here on the next one waits for one of those to end.
        if (mayPass && attempt > 1 && this.#open > 0) this.#limit = this.#open;
        this.#leave();
        if (!mayPass) throw error;
      }
      // A channel that was closed counts with sshd until its process is gone, a moment later.
      await sleep(pauseMs, signal);
    }
  }

  /** To be called when a channel is not needed any more: those who wait may have its place. */
  relieve(): void {
    if (this.#waiters.length > 0) this.#makeRoom();
  }

  #enter(signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#taken < this.#limit) {
      this.#taken++;
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
    this.#taken--;
    while (this.#taken < this.#limit) {
      const next = this.#waiters.shift();
      if (!next) return;
      this.#taken++;
      next.admit();
    }
  }
}

import type {Reach} from '../module/types.js';

/** The state of the ledger when an answer was asked for; see {@link EffectsLedger.stamp}. */
export interface Stamp {
  readonly quiet: boolean;
  readonly run: number;
  readonly host: number;
}

/**
 * Effects of the run: each lasts from sending to answer, and reaches its own host or any host of the run. What was read
 * from a host counts only while no effect that can reach it was in flight at the time or has begun since.
 */
export class EffectsLedger {
  #runInFlight = 0;
  #runBegun = 0;
  readonly #inFlight = new Map<string, number>();
  readonly #begun = new Map<string, number>();

  /** An effect is being sent to a host; the function returned says that its answer has come. */
  begin(host: string, reach: Reach): () => void {
    let open = true;
    if (reach === 'run') {
      this.#runInFlight += 1;
      this.#runBegun += 1;
    } else {
      this.#inFlight.set(host, (this.#inFlight.get(host) ?? 0) + 1);
      this.#begun.set(host, (this.#begun.get(host) ?? 0) + 1);
    }
    return () => {
      if (!open) return;
      open = false;
      if (reach === 'run') this.#runInFlight -= 1;
      else this.#inFlight.set(host, (this.#inFlight.get(host) ?? 1) - 1);
    };
  }

  /** Something went on that nobody can account for (a wait, a pause, a prompt, a retry): nothing read before counts. */
  interrupt(host: string): void {
    this.#begun.set(host, (this.#begun.get(host) ?? 0) + 1);
  }

  interruptAll(): void {
    this.#runBegun += 1;
  }

  stamp(host: string): Stamp {
    return {
      quiet: this.#runInFlight === 0 && (this.#inFlight.get(host) ?? 0) === 0,
      run: this.#runBegun,
      host: this.#begun.get(host) ?? 0,
    };
  }

  /** Whether an answer asked for at that stamp still says how the host is. */
  holds(host: string, stamp: Stamp): boolean {
    return stamp.quiet && stamp.run === this.#runBegun && stamp.host === (this.#begun.get(host) ?? 0);
  }
}

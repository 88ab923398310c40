import type {StepOutput} from '../module/types.js';
import type {Script} from '../shell/index.js';
import type {EffectsLedger, Stamp} from './effects.js';
import type {Clock} from './options.js';
import type {Target} from './target.js';

/** Answers older than this are not used. */
export const answerLifeMs = 2000;

const [firstWindow, widestWindow] = [32, 64];

/** A question as it was put to a host; the same words, as the same user, have the same answer while nothing happens. */
export const questionOf = ({become, environment}: Target, script: Script): string =>
  JSON.stringify([become?.method, become?.user, environment, script.source]);

/** Something asked ahead; without an output it has failed, and nobody hears of it. */
export class Answer {
  #settled: {readonly output: StepOutput | undefined} | undefined;

  constructor(
    readonly stamp: Stamp,
    readonly askedAt: number,
    readonly output: Promise<StepOutput | undefined>,
  ) {
    output.then(
      (known) => {
        this.#settled = {output: known};
      },
      () => undefined,
    );
  }

  /** What is there already, so that nobody has to wait. */
  get settled(): {readonly output: StepOutput | undefined} | undefined {
    return this.#settled;
  }
}

/**
 * What was read ahead. An answer counts while no effect that can reach its host was in flight when it was asked for or
 * has begun since, and for two seconds. How many questions ride along shrinks while answers come to nothing and grows
 * while they are of use.
 */
export class AnswerStore {
  readonly #answers = new Map<string, Map<string, Answer>>();
  readonly #windows = new Map<string, number>();

  constructor(
    private readonly effects: EffectsLedger,
    private readonly clock: Clock,
  ) {}

  /** How many questions may ride with the next trip to a host. */
  window(host: string): number {
    return this.#windows.get(host) ?? firstWindow;
  }

  keep(host: string, question: string, answer: Answer): void {
    const known = this.#answers.get(host) ?? new Map<string, Answer>();
    this.#answers.set(host, known.set(question, answer));
  }

  /** Whether the question need not be asked again. */
  knows(host: string, question: string): boolean {
    const answer = this.#answers.get(host)?.get(question);
    return answer !== undefined && this.#counts(host, answer);
  }

  /** The answer, if it counts and comes before it is too old. */
  async take(host: string, question: string): Promise<StepOutput | undefined> {
    const answer = this.#answers.get(host)?.get(question);
    if (answer === undefined) return undefined;
    this.#answers.get(host)?.delete(question);
    if (!this.#counts(host, answer)) {
      this.#windows.set(host, Math.max(1, Math.floor(this.window(host) / 2)));
      return undefined;
    }
    const output = await this.#inTime(answer);
    if (output === undefined || !this.#counts(host, answer)) return undefined;
    this.#windows.set(host, Math.min(widestWindow, this.window(host) * 2));
    return output;
  }

  #counts(host: string, {stamp, askedAt}: Answer): boolean {
    return this.effects.holds(host, stamp) && this.clock.now() - askedAt < answerLifeMs;
  }

  async #inTime({output, askedAt, settled}: Answer): Promise<StepOutput | undefined> {
    if (settled !== undefined) return settled.output;
    const waiting = new AbortController();
    const late = this.clock.sleep(Math.max(0, askedAt + answerLifeMs - this.clock.now()), waiting.signal).then(
      () => undefined,
      () => undefined,
    );
    try {
      return await Promise.race([output, late]);
    } finally {
      waiting.abort();
    }
  }
}

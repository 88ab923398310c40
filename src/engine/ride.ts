import type {StepOutput} from '../module/types.js';
import type {Script} from '../shell/index.js';
import type {ScriptOutcome} from '../transport/types.js';
import {Answer, answerLifeMs, questionOf} from './answers.js';
import {cutParts, joinParts} from './frames.js';
import type {Run} from './run_context.js';
import {lookOnce, newNonce, probeTimeoutMs} from './step_run.js';
import {runOn, type Target} from './target.js';

const graceMs = 30;

/**
 * Asks a host one thing now and others ahead, in one trip. The answer asked for now is given as soon as it is there; what
 * rides along is dropped when it takes too long or fails.
 */
export async function askWithRiders(
  run: Run,
  target: Target,
  script: Script,
  riders: readonly Script[],
): Promise<StepOutput> {
  const nonce = newNonce(run);
  const joined = joinParts(
    nonce,
    [script, ...riders].map((one) => ({script: one})),
  );
  const stamp = run.effects.stamp(target.host);
  const askedAt = run.options.clock.now();
  const dropping = new AbortController();
  const first = new FirstPart(nonce);
  const whole = runOn(target, joined, {
    timeoutMs: probeTimeoutMs,
    signal: AbortSignal.any([target.signal, dropping.signal]),
    onLine: (stream, line) => first.see(stream, line),
  });
  const parts = whole.then((outcome) => cutParts(nonce, outcome, riders.length + 1));
  const dropped = parts.catch(() => []);
  for (const [index, rider] of riders.entries()) {
    const output = dropped.then((all) => all[index + 1]);
    run.answers?.keep(target.host, questionOf(target, rider), new Answer(stamp, askedAt, output));
  }
  const early = first.output.then((output) => afterGrace(run, whole, output));
  const answer = await Promise.race([early, parts.then(([own]) => own)]);
  dropLate(run, whole, dropping, askedAt);
  // An output too long to keep has lost its marks: asked again by itself, it has the whole frame.
  return answer ?? (await lookOnce({run, target}, [script]))[0];
}

/**
 * A moment for the riders to end: the present task would need another shell while theirs is busy, and opening one takes
 * longer than most probes.
 */
async function afterGrace<T>({options}: Run, whole: Promise<unknown>, answer: T): Promise<T> {
  const waiting = new AbortController();
  const quiet = () => undefined;
  await Promise.race([whole.then(quiet, quiet), options.clock.sleep(graceMs, waiting.signal).then(quiet, quiet)]);
  waiting.abort();
  return answer;
}

/** What still runs for riders alone is ended when nobody would use its answers any more. */
function dropLate(run: Run, whole: Promise<ScriptOutcome>, dropping: AbortController, askedAt: number): void {
  const {clock} = run.options;
  const waiting = new AbortController();
  const finished = whole.then(
    () => waiting.abort(),
    () => waiting.abort(),
  );
  clock.sleep(Math.max(0, askedAt + answerLifeMs - clock.now()), waiting.signal).then(
    () => dropping.abort(),
    () => finished,
  );
}

/** Reads a frame's output line by line until its first part is complete on both streams. */
class FirstPart {
  readonly output: Promise<StepOutput>;
  #resolve: (output: StepOutput) => void = () => undefined;
  readonly #lines = {stdout: [] as string[], stderr: [] as string[]};
  readonly #done = {stdout: false, stderr: false};
  #rc = 0;

  constructor(private readonly nonce: string) {
    this.output = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  see(stream: 'stdout' | 'stderr', line: string): void {
    if (this.#done[stream]) return;
    const mark = `${this.nonce} 0 `;
    if (!line.startsWith(mark)) {
      this.#lines[stream].push(line);
      return;
    }
    this.#done[stream] = true;
    if (stream === 'stdout') this.#rc = Number(line.slice(mark.length));
    const {stdout, stderr} = this.#lines;
    if (this.#done.stdout && this.#done.stderr)
      this.#resolve({rc: this.#rc, stdout: stdout.join('\n'), stderr: stderr.join('\n')});
  }
}

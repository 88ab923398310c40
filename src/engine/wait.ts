import {TaskError, TransportError} from '../errors/index.js';
import type {Step, StepOutcome, StepOutput} from '../module/types.js';
import {newLinesScript, readJournal} from './journal.js';
import {lookOnce, type StepRun} from './step_run.js';

type WaitStep = Extract<Step, {readonly step: 'wait'}>;

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** A wait while it lasts: what the journal said, and the last word on how far things are. */
class Watch {
  cursor: string | undefined;
  lastProgress: string | undefined;
  readonly #tail: string[] = [];

  constructor(cursor: string | undefined) {
    this.cursor = cursor;
  }

  see(lines: readonly string[]): void {
    this.#tail.push(...lines);
    this.#tail.splice(0, this.#tail.length - 20);
  }

  /** What an error shows as the host's own words. */
  get journal(): string {
    return this.#tail.join('\n');
  }
}

/**
 * Looks every `everyMs` until the module says done, a cause shows up in the journal, or the deadline (by the run's clock)
 * has passed. A link that breaks meanwhile is made anew and the look repeated. Throws TaskError with the cause, or with
 * how far things were.
 */
export async function waitFor(step: WaitStep, context: StepRun): Promise<StepOutcome> {
  const {clock} = context.run.options;
  const deadline = clock.now() + step.deadlineMs;
  const watch = new Watch(context.prelude.cursor);
  context.progress(`waiting for ${step.title}`);
  for (;;) {
    const output = await lookThrough(step, context, watch, deadline);
    if (output !== undefined) {
      const verdict = step.until(output);
      if (verdict.wait === 'done')
        return {title: step.title, ...output, ...(verdict.data === undefined ? {} : {data: verdict.data})};
      if (verdict.wait === 'failed') throw failedWait(step, watch, verdict.why, verdict.hint);
      if (verdict.progress !== undefined && verdict.progress !== watch.lastProgress) context.progress(verdict.progress);
      watch.lastProgress = verdict.progress ?? watch.lastProgress;
    }
    const left = deadline - clock.now();
    if (left <= 0) throw timedOut(step, watch);
    await clock.sleep(Math.min(step.everyMs, left), context.target.signal);
  }
}

/** One look; undefined if the link broke and was made anew. */
async function lookThrough(
  step: WaitStep,
  context: StepRun,
  watch: Watch,
  deadline: number,
): Promise<StepOutput | undefined> {
  try {
    return await look(step, context, watch);
  } catch (error) {
    if (!(error instanceof TransportError) || error.phase === 'config') throw error;
    const left = deadline - context.run.options.clock.now();
    if (left <= 0) throw error;
    context.progress(`the link to ${context.target.host} broke (${error.what}); connecting again`);
    await context.target.session.reconnect({deadlineMs: left, signal: context.target.signal});
    return undefined;
  }
}

async function look(step: WaitStep, context: StepRun, watch: Watch): Promise<StepOutput> {
  const {follow} = step;
  if (follow === undefined) {
    const [output] = await lookOnce(context, [step.probe]);
    return output;
  }
  const since = (context.run.options.clock.now() - context.startedAt) / 1000 + 1;
  const [output, journal] = await lookOnce(context, [
    step.probe,
    newLinesScript(follow.journal, watch.cursor, since),
  ] as const);
  const {lines, cursor} = readJournal(journal.stdout);
  watch.cursor = cursor ?? watch.cursor;
  watch.see(lines);
  for (const line of lines) {
    const cause = follow.cause(line);
    if (cause !== undefined) throw failedWait(step, watch, cause.why, cause.hint);
  }
  return output;
}

const failedWait = (step: WaitStep, watch: Watch, why: string, hint: string | undefined): TaskError =>
  new TaskError({what: `${step.title}: ${why}`, hint, stderr: watch.journal});

const timedOut = (step: WaitStep, watch: Watch): TaskError =>
  new TaskError({
    what: `waited ${seconds(step.deadlineMs)} for ${step.title}${
      watch.lastProgress === undefined ? '' : `; last seen: ${watch.lastProgress}`
    }`,
    hint: watch.journal === '' ? undefined : 'The last lines of its journal are shown below',
    stderr: watch.journal,
  });

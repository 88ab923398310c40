import {BecomeError, TransportError} from '../errors/index.js';
import type {Values} from '../inventory/types.js';
import {type Attempted, attempt} from './attempts.js';
import {checkModeOf} from './check_mode.js';
import {decide} from './conditions.js';
import {within} from './deadline.js';
import {execute} from './execute.js';
import {failureOf, failureOfResult, resultOfError} from './failures.js';
import {type HostTask, Interrupted} from './host_task.js';
import {type Draft, notified, openOutcome, quietly} from './open_outcome.js';
import {type Outcome, plainOutcome} from './outcome.js';
import {skippedResult} from './results.js';
import {booleanOf, numberOf, textOf} from './values.js';
import type {View} from './view.js';

/** Does a task once: for one item of its loop, or for a task without one. Errors become outcomes. */
export async function runItem(hostTask: HostTask, view: View, loopError?: unknown): Promise<Outcome> {
  const {run} = hostTask.play;
  const {clock} = run.options;
  const startedAt = clock.now();
  const timed = (outcome: Draft): Outcome => ({
    ...plainOutcome,
    ...outcome,
    noLog,
    durationMs: clock.now() - startedAt,
  });
  // Until it is known, nothing is shown.
  let noLog = true;
  try {
    noLog = booleanOf(view, 'no_log', hostTask.keywords.noLog, false);
    const left = leftOut(hostTask, view);
    if (left !== undefined) return timed(left);
    if (loopError !== undefined) throw loopError;
    const delegated = delegatedView(hostTask, view);
    const {delegate} = delegated.options;
    const draft = await perform(hostTask, delegated);
    return timed({...draft, ...(delegate === undefined ? {} : {delegatedTo: delegate})});
  } catch (error) {
    if (run.kill.aborted) throw new Interrupted();
    if (view.unsure !== undefined && !(error instanceof TransportError))
      return timed(openOutcome(hostTask, view, view.unsure));
    return timed(failedOutcome(hostTask, view, error));
  }
}

/** The outcome of a task that `when` leaves out, or of which check mode cannot tell whether it does. */
function leftOut(hostTask: HostTask, view: View): Draft | undefined {
  const {keywords, wokenBy} = hostTask;
  const decision = decide(view, keywords.when);
  if (decision.runs === 'no')
    return {
      status: 'skipped',
      result: skippedResult(decision.falseCondition),
      why: `${String(decision.falseCondition)} is false`,
    };
  if (decision.runs === 'unsure') return openOutcome(hostTask, view, decision.why);
  return wokenBy === undefined ? undefined : openOutcome(hostTask, view, wokenBy);
}

function delegatedView({keywords}: HostTask, view: View): View {
  const delegate = textOf(view, keywords.delegateTo);
  return delegate === undefined ? view : view.with({delegate});
}

async function perform(hostTask: HostTask, view: View): Promise<Draft> {
  const {run} = hostTask.play;
  const timeoutMs = timeoutOf(hostTask, view) ?? run.settings.taskTimeoutMs;
  const attempted = await attempt(hostTask, view, () =>
    within(timeoutMs, run.options.clock, run.kill, (signal) => execute(hostTask, view, signal)),
  );
  const {unsure} = view;
  const judgedOnUnknown = unsure !== undefined && attempted.done.verdict === undefined && checkModeOf(view, hostTask);
  return judgedOnUnknown ? openOutcome(hostTask, view, unsure) : judgedOutcome(hostTask, view, attempted);
}

/**
 * `timeout`, or the seconds of `async` while it is polled for. A task is never left to itself: with `poll: 0` it runs
 * to its end like any other, since nothing would tell of its failure.
 */
function timeoutOf({keywords, task}: HostTask, view: View): number | undefined {
  const seconds = numberOf(view, 'timeout', keywords.timeout, undefined);
  if (seconds !== undefined) return seconds * 1000;
  const limit = numberOf(view, 'async', task.async, 0);
  if (limit <= 0) return undefined;
  if (numberOf(view, 'poll', task.poll, 15) > 0) return limit * 1000;
  view.play.run.warn('poll: 0 leaves no task running behind: it is waited for', task.poll?.where ?? task.where);
  return undefined;
}

function judgedOutcome(hostTask: HostTask, view: View, {done, result, error}: Attempted): Draft {
  const {verdict, diff, effects = [], mark} = done;
  const common = {
    result,
    diff,
    effects,
    warnings: done.result.warnings ?? [],
    ...learnedFrom(done, result),
    ...(mark === undefined ? {} : {mark}),
  };
  if (verdict !== undefined)
    return {...common, ...verdict, ...(verdict.status === 'conditional' ? {notify: notified(hostTask, view)} : {})};
  if (result.failed === true) {
    const {where} = hostTask.task;
    const failure = error === undefined ? failureOfResult(result, done.result.hint, where) : failureOf(error, where);
    return {...common, status: 'failed', failure, ignored: isIgnored(hostTask, view)};
  }
  if (result.skipped === true) return {...common, status: 'skipped', why: String(result.msg ?? 'skipped')};
  return result.changed === true
    ? {...common, status: 'changed', notify: notified(hostTask, view)}
    : {...common, status: 'ok'};
}

/** Facts and variables, which a failed task does not give. */
function learnedFrom(
  {result: {facts, variables}, cacheable}: Attempted['done'],
  result: Values,
): Pick<Draft, 'learned'> {
  if ((facts === undefined && variables === undefined) || result.failed === true) return {};
  return {
    learned: {
      ...(facts === undefined ? {} : {facts}),
      ...(variables === undefined ? {} : {values: variables}),
      ...(cacheable === undefined ? {} : {cacheable}),
    },
  };
}

const isIgnored = ({keywords}: HostTask, view: View): boolean =>
  booleanOf(view, 'ignore_errors', keywords.ignoreErrors, false);

function failedOutcome(hostTask: HostTask, view: View, error: unknown): Draft {
  const failure = failureOf(error, hostTask.task.where);
  const result: Values = resultOfError(error);
  if (error instanceof TransportError && !(error instanceof BecomeError))
    return {status: 'unreachable', result, failure, ignored: isUnreachableIgnored(hostTask, view)};
  return {status: 'failed', result, failure, ignored: quietly(() => isIgnored(hostTask, view)) ?? false};
}

const isUnreachableIgnored = ({keywords}: HostTask, view: View): boolean =>
  quietly(() => booleanOf(view, 'ignore_unreachable', keywords.ignoreUnreachable, false)) ?? false;

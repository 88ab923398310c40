import type {Values} from '../inventory/types.js';
import {applyOutcome, learn} from './apply.js';
import type {HostTask} from './host_task.js';
import {runItem} from './item.js';
import {itemKeys, itemsOf, labelOf, loopVariables} from './loop.js';
import {checkHandlers} from './notify.js';
import {failedOutcome, type Outcome, plainOutcome, shownOutcome} from './outcome.js';
import {emptyLoopResult, loopResult} from './results.js';
import {booleanOf} from './values.js';
import {View} from './view.js';

/** Does one task on one host: all items of its loop, with events, and everything it registers and learns applied. */
export async function runTask(hostTask: HostTask): Promise<Outcome> {
  const {play, host, task, ref} = hostTask;
  const {run} = play;
  const view = new View(play, host, task);
  run.emit({kind: 'host-start', host, task: ref});
  run.inFlight.set(host, ref);
  try {
    const outcome = withHandlers(
      hostTask,
      task.loop === undefined ? await runPlain(hostTask, view) : await runLoop(hostTask, view),
    );
    applyOutcome(hostTask, outcome);
    const {masker} = run.options;
    const shown = shownOutcome(outcome, masker, showsDiff(hostTask, view));
    run.emit({kind: 'host-result', host, task: ref, outcome: shown, loop: task.loop !== undefined});
    return outcome;
  } finally {
    run.inFlight.delete(host);
  }
}

/** A change that wakes a handler nobody has written is a failure. */
function withHandlers(hostTask: HostTask, outcome: Outcome): Outcome {
  try {
    checkHandlers(hostTask, outcome);
    return outcome;
  } catch (error) {
    return {...failedOutcome(error, hostTask.task.where), noLog: outcome.noLog, durationMs: outcome.durationMs};
  }
}

async function runPlain(hostTask: HostTask, view: View): Promise<Outcome> {
  const outcome = await runItem(hostTask, view);
  learn(hostTask, outcome);
  return outcome;
}

/** An error in a keyword shows when it is needed for the task itself; here it only hides diffs. */
function showsDiff({keywords, play}: HostTask, view: View): boolean {
  try {
    return booleanOf(view, 'diff', keywords.diff, play.run.settings.diff);
  } catch {
    return false;
  }
}

async function runLoop(hostTask: HostTask, view: View): Promise<Outcome> {
  const {play, host, task, ref} = hostTask;
  const {loop} = task;
  if (loop === undefined) return runPlain(hostTask, view);
  const {run} = play;
  const startedAt = run.options.clock.now();
  const watched = view.afresh();
  let items: readonly unknown[];
  try {
    items = itemsOf(watched, loop);
  } catch (error) {
    // An undefined loop is an error only if `when` lets the task run.
    return runItem(hostTask, watched, error);
  }
  if (watched.unsure !== undefined) return runItem({...hostTask, wokenBy: watched.unsure}, view);
  if (items.length === 0) return {...emptyLoop(hostTask, view), durationMs: run.options.clock.now() - startedAt};
  const outcomes: Outcome[] = [];
  for (let index = 0; index < items.length; index += 1) {
    if (index > 0 && loop.pauseMs !== undefined) {
      run.effects.interrupt(host);
      await run.options.clock.sleep(loop.pauseMs, run.kill);
    }
    const variables = loopVariables(loop, items, index);
    const rest = function* () {
      for (let next = index + 1; next < items.length; next += 1)
        yield view.with({extra: loopVariables(loop, items, next), silent: true});
    };
    const itemView = view.with({extra: variables, rest});
    const outcome = withItem(await runItem(hostTask, itemView), itemKeys(loop, variables));
    learn(hostTask, outcome);
    outcomes.push(outcome);
    const {masker} = run.options;
    const label = outcome.noLog ? '(hidden)' : masker.mask(safeLabel(() => labelOf(itemView, loop), index));
    const shown = shownOutcome(outcome, masker, showsDiff(hostTask, itemView));
    run.emit({kind: 'item', host, task: ref, label, outcome: shown});
    if (outcome.status === 'unreachable' && !outcome.ignored) break;
  }
  return combined(outcomes, run.options.clock.now() - startedAt);
}

const withItem = (outcome: Outcome, keys: Values): Outcome => ({...outcome, result: {...outcome.result, ...keys}});

const safeLabel = (label: () => string, index: number): string => {
  try {
    return label();
  } catch {
    return `item ${index + 1}`;
  }
};

/** A loop over nothing is skipped, whatever `when` says. */
const emptyLoop = ({keywords}: HostTask, view: View): Outcome => ({
  ...plainOutcome,
  status: 'skipped',
  result: emptyLoopResult,
  why: 'the list is empty',
  noLog: booleanOf(view, 'no_log', keywords.noLog, false),
});

/** One outcome for all items: failed if one failed (ignored if all that failed were), changed if one changed. */
function combined(outcomes: readonly Outcome[], durationMs: number): Outcome {
  const bad = outcomes.filter(({status}) => status === 'failed' || status === 'unreachable');
  const [first] = bad;
  const mark = outcomes.find((outcome) => outcome.mark !== undefined)?.mark;
  const why = outcomes.find((outcome) => outcome.why !== undefined)?.why;
  const delegatedTo = outcomes.findLast((outcome) => outcome.delegatedTo !== undefined)?.delegatedTo;
  const lastBad = bad.find(({status}) => status === 'unreachable') ?? first;
  return {
    status: statusOf(outcomes),
    result: loopResult(outcomes.map(({result}) => result)),
    ignored: bad.length > 0 && bad.every(({ignored}) => ignored),
    diff: outcomes.flatMap(({diff}) => diff),
    warnings: outcomes.flatMap(({warnings}) => warnings),
    noLog: outcomes.some(({noLog}) => noLog),
    notify: [...new Set(outcomes.flatMap(({notify}) => notify))],
    // What items ask of the engine has been done item by item.
    effects: [],
    durationMs,
    ...(lastBad?.failure === undefined ? {} : {failure: lastBad.failure}),
    ...(mark === undefined ? {} : {mark}),
    ...(why === undefined ? {} : {why}),
    ...(delegatedTo === undefined ? {} : {delegatedTo}),
  };
}

function statusOf(outcomes: readonly Outcome[]): Outcome['status'] {
  const has = (status: Outcome['status']) => outcomes.some((outcome) => outcome.status === status);
  if (has('unreachable')) return 'unreachable';
  if (has('failed')) return 'failed';
  if (has('changed')) return 'changed';
  if (has('conditional')) return 'conditional';
  return has('ok') ? 'ok' : 'skipped';
}

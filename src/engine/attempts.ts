import {TaskError} from '../errors/index.js';
import type {Values} from '../inventory/types.js';
import {holds, judged} from './conditions.js';
import {resultOfTaskError} from './failures.js';
import type {HostTask} from './host_task.js';
import {PlanFailure} from './kinds/state.js';
import type {Done} from './module_run.js';
import {registered} from './results.js';
import {numberOf} from './values.js';
import type {View} from './view.js';

/** A module's last word, judged by the task's own conditions. */
export interface Attempted {
  readonly done: Done;
  readonly result: Values;
  /** The step that failed, if one did. */
  readonly error?: TaskError;
}

const defaultRetries = 3;
const defaultDelaySeconds = 5;

/**
 * Does a module until `until` holds: once and `retries` times more, 3 if that is not said. `retries` without `until`
 * means until it does not fail. When the last try is in vain the task has failed.
 */
export async function attempt(hostTask: HostTask, view: View, once: () => Promise<Done>): Promise<Attempted> {
  const {task, play} = hostTask;
  const {options, effects} = play.run;
  const retries = retriesOf(task, view);
  for (let count = 1; ; count += 1) {
    const tried = await tryOnce(hostTask, view, once, retries === undefined ? {} : {attempts: count});
    if (retries === undefined || tried.done.verdict !== undefined || satisfied(hostTask, view, tried.result))
      return tried;
    if (count > retries) return {...tried, result: {...tried.result, attempts: retries, failed: true}};
    const delayMs = 1000 * Math.max(0, numberOf(view, 'delay', task.delay, defaultDelaySeconds));
    const {host, ref} = hostTask;
    play.run.emit({kind: 'retry', host, task: ref, attempt: count, left: retries + 1 - count, delayMs});
    effects.interrupt(host);
    await options.clock.sleep(delayMs, play.run.kill);
  }
}

function retriesOf({until, retries}: HostTask['task'], view: View): number | undefined {
  if (until === undefined && retries === undefined) return undefined;
  const count = Math.floor(numberOf(view, 'retries', retries, defaultRetries));
  // Ansible: with no retries left from the start, `until` is not asked either.
  return count <= 0 ? undefined : count;
}

function satisfied({task}: HostTask, view: View, result: Values): boolean {
  if (task.until === undefined) return result.failed !== true;
  const seeing = task.register === undefined ? view : view.with({extra: {[task.register]: result}});
  return holds(seeing, task.until);
}

async function tryOnce(
  {task}: HostTask,
  view: View,
  once: () => Promise<Done>,
  extra: {readonly attempts?: number},
): Promise<Attempted> {
  try {
    const done = await once();
    const plain = {...registered(done.result), ...extra};
    return {done, result: done.verdict === undefined ? judged(view, task, plain) : plain};
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    const result = resultOfTaskError(error);
    const own = error instanceof PlanFailure ? error.result : {};
    return {done: {result, diff: []}, result: judged(view, task, {...registered(result), ...own, ...extra}), error};
  }
}

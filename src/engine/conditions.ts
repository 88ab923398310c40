import {messageOf} from '../errors/index.js';
import type {Values} from '../inventory/types.js';
import type {Expression, Task} from '../playbook/types.js';
import type {View} from './view.js';

export type Decision =
  | {readonly runs: 'yes'}
  | {readonly runs: 'no'; readonly falseCondition: Expression['text']}
  /** Check mode: it hangs on something that only a real run can give. */
  | {readonly runs: 'unsure'; readonly why: string};

/**
 * Whether all conditions hold. In check mode one that is false for certain decides, whatever the others rest on; one
 * that rests on an unknown value leaves the matter open, and errors in what stands behind it do not count.
 */
export function decide(view: View, conditions: readonly Expression[]): Decision {
  let unsure: string | undefined;
  for (const {text, where} of conditions) {
    const watched = view.watches ? view.afresh() : view;
    try {
      const holds = watched.test(text, where);
      if (watched.unsure === undefined && !holds) return {runs: 'no', falseCondition: text};
    } catch (error) {
      if (watched.unsure === undefined && unsure === undefined) throw error;
    }
    unsure ??= watched.unsure;
  }
  return unsure === undefined ? {runs: 'yes'} : {runs: 'unsure', why: unsure};
}

/** Whether all of these hold with a result at hand (`changed_when`, `failed_when`, `until`). */
export const holds = (view: View, conditions: readonly Expression[]): boolean =>
  view.firstFalse(conditions) === undefined;

/** The result as `changed_when` and `failed_when` have it; an error in one of them fails the task. */
export function judged(view: View, task: Task, result: Values): Values {
  const verdict: Record<string, unknown> = {...result};
  const seeing = () => (task.register === undefined ? view : view.with({extra: {[task.register]: verdict}}));
  let asking = 'changed_when_result';
  try {
    if (task.changedWhen !== undefined) verdict.changed = holds(seeing(), task.changedWhen);
    asking = 'failed_when_result';
    if (task.failedWhen !== undefined) {
      const failed = holds(seeing(), task.failedWhen);
      verdict.failed_when_result = failed;
      verdict.failed = failed;
    }
  } catch (error) {
    verdict.failed = true;
    verdict[asking] = messageOf(error);
    verdict.msg = messageOf(error);
  }
  return verdict;
}

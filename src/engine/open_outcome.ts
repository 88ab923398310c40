import type {Written} from '../playbook/types.js';
import {argumentsOf} from './args.js';
import type {HostTask} from './host_task.js';
import {type Outcome, plainOutcome} from './outcome.js';
import {conditionalResult} from './results.js';
import type {View} from './view.js';

/** An outcome before its time is known. */
export type Draft = Partial<Outcome> & Pick<Outcome, 'status' | 'result'>;

/**
 * Check mode cannot tell what the task would do, or whether it would do anything. The handlers it would wake are as open
 * as itself, and so is what it would touch.
 */
export function openOutcome(hostTask: HostTask, view: View, why: string): Draft {
  quietly(() => blur(hostTask, view));
  return {
    ...plainOutcome,
    status: 'conditional',
    result: conditionalResult(why),
    why,
    mark: why,
    notify: quietly(() => notified(hostTask, view)) ?? [],
  };
}

/** What the task would touch is not known any more, as far as one can see what that is. */
function blur({module, task, play}: HostTask, view: View): void {
  if (module.kind !== 'state' && module.kind !== 'action') return;
  const watched = view.afresh();
  const params = argumentsOf(watched, task, module);
  if (watched.unsure !== undefined) return;
  const touched = module.kind === 'state' ? module.reads(params) : (module.touches?.(params) ?? []);
  play.run.predictionsOf(view.options.delegate ?? view.host).record(touched);
}

/** The names of the handlers to wake, rendered with the item's variables. */
export function notified({keywords}: HostTask, view: View): string[] {
  return (keywords.notify ?? []).flatMap((name: Written) => {
    const rendered = view.written(name);
    return Array.isArray(rendered) ? rendered.map(String) : [String(rendered)];
  });
}

/** What cannot be rendered says nothing; the first error is the one to show. */
export function quietly<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

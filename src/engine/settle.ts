import type {Include, Task} from '../playbook/types.js';
import type {FailureFate, HostState} from './host_state.js';
import type {HostTask} from './host_task.js';
import {notifyHandlers} from './notify.js';
import type {Outcome} from './outcome.js';

/** What settling needs to know of a task. */
export interface Settled extends Omit<HostTask, 'module' | 'task' | 'state'> {
  readonly task: Task | Include;
}

/** Whether an outcome takes its host out of the list it is in. */
export const isBad = ({status, ignored}: Outcome): boolean =>
  (status === 'failed' || status === 'unreachable') && !ignored;

/** Handlers are woken, a failure goes to rescue or takes the host out of this play and all later ones. */
export function settle(hostTask: Settled, state: HostState, outcome: Outcome): void {
  const {play, host, task, ref} = hostTask;
  const {run} = play;
  if (outcome.status === 'unreachable' && !outcome.ignored) {
    run.unreachable.set(host, outcome.failure?.what ?? 'unreachable');
    state.drop('unreachable');
    return;
  }
  if (!isBad(outcome)) {
    notifyHandlers(hostTask, state, outcome);
    return;
  }
  if (failHost(hostTask.play, state) !== 'rescued') return;
  run.emit({kind: 'rescued', host, task: ref});
  run.options.variables.setVariables(host, {
    ansible_failed_task: {name: ref.name, action: ref.module, id: task.id},
    ansible_failed_result: outcome.result,
  });
}

/** The present task of a host counts as failed: on in rescue or always, or out of the run. */
export function failHost({run}: HostTask['play'], state: HostState): FailureFate {
  const fate = state.fail();
  if (state.out === 'failed') run.failed.add(state.host);
  return fate;
}

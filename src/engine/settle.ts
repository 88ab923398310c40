import {PlaybookError} from '../errors/index.js';
import type {Include, Task} from '../playbook/types.js';
import type {FailureFate, HostState} from './host_state.js';
import type {HostTask} from './host_task.js';
import {notifyHandlers} from './notify.js';
import {failedOutcome, type Outcome, shownOutcome} from './outcome.js';

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
    wake(hostTask, state, outcome);
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

function wake(hostTask: Settled, state: HostState, outcome: Outcome): void {
  if (outcome.notify.length === 0) return;
  try {
    notifyHandlers(hostTask, state, outcome);
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error;
    const {play, host, ref, task} = hostTask;
    const shown = shownOutcome(failedOutcome(error, task.where), play.run.options.masker, false);
    play.run.emit({kind: 'host-result', host, task: ref, loop: false, outcome: shown});
    failHost(play, state);
  }
}

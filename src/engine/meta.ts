import {PlaybookError} from '../errors/index.js';
import type {ControlEffect, ControlModule} from '../module/types.js';
import type {Task} from '../playbook/types.js';
import {decide} from './conditions.js';
import {execute} from './execute.js';
import {targetOf} from './host_access.js';
import type {HostState, Next} from './host_state.js';
import type {PlayRun} from './play_context.js';
import {taskRef} from './task_ref.js';
import {View} from './view.js';

/** Actions that concern all hosts: asked of the first host that has come to them, as in Ansible. */
const forAll: ReadonlySet<string> = new Set([
  'end_play',
  'end_batch',
  'refresh_inventory',
  'clear_host_errors',
  'clear_facts',
]);

/** `meta:` tasks. They make no events and count nowhere, as in Ansible. */
export async function runMeta(
  play: PlayRun,
  task: Task,
  module: ControlModule,
  states: readonly HostState[],
  next: Next,
): Promise<void> {
  for (const state of states) {
    const view = new View(play, state.host, task);
    const action = await actionOf(play, task, module, view);
    if (decide(view, play.keywordsOf(task).when).runs === 'yes')
      await act(action, {play, task, state, states, next, view});
    if (forAll.has(action)) return;
  }
}

async function actionOf(play: PlayRun, task: Task, module: ControlModule, view: View): Promise<string> {
  const ref = taskRef(play, task, view.host, false);
  const keywords = play.keywordsOf(task);
  const hostTask = {play, host: view.host, task, module, keywords, ref, state: undefined, receivers: [view.host]};
  const {effects = []} = await execute(hostTask, view, play.run.kill);
  const effect = effects.find((one): one is Extract<ControlEffect, {effect: 'meta'}> => one.effect === 'meta');
  return effect?.action ?? 'noop';
}

interface Scene {
  readonly play: PlayRun;
  readonly task: Task;
  readonly state: HostState;
  readonly states: readonly HostState[];
  readonly next: Next;
  readonly view: View;
}

async function act(action: string, scene: Scene): Promise<void> {
  const {play, state, task, next} = scene;
  const {run} = play;
  switch (action) {
    case 'noop':
    case 'role_complete':
      return;
    case 'flush_handlers':
      if (state.flushing) throw new PlaybookError({what: 'flush_handlers cannot be a handler', where: task.where});
      state.flush([...next.position, 0]);
      return;
    case 'end_host':
      state.drop('ended');
      return;
    case 'end_role':
      state.endRole(task);
      return;
    case 'end_play':
    case 'end_batch':
      for (const one of play.statesLeft) one.drop('ended');
      if (action === 'end_play') play.ends ??= 'play';
      return;
    case 'clear_facts':
      for (const one of scene.states) run.options.variables.clearFacts(one.host);
      return;
    case 'clear_host_errors':
      for (const host of play.hosts) {
        run.failed.delete(host);
        run.unreachable.delete(host);
        play.states.get(host)?.forgive();
      }
      return;
    case 'reset_connection':
      await resetConnection(scene);
      return;
    case 'refresh_inventory':
      await run.options.refreshInventory?.();
      return;
    default:
      throw new PlaybookError({what: `meta has no action '${action}'`, where: task.where});
  }
}

/** Ends the link; the next task makes it anew, so that new groups, limits and environment count. */
async function resetConnection({play, task, state, view}: Scene): Promise<void> {
  const {session} = targetOf(view, play.keywordsOf(task), play.run.kill);
  play.run.effects.interrupt(state.host);
  await session.reset({link: true});
}

import {globToRegex} from '../inventory/pattern.js';
import {isSelected, tagsOf} from '../playbook/tags.js';
import type {RunnableNode} from './host_state.js';
import type {PlayRun} from './play_context.js';
import {taskRef} from './task_ref.js';

/** Whether hosts pass over a node: not asked for by tags, or before the task that `--start-at-task` names. */
export function nodeFilter(play: PlayRun): (node: RunnableNode) => boolean {
  const {run} = play;
  const known = new WeakMap<RunnableNode, boolean>();
  const isTagged = (node: Exclude<RunnableNode, {kind: 'flush'}>): boolean => {
    let selected = known.get(node);
    if (selected === undefined) {
      selected = isSelected(tagsOf(node), run.settings);
      known.set(node, selected);
    }
    return selected;
  };
  return (node) => {
    if (node.kind === 'flush') return false;
    if (run.awaitedTask !== undefined && !isAwaited(play, node)) return true;
    return !isTagged(node);
  };
}

/** From the first task of that name on, nothing is passed over any more. */
function isAwaited(play: PlayRun, node: Exclude<RunnableNode, {kind: 'flush'}>): boolean {
  const {run} = play;
  const wanted = run.awaitedTask;
  if (wanted === undefined) return true;
  const {name, role} = taskRef(play, node, undefined, false);
  const titles = [name, ...(role === undefined ? [] : [`${role} : ${name}`])];
  const glob = globToRegex(wanted);
  if (node.name === undefined || !titles.some((title) => title === wanted || glob.test(title))) return false;
  run.awaitedTask = undefined;
  return true;
}

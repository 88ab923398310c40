import {globToRegex} from '../inventory/pattern.js';
import {isSelected, tagsOf} from '../playbook/tags.js';
import {walkPlay} from '../playbook/walk.js';
import type {NodeFilter, RunnableNode} from './host_state.js';
import {isGathering} from './plan.js';
import type {PlayRun} from './play_context.js';
import {taskRef} from './task_ref.js';

/**
 * Whether one host passes over a node: not asked for by tags, or before the task that `--start-at-task` names. Each host
 * looks for that task on its own; whichever meets it first ends the search for later plays.
 */
export function nodeFilter(play: PlayRun): NodeFilter {
  const {run} = play;
  let wanted = run.awaitedTask;
  const known = new WeakMap<RunnableNode, boolean>();
  const isTagged = (node: Exclude<RunnableNode, {kind: 'flush'}>): boolean => {
    let selected = known.get(node);
    if (selected === undefined) {
      selected = isSelected(tagsOf(node), run.settings);
      known.set(node, selected);
    }
    return selected;
  };
  const holdsWanted = () =>
    [...walkPlay(play.play)].some((node) => wanted !== undefined && isCalled(play, node, wanted));
  const passesOver = (node: RunnableNode): boolean => {
    if (node.kind === 'flush') return false;
    if (wanted !== undefined) {
      // Facts are gathered in the play that holds the task, as in Ansible.
      if (isGathering(node) && holdsWanted()) return !isTagged(node);
      if (!isCalled(play, node, wanted)) return true;
      wanted = undefined;
      run.awaitedTask = undefined;
    }
    return !isTagged(node);
  };
  return {passesOver, isSearching: () => wanted !== undefined};
}

/** Whether a task has this name, with or without its role's; `*` and `?` are wildcards. */
function isCalled(play: PlayRun, node: Exclude<RunnableNode, {kind: 'flush'}>, wanted: string): boolean {
  const {name, role} = taskRef(play, node, undefined, false);
  const titles = [name, ...(role === undefined ? [] : [`${role} : ${name}`])];
  const glob = globToRegex(wanted);
  return node.name !== undefined && titles.some((title) => title === wanted || glob.test(title));
}

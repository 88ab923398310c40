import {didYouMean} from '../errors/index.js';
import {globToRegex} from '../inventory/pattern.js';
import type {Leaf} from './tags.js';
import type {Play, Playbook, TaskNode} from './types.js';

/** Tasks and includes in the order a run without failures meets them; rescue is left out, as in `--list-tasks`. */
export function* walkNodes(nodes: Iterable<TaskNode>, withRescue = false): Generator<Leaf> {
  for (const node of nodes) {
    if (node.kind !== 'block') yield node;
    else {
      yield* walkNodes(node.block, withRescue);
      if (withRescue) yield* walkNodes(node.rescue, withRescue);
      yield* walkNodes(node.always, withRescue);
    }
  }
}

/** A play's tasks in static order: pre_tasks, roles, tasks, post_tasks; with `withRescue` those of rescue too. */
export function* walkPlay(play: Play, withRescue = false): Generator<Leaf> {
  yield* walkNodes([...play.preTasks, ...play.roles, ...play.tasks, ...play.postTasks], withRescue);
}

/** The role a node stands in, innermost. */
export const roleOf = (node: {readonly scopes: TaskNode['scopes']}): string | undefined =>
  node.scopes.findLast((scope) => scope.role !== undefined)?.role?.name;

/** What lists and banners call a task: its name, or its module, with the role before it. */
export function titleOf(node: Leaf): string {
  const own = node.name?.value ?? (node.kind === 'task' ? node.module.written : `include_${node.what}`);
  const role = roleOf(node);
  return role === undefined ? String(own) : `${role} : ${String(own)}`;
}

/** The first task that `--start-at-task` means (its name, with or without the role, or a glob), or the names there are. */
export function findStart(
  playbook: Playbook,
  wanted: string,
): {readonly play: Play; readonly node: Leaf} | {readonly missing: string; readonly hint: string | undefined} {
  const titles = new Set<string>();
  const glob = globToRegex(wanted);
  for (const play of playbook.plays) {
    for (const node of walkPlay(play)) {
      const name = String(node.name?.value ?? '');
      const isWanted = [name, titleOf(node)].some((title) => title === wanted || glob.test(title));
      if (isWanted) return {play, node};
      if (name !== '') titles.add(name);
    }
  }
  return {missing: wanted, hint: didYouMean(wanted, titles)};
}

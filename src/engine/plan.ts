import type {Keywords, Play, Scope, Task, TaskNode} from '../playbook/types.js';
import type {FlushNode, PlayBlock, PlayNode} from './host_state.js';

export interface PlanOptions {
  readonly gatherFacts: boolean;
  readonly forceHandlers: boolean;
}

/**
 * A play as one list: facts, then pre_tasks, roles with tasks, and post_tasks, after each of which the handlers it
 * notified run. Under force_handlers they run even for hosts that have failed: each part becomes a block whose `always`
 * is the flush.
 */
export function planPlay(play: Play, {gatherFacts, forceHandlers}: PlanOptions): readonly PlayNode[] {
  const parts: readonly (readonly [string, readonly TaskNode[]])[] = [
    ['pre_tasks', play.preTasks],
    ['tasks', [...play.roles, ...play.tasks]],
    ['post_tasks', play.postTasks],
  ];
  const nodes = parts.flatMap(([name, tasks]): PlayNode[] => {
    const flush = flushNode(play, name);
    return forceHandlers ? [forced(tasks, flush)] : [...tasks, flush];
  });
  return gatherFacts ? [gatherTask(play), ...nodes] : nodes;
}

const flushNode = (play: Play, name: string): FlushNode => ({
  kind: 'flush',
  id: `${play.where.file}:${play.where.line}:handlers after ${name}`,
  where: play.where,
});

const forced = (tasks: readonly TaskNode[], flush: FlushNode): PlayBlock => ({
  kind: 'block',
  block: tasks,
  rescue: [],
  always: [flush],
});

const gatherMark = ':gather_facts';

/** Whether a node is the play's own fact gathering. */
export const isGathering = ({id}: {readonly id: string}): boolean => id.endsWith(gatherMark);

/** The implicit task that Ansible puts before all others; it runs whatever tags are asked for. */
function gatherTask(play: Play): Task {
  const keywords: Keywords = {tags: ['always']};
  const scope: Scope = {origin: 'task', keywords, layers: [], where: play.where};
  const subset = play.gatherSubset;
  const values = subset === undefined ? {} : {gather_subset: subset.value};
  return {
    kind: 'task',
    id: `${play.where.file}:${play.where.line}:${play.where.column}${gatherMark}`,
    name: {value: 'Gathering Facts', where: play.where},
    where: play.where,
    scopes: [play.scope, scope],
    module: {written: 'ansible.builtin.setup', name: 'setup', where: play.where},
    args: {kind: 'mapping', values, where: subset?.where ?? play.where, whereOf: () => subset?.where ?? play.where},
  };
}

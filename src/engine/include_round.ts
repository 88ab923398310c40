import type {Values, VarsLayer} from '../inventory/types.js';
import type {Include, TaskNode} from '../playbook/types.js';
import {decide} from './conditions.js';
import type {HostState, Next} from './host_state.js';
import {itemKeys, itemsOf, loopVariables} from './loop.js';
import {failedOutcome, type Outcome, plainOutcome, shownOutcome} from './outcome.js';
import type {PlayRun} from './play_context.js';
import {conditionalResult, emptyLoopResult, loopResult, skippedResult} from './results.js';
import {settle} from './settle.js';
import {taskRef} from './task_ref.js';
import {booleanOf, textOf} from './values.js';
import {View} from './view.js';

type RoleFiles = {tasksFrom?: string; handlersFrom?: string; varsFrom?: string; defaultsFrom?: string};

/** What one host includes: a file or a role, with the loop's variables. */
interface Wanted {
  readonly target: string;
  readonly files: RoleFiles;
  readonly variables: Values;
}

/** The tasks of what was included, and their place among the other files that this include opened. */
interface Opened {
  readonly nodes: readonly TaskNode[];
  readonly order: number;
}

/**
 * Expands include_tasks and include_role for the hosts that have come to it. Hosts that include the same with the same
 * variables share the tasks, so that the linear strategy keeps them in step. A host for which that fails has failed.
 */
export function runInclude(play: PlayRun, include: Include, states: readonly HostState[], next: Next): void {
  const ref = taskRef(play, include, states[0]?.host, next.handler);
  const opened = new Map<string, Opened>();
  const including = isOnce(play, include, states) ? states.slice(0, 1) : states;
  play.run.emit({kind: 'task-start', task: ref, hosts: including.map(({host}) => host)});
  for (const state of including) {
    const {host} = state;
    const view = new View(play, host, include);
    const outcome = attemptInclude(view, include, state, next, opened);
    if (include.register !== undefined)
      play.run.options.variables.register(host, include.register, outcome.result, outcome.mark);
    const shown = shownOutcome(outcome, play.run.options.masker, false);
    // Ansible counts an included file as a task that is ok, but an included role not at all.
    if (include.what === 'tasks' || outcome.status !== 'ok')
      play.run.emit({kind: 'host-result', host, task: ref, outcome: shown, loop: include.loop !== undefined});
    settle({play, host, task: include, ref, keywords: play.keywordsOf(include), receivers: [host]}, state, outcome);
  }
}

/** Under run_once only the first host includes, and does, the tasks. */
function isOnce(play: PlayRun, include: Include, [first]: readonly HostState[]): boolean {
  if (first === undefined) return false;
  const view = new View(play, first.host, include, {silent: true});
  return booleanOf(view, 'run_once', play.keywordsOf(include).runOnce, false);
}

function attemptInclude(
  view: View,
  include: Include,
  state: HostState,
  next: Next,
  opened: Map<string, Opened>,
): Outcome {
  try {
    const {wanted, results, unsure} = wantedBy(view, include);
    if (unsure !== undefined)
      return {...plainOutcome, status: 'conditional', result: conditionalResult(unsure), why: unsure, mark: unsure};
    state.enter(wanted.map((one) => openOnce(view, include, one, next, opened)));
    const result = include.loop === undefined ? (results[0] ?? emptyLoopResult) : loopResult(results);
    if (wanted.length === 0) return {...plainOutcome, status: 'skipped', result, why: whySkipped(result)};
    return {...plainOutcome, status: 'ok', result: {...result, include: wanted.map(({target}) => target).join(', ')}};
  } catch (error) {
    const {unsure} = view;
    if (unsure !== undefined)
      return {...plainOutcome, status: 'conditional', result: conditionalResult(unsure), why: unsure, mark: unsure};
    const ignored = booleanOf(view, 'ignore_errors', view.play.keywordsOf(include).ignoreErrors, false);
    return {...failedOutcome(error, include.where), ignored};
  }
}

const whySkipped = ({false_condition: condition}: Values): string =>
  condition === undefined ? 'nothing to include' : `${String(condition)} is false`;

/** What this host is to include, item by item, and each item's result. */
function wantedBy(
  view: View,
  include: Include,
): {readonly wanted: readonly Wanted[]; readonly results: readonly Values[]; readonly unsure: string | undefined} {
  const {loop} = include;
  const {when} = view.play.keywordsOf(include);
  const wanted: Wanted[] = [];
  const results: Values[] = [];
  const one = (itemView: View, variables: Values): string | undefined => {
    const decision = decide(itemView, when);
    if (decision.runs === 'unsure') return decision.why;
    if (decision.runs === 'no') {
      results.push(skippedResult(decision.falseCondition));
      return undefined;
    }
    wanted.push({
      target: String(itemView.written(include.target)),
      files: roleFiles(itemView, include),
      variables,
    });
    results.push({changed: false, failed: false});
    return itemView.unsure;
  };
  if (loop === undefined) return {wanted, unsure: one(view, {}), results};
  const items = itemsOf(view, loop);
  if (view.unsure !== undefined) return {wanted, results, unsure: view.unsure};
  for (let index = 0; index < items.length; index += 1) {
    const variables = loopVariables(loop, items, index);
    const unsure = one(view.with({extra: variables}), itemKeys(loop, variables));
    if (unsure !== undefined) return {wanted: [], results, unsure};
  }
  return {wanted, results, unsure: undefined};
}

function roleFiles(view: View, {tasksFrom, handlersFrom, varsFrom, defaultsFrom}: Include): RoleFiles {
  const found = {
    tasksFrom: textOf(view, tasksFrom),
    handlersFrom: textOf(view, handlersFrom),
    varsFrom: textOf(view, varsFrom),
    defaultsFrom: textOf(view, defaultsFrom),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** The tasks of an include, read once for all hosts that want the same. */
function openOnce(
  view: View,
  include: Include,
  {target, files, variables}: Wanted,
  next: Next,
  opened: Map<string, Opened>,
): {readonly nodes: readonly TaskNode[]; readonly at: readonly number[]} {
  const key = JSON.stringify([target, files, variables]);
  let known = opened.get(key);
  if (known === undefined) {
    known = {nodes: open(view, include, {target, files, variables}), order: opened.size};
    opened.set(key, known);
  }
  return {nodes: known.nodes, at: [...next.position, known.order]};
}

function open(view: View, include: Include, {target, files, variables}: Wanted): readonly TaskNode[] {
  const {play} = view;
  const {loader} = play.run.options;
  const layers: VarsLayer[] =
    Object.keys(variables).length === 0
      ? []
      : [
          {
            level: 'includeParams',
            label: 'the loop of an include',
            values: variables,
            template: false,
            where: include.where,
          },
        ];
  const found =
    include.what === 'role'
      ? loader.includeRole(include, target, files, layers)
      : loader.includeTasksAndHandlers(include, loader.findFile('tasks', target, include), layers);
  play.handlers.add(found.handlers);
  return found.tasks;
}

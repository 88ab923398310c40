import {PlaybookError} from '../errors/index.js';
import type {TaskRef} from '../events/types.js';
import type {Module} from '../module/types.js';
import type {Include, Task} from '../playbook/types.js';
import type {HostState, Next} from './host_state.js';
import type {HostTask} from './host_task.js';
import {failedOutcome, type Outcome, shownOutcome} from './outcome.js';
import type {PlayRun} from './play_context.js';
import {isBad, settle} from './settle.js';
import {taskRef} from './task_ref.js';
import {runTask} from './task_runner.js';
import {booleanOf, numberOf} from './values.js';
import {View} from './view.js';

/** The module of a task; the loader has seen that there is one. */
export function moduleOf(play: PlayRun, task: Task): Module {
  const {modules} = play.run.options;
  const module = modules.find(task.module.name) ?? modules.find(task.module.written);
  if (module !== undefined) return module;
  const near = modules.nearest(task.module.written);
  throw new PlaybookError({
    what: `there is no module '${task.module.written}'`,
    where: task.module.where,
    hint: near === undefined ? undefined : `did you mean '${near}'?`,
  });
}

/** How a task is spread over the hosts that have come to it. */
export interface Round {
  readonly play: PlayRun;
  readonly task: Task;
  readonly module: Module;
  readonly ref: TaskRef;
  /** All that have come to it, in the batch's order. */
  readonly states: readonly HostState[];
  /** Those that do it: all, or under run_once the first. */
  readonly working: readonly HostState[];
  readonly once: boolean;
  /** One failure is one too many for all hosts of the batch. */
  readonly allOrNone: boolean;
  readonly throttle: number;
}

/** Reads the keywords that concern all hosts at once, as the first host sees them. */
export function planRound(play: PlayRun, task: Task, states: readonly HostState[], next: Next): Round {
  const [first] = states;
  if (first === undefined) throw new TypeError('a round needs a host');
  const module = moduleOf(play, task);
  const keywords = play.keywordsOf(task);
  const view = new View(play, first.host, task, {silent: true});
  const once =
    (module.kind === 'control' && module.once === true) || booleanOf(view, 'run_once', keywords.runOnce, false);
  const isWorking = (state: HostState) => !once || state === first;
  return {
    play,
    task,
    module,
    ref: taskRef(play, task, first.host, next.handler),
    states,
    working: states.filter(isWorking),
    once,
    allOrNone: once || booleanOf(view, 'any_errors_fatal', keywords.anyErrorsFatal, false),
    throttle: numberOf(view, 'throttle', keywords.throttle, 0),
  };
}

/** Does one task on its hosts, as many at once as forks and throttle let, then settles what came of it. */
export async function runRound(round: Round): Promise<ReadonlyMap<string, Outcome>> {
  const {play, task, ref, working, throttle} = round;
  const {run} = play;
  run.emit({kind: 'task-start', task: ref, hosts: working.map(({host}) => host)});
  const gate = throttle > 0 ? play.gateOf(task, throttle) : undefined;
  const done = await Promise.allSettled(
    working.map(async (state): Promise<[HostTask, HostState, Outcome] | undefined> => {
      const hostTask = hostTaskOf(round, state);
      const act = () => run.forks(async () => (run.stopping() ? undefined : runTask(hostTask)));
      const outcome = await (gate === undefined ? act() : gate(act));
      return outcome === undefined ? undefined : [hostTask, state, outcome];
    }),
  );
  const outcomes = new Map<string, Outcome>();
  for (const one of done) {
    if (one.status === 'rejected') throw one.reason;
    if (one.value === undefined) continue;
    const [hostTask, state, outcome] = one.value;
    outcomes.set(state.host, outcome);
    settle(hostTask, state, outcome);
    if (round.once && isBad(outcome)) run.failedForAll.add(state.host);
  }
  return outcomes;
}

/** Whether the round went so badly that no host of the batch goes on. */
export const isFatal = ({allOrNone}: Round, outcomes: ReadonlyMap<string, Outcome>): boolean =>
  allOrNone && [...outcomes.values()].some(isBad);

export function hostTaskOf({play, task, module, ref, once}: Round, state: HostState): HostTask {
  const {host, unsure: wokenBy} = state;
  return {
    play,
    host,
    task,
    module,
    keywords: play.keywordsOf(task),
    ref,
    state,
    receivers: once ? play.statesLeft.map((state) => state.host) : [host],
    ...(wokenBy === undefined ? {} : {wokenBy}),
  };
}

/** A task that cannot even be begun fails on every host that has come to it. */
export function failRound(
  play: PlayRun,
  task: Task | Include,
  states: readonly HostState[],
  next: Next,
  error: unknown,
): void {
  const ref = taskRef(play, task, undefined, next.handler);
  play.run.emit({kind: 'task-start', task: ref, hosts: states.map(({host}) => host)});
  const outcome = failedOutcome(error, task.where);
  for (const state of states) {
    const {host} = state;
    const shown = shownOutcome(outcome, play.run.options.masker, false);
    play.run.emit({kind: 'host-result', host, task: ref, outcome: shown, loop: false});
    const keywords = play.keywordsOf(task);
    settle({play, host, task, ref, keywords, receivers: [host]}, state, outcome);
  }
}

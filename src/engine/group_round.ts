import {formatWhere, TransportError} from '../errors/index.js';
import type {Values} from '../inventory/types.js';
import type {GroupEntry, GroupModule, GroupPlan, GroupSighting, HostView} from '../module/types.js';
import {secretsIn} from '../module/validate.js';
import {applyOutcome, learn} from './apply.js';
import {argumentsOf} from './args.js';
import {checkModeOf} from './check_mode.js';
import {decide} from './conditions.js';
import {failureOf, resultOfError} from './failures.js';
import {targetOf} from './host_access.js';
import {Interrupted} from './host_task.js';
import {failedOutcome, type Outcome, plainOutcome, shownOutcome} from './outcome.js';
import {noPredictions} from './predictions.js';
import {isRefused, refusedOutcomes} from './refusals.js';
import {conditionalResult, skippedResult} from './results.js';
import {hostTaskOf, type Round} from './round.js';
import {settle} from './settle.js';
import {lookOnce} from './step_run.js';
import {booleanOf} from './values.js';
import {View} from './view.js';

/** A host that the module looks at: one of the play, or one that its scope brings in. */
interface Looked {
  readonly host: string;
  readonly view: View;
  readonly params: object;
  readonly sighting: GroupSighting<unknown>;
  /** Why nothing was seen, when that takes the host itself out. */
  readonly error?: unknown;
}

/**
 * Looks at every host of the round and of the module's scope, `--limit` or not, then plans once over all of them. Hosts
 * that cannot be reached are entries too, and are never taken for empty.
 */
export async function runGroupRound(round: Round, module: GroupModule): Promise<ReadonlyMap<string, Outcome>> {
  const {play, ref, working} = round;
  const {run} = play;
  run.emit({kind: 'task-start', task: ref, hosts: working.map(({host}) => host)});
  const outcomes = new Map<string, Outcome>();
  const taking: string[] = [];
  for (const {host} of working) {
    const left = leftOut(round, host);
    if (left === undefined) taking.push(host);
    else outcomes.set(host, left);
  }
  if (taking.length > 0)
    for (const [host, outcome] of await planned(round, module, taking)) outcomes.set(host, outcome);
  for (const state of working) {
    const outcome = outcomes.get(state.host);
    if (outcome === undefined) continue;
    const hostTask = hostTaskOf(round, state);
    learn(hostTask, outcome);
    applyOutcome(hostTask, outcome);
    const shown = shownOutcome(outcome, run.options.masker, false);
    run.emit({kind: 'host-result', host: state.host, task: ref, outcome: shown, loop: false});
    settle(hostTask, state, outcome);
    if (isRefused(outcome)) run.failedForAll.add(state.host);
  }
  return outcomes;
}

/** Looks, plans and says what that comes to for each host; whatever goes wrong on the way fails them all. */
async function planned(
  round: Round,
  module: GroupModule,
  taking: readonly string[],
): Promise<ReadonlyMap<string, Outcome>> {
  const {play, task} = round;
  const {clock, random} = play.run.options;
  try {
    const looked = await lookAt(round, module, taking);
    const checkMode = checkModeOf(new View(play, taking[0] ?? '', task), {keywords: play.keywordsOf(task)});
    const plan = module.plan(
      looked.map((one) => groupEntry(round, one, checkMode)),
      {checkMode, now: new Date(clock.now()), random: (count) => random.bytes(count)},
    );
    for (const values of plan.variables?.values() ?? [])
      for (const secret of secretsIn(values)) play.run.options.masker.add(secret);
    tell(round, plan);
    if (plan.refusals.length === 0) {
      makeGroups(round, plan);
      teachOthers(round, plan, taking);
    }
    return outcomesOf(round, plan, looked, taking);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return new Map(taking.map((host) => [host, failedOutcome(error, task.where)]));
  }
}

function makeGroups({play}: Round, {groups = new Map()}: GroupPlan): void {
  const {run} = play;
  for (const [group, hosts] of groups) {
    run.namedGroups.add(group);
    for (const host of hosts) run.options.variables.groupBy(host, group, []);
  }
}

/** Hosts of the scope that are not of this play may be of a later one: they learn what was planned for them as well. */
function teachOthers({play}: Round, {variables = new Map()}: GroupPlan, taking: readonly string[]): void {
  for (const [host, values] of variables)
    if (!taking.includes(host)) play.run.options.variables.setVariables(host, values, {cacheable: false});
}

function leftOut({play, task}: Round, host: string): Outcome | undefined {
  const view = new View(play, host, task);
  try {
    const decision = decide(view, play.keywordsOf(task).when);
    if (decision.runs === 'yes') return undefined;
    if (decision.runs === 'unsure')
      return {
        ...plainOutcome,
        status: 'conditional',
        result: conditionalResult(decision.why),
        why: decision.why,
        mark: decision.why,
      };
    const {falseCondition} = decision;
    return {
      ...plainOutcome,
      status: 'skipped',
      result: skippedResult(falseCondition),
      why: `${String(falseCondition)} is false`,
    };
  } catch (error) {
    return failedOutcome(error, task.where);
  }
}

async function lookAt(round: Round, module: GroupModule, taking: readonly string[]): Promise<readonly Looked[]> {
  const {play, task} = round;
  const {run} = play;
  const {inventory} = run.options.variables;
  const [first = ''] = taking;
  const scope = module.scope(argumentsOf(new View(play, first, task), task, module));
  const hosts = [...new Set([...scope.flatMap((group) => inventory.hostsOf(group)), ...taking])];
  const looked = await Promise.allSettled(hosts.map((host) => run.forks(() => look(round, module, host))));
  return looked.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

async function look({play, task}: Round, module: GroupModule, host: string): Promise<Looked> {
  const {run} = play;
  const view = new View(play, host, task);
  const params = argumentsOf(view, task, module);
  const known = run.unreachable.get(host);
  if (known !== undefined) return {host, view, params, sighting: {seen: 'unknown', why: known}};
  try {
    const target = targetOf(view, play.keywordsOf(task), run.kill);
    const checkMode = checkModeOf(view, {keywords: play.keywordsOf(task)});
    const hostView: HostView = {
      name: host,
      checkMode,
      diffMode: run.settings.diff,
      facts: run.options.variables.facts(host),
      become: target.become !== undefined,
      user: target.user,
    };
    const [output] = await lookOnce({run, target}, [module.probe(params, hostView)]);
    const atMs = run.options.clock.now();
    return {host, view, params, sighting: {seen: 'known', value: module.parse(output, params), atMs}};
  } catch (error) {
    if (run.kill.aborted) throw new Interrupted();
    const {what} = failureOf(error, task.where);
    return {host, view, params, sighting: {seen: 'unknown', why: what}, error};
  }
}

function groupEntry({play}: Round, looked: Looked, checkMode: boolean): GroupEntry<object, unknown> {
  const {host, view, params, sighting} = looked;
  const {run} = play;
  const own = run.options.variables.inventory.hosts.get(host);
  return {
    host,
    groups: own?.groups ?? [],
    params,
    inPlay: play.hosts.includes(host),
    sighting,
    variable: (name) => view.variable(name),
    whereOf: (name, member) => {
      const variable = view.source.get(name);
      return (member === undefined ? undefined : variable?.memberOrigin?.(member)) ?? variable?.origin;
    },
    ...(own?.where === undefined ? {} : {where: formatWhere(own.where)}),
    predicted: checkMode ? run.predictionsOf(host) : noPredictions,
  };
}

/** What the plan has to say to people, before anything is touched. */
function tell({play, ref}: Round, {shows = [], warnings = []}: GroupPlan): void {
  const {run} = play;
  if (shows.length > 0) run.emit({kind: 'show', task: ref, lines: shows.map((line) => run.options.masker.mask(line))});
  for (const warning of warnings) run.warn(warning, ref.where);
}

function outcomesOf(
  round: Round,
  plan: GroupPlan,
  looked: readonly Looked[],
  taking: readonly string[],
): ReadonlyMap<string, Outcome> {
  const refused = refusedOutcomes(plan.refusals, taking);
  return new Map(
    taking.map((host): [string, Outcome] => {
      const error = looked.find((one) => one.host === host)?.error;
      return [
        host,
        refused.get(host) ?? (error === undefined ? plannedOutcome(round, plan, host) : lost(round, error)),
      ];
    }),
  );
}

function plannedOutcome({play, task}: Round, plan: GroupPlan, host: string): Outcome {
  const values: Values | undefined = plan.variables?.get(host);
  const noLog = booleanOf(new View(play, host, task), 'no_log', play.keywordsOf(task).noLog, false);
  return {
    ...plainOutcome,
    status: 'ok',
    noLog,
    result: {changed: false, failed: false, ...plan.data, ...(values === undefined ? {} : {ansible_facts: values})},
    ...(values === undefined ? {} : {learned: {values}}),
  };
}

/** A host of the play that could not be looked at: the plan has heard of it, and it goes no further. */
const lost = ({task}: Round, error: unknown): Outcome =>
  error instanceof TransportError
    ? {...failedOutcome(error, task.where), status: 'unreachable', result: resultOfError(error)}
    : failedOutcome(error, task.where);

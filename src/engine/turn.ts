import {QuorateError} from '../errors/index.js';
import type {Include, Task} from '../playbook/types.js';
import {runGroupRound} from './group_round.js';
import type {HostState, Next} from './host_state.js';
import {runInclude} from './include_round.js';
import {runMeta} from './meta.js';
import type {PlayRun} from './play_context.js';
import {readVarsFiles} from './play_vars.js';
import {comparePositions} from './position.js';
import {failRound, isFatal, moduleOf, planRound, type Round, runRound} from './round.js';
import {failHost, isBad} from './settle.js';

/** What some hosts, all at the same place of the play, do next. */
export interface Turn {
  readonly next: Next;
  readonly states: readonly HostState[];
}

/** The hosts that are furthest behind, in the batch's order; undefined when none has anything left. */
export function furthestBehind(play: PlayRun): Turn | undefined {
  let next: Next | undefined;
  let states: HostState[] = [];
  for (const state of play.statesLeft) {
    const own = state.peek();
    if (own === undefined) continue;
    const order = next === undefined ? -1 : comparePositions(own.position, next.position);
    if (order === 0) states.push(state);
    if (order >= 0) continue;
    next = own;
    states = [state];
  }
  return next === undefined ? undefined : {next, states};
}

/** Does what stands at one place of the play, for the hosts that are there, and settles what came of it. */
export async function takeTurn(play: PlayRun, {next, states}: Turn): Promise<void> {
  const {node} = next;
  for (const state of states) state.advance();
  if (node.kind === 'flush') for (const state of states) state.flush(next.position);
  else {
    readVarsFiles(play, node);
    if (node.kind === 'include') takeInclude(play, node, states, next);
    else await takeTask(play, node, states, next);
  }
  countOut(play);
}

function takeInclude(play: PlayRun, include: Include, states: readonly HostState[], next: Next): void {
  try {
    runInclude(play, include, states, next);
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error;
    failRound(play, include, states, next, error);
  }
}

async function takeTask(play: PlayRun, task: Task, states: readonly HostState[], next: Next): Promise<void> {
  let round: Round;
  try {
    const module = moduleOf(play, task);
    if (module.kind === 'control' && module.name === 'meta') return await runMeta(play, task, module, states, next);
    round = planRound(play, task, states, next);
  } catch (error) {
    if (!(error instanceof QuorateError)) throw error;
    return failRound(play, task, states, next, error);
  }
  if (!(await isWanted(round))) return;
  const {module} = round;
  const outcomes = module.kind === 'group' ? await runGroupRound(round, module) : await runRound(round);
  if (!isFatal(round, outcomes)) return;
  // The others fail where they are, so that a rescue section rescues them all; who failed himself is there already.
  for (const state of play.statesLeft) {
    const own = outcomes.get(state.host);
    if (own === undefined || !isBad(own)) failHost(play, state);
  }
}

/** `--step` asks before each task, until it is told to go on by itself. */
async function isWanted({play, ref}: Round): Promise<boolean> {
  const {run} = play;
  if (!run.stepping) return true;
  const answer = await run.options.step?.(ref.name);
  if (answer === 'continue') run.stepping = false;
  return answer !== 'no';
}

/** Hosts that have failed leave later plays too; when too many have, no host goes on and the run ends. */
export function countOut(play: PlayRun): void {
  const {run} = play;
  for (const state of play.states.values()) if (state.out === 'failed') run.failed.add(state.host);
  if (!play.tooManyFailed()) return;
  for (const state of play.statesLeft) {
    state.drop('failed');
    run.failed.add(state.host);
  }
  play.ends = 'run';
}

import {QuorateError} from '../errors/index.js';
import type {Task} from '../playbook/types.js';
import {runGroupRound} from './group_round.js';
import type {HostState, Next} from './host_state.js';
import {runInclude} from './include_round.js';
import {runMeta} from './meta.js';
import type {PlayRun} from './play_context.js';
import {comparePositions} from './position.js';
import {failRound, isFatal, moduleOf, planRound, type Round, runRound} from './round.js';
import {failHost} from './settle.js';

/** The hosts that are furthest behind, all at the same place, in the batch's order. */
function furthestBehind(play: PlayRun): {readonly next: Next; readonly states: readonly HostState[]} | undefined {
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

/**
 * Ansible's default strategy: all hosts finish a task before any begins the next. Ends when no host has anything left,
 * when too many have failed, or at the first interruption.
 */
export async function runLinear(play: PlayRun): Promise<void> {
  while (!play.run.stopping()) {
    const turn = furthestBehind(play);
    if (turn === undefined) return;
    await takeTurn(play, turn.next, turn.states);
    // A host that failed without a task of its own to say so (a rescue that ended) is out of the run as well.
    for (const state of play.states.values()) if (state.out === 'failed') play.run.failed.add(state.host);
    if (play.tooManyFailed()) {
      for (const state of play.statesLeft) failOutright(play, state);
      play.ends = 'run';
      return;
    }
  }
}

function failOutright({run}: PlayRun, state: HostState): void {
  state.drop('failed');
  run.failed.add(state.host);
}

/** Does what stands at one place of the play, for the hosts that are there. */
export async function takeTurn(play: PlayRun, next: Next, states: readonly HostState[]): Promise<void> {
  const {node} = next;
  for (const state of states) state.advance();
  if (node.kind === 'flush') for (const state of states) state.flush(next.position);
  else if (node.kind === 'include') runInclude(play, node, states, next);
  else await takeTask(play, node, states, next);
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
  if (round.module.kind === 'group') return runGroupRound(round, round.module);
  const outcomes = await runRound(round);
  if (isFatal(round, outcomes)) for (const state of play.statesLeft) failHost(play, state);
}

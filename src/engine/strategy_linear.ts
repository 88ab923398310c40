import type {PlayRun} from './play_context.js';
import {furthestBehind, takeTurn} from './turn.js';

/**
 * Ansible's default strategy: all hosts finish a task before any begins the next. Ends when no host has anything left,
 * when too many have failed, or at the first interruption.
 */
export async function runLinear(play: PlayRun): Promise<void> {
  while (!play.run.stopping()) {
    const turn = furthestBehind(play);
    if (turn === undefined) return;
    await takeTurn(play, turn);
  }
}

import type {Next} from './host_state.js';
import type {PlayRun} from './play_context.js';
import {furthestBehind, takeTurn} from './turn.js';

/** Whether hosts have to meet here: what is done once for all of them needs all of them. */
function isMeetingPoint(play: PlayRun, {node}: Next): boolean {
  if (node.kind !== 'task') return false;
  if (play.keywordsOf(node).runOnce !== undefined) return true;
  const module = play.run.options.modules.find(node.module.name);
  return module?.kind === 'group' || (module?.kind === 'control' && module.once === true);
}

/**
 * Each host goes through the play as fast as it can. Tasks that are done once for all hosts are where they meet, which
 * Ansible's free strategy refuses.
 */
export async function runFree(play: PlayRun): Promise<void> {
  const busy = new Map<string, Promise<void>>();
  try {
    await keepBusy(play, busy);
  } finally {
    // An error of one host is the run's; the others come to rest first.
    await Promise.allSettled(busy.values());
  }
}

async function keepBusy(play: PlayRun, busy: Map<string, Promise<void>>): Promise<void> {
  while (!play.run.stopping()) {
    for (const state of play.statesLeft) {
      const next = busy.has(state.host) ? undefined : state.peek();
      if (next === undefined || isMeetingPoint(play, next)) continue;
      const turn = takeTurn(play, {next, states: [state]});
      busy.set(
        state.host,
        turn.then(() => void busy.delete(state.host)),
      );
    }
    if (busy.size > 0) {
      await Promise.race(busy.values());
      continue;
    }
    const turn = furthestBehind(play);
    if (turn === undefined) return;
    await takeTurn(play, turn);
  }
}

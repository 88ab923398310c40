import {didYouMean, PlaybookError} from '../errors/index.js';
import type {Handler, Include} from '../playbook/types.js';
import type {HostState} from './host_state.js';
import type {Outcome} from './outcome.js';
import type {PlayRun} from './play_context.js';
import type {Settled} from './settle.js';
import {View} from './view.js';

/** A handler's name as hosts see it; undefined where it rests on something not defined, as Ansible passes over it. */
const nameOf =
  (play: PlayRun, host: string) =>
  (handler: Handler | Include): string | undefined => {
    const written = handler.name?.value;
    if (written === undefined || written === null) return undefined;
    if (!String(written).includes('{')) return String(written);
    try {
      return String(new View(play, host, handler, {silent: true}).render(written));
    } catch {
      return undefined;
    }
  };

/**
 * Wakes the handlers that an outcome names. A conditional change (check mode) wakes them conditionally; a sure one
 * settles the matter. Throws PlaybookError for a name that no handler has and none listens to.
 */
export function notifyHandlers({play, host, task}: Settled, state: HostState, {notify, status, why}: Outcome): void {
  const names = nameOf(play, host);
  for (const notification of notify) {
    const found = play.handlers.find(notification, names);
    if (found.length === 0)
      throw new PlaybookError({
        what: `no handler is called '${notification}', and none listens to it`,
        where: task.where,
        hint:
          didYouMean(notification, play.handlers.names(names)) ?? 'write it under handlers:, or take the notify out',
      });
    for (const handler of found) {
      const known = state.notified.get(handler);
      const unsure = status === 'conditional' ? (why ?? 'a change that check mode cannot tell') : undefined;
      state.notified.set(handler, known === undefined ? {unsure} : {unsure: known.unsure && unsure});
    }
  }
}

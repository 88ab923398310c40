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

/** Throws PlaybookError for a notification that no handler is called and none listens to. */
export function checkHandlers({play, host, task}: Settled, {notify}: Outcome): void {
  const names = nameOf(play, host);
  for (const notification of notify) {
    if (play.handlers.find(notification, names).length > 0) continue;
    throw new PlaybookError({
      what: `no handler is called '${notification}', and none listens to it`,
      where: task.where,
      hint: didYouMean(notification, play.handlers.names(names)) ?? 'write it under handlers:, or take the notify out',
    });
  }
}

/** Wakes the handlers that an outcome names; a conditional change (check mode) does so conditionally, a sure one settles it. */
export function notifyHandlers({play, host}: Settled, state: HostState, {notify, status, why}: Outcome): void {
  const unsure = status === 'conditional' ? (why ?? 'a change that check mode cannot tell') : undefined;
  for (const handler of notify.flatMap((name) => play.handlers.find(name, nameOf(play, host)))) {
    const known = state.notified.get(handler);
    state.notified.set(handler, {unsure: known === undefined ? unsure : known.unsure && unsure});
  }
}

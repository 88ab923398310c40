import {PlaybookError, type Where} from '../errors/index.js';
import type {PlayRun} from './play_context.js';
import {runFree} from './strategy_free.js';
import {runLinear} from './strategy_linear.js';

/** How the hosts of a batch go through a play together. */
export type Strategy = (play: PlayRun) => Promise<void>;

/** By Ansible's names; host_pinned is free as far as anybody can tell here, since hosts do not wait for workers. */
export function strategyNamed(name: string | undefined, where: Where | undefined): Strategy {
  switch (name?.replace(/^ansible\.builtin\./, '')) {
    case undefined:
    case 'linear':
    case 'debug':
      return runLinear;
    case 'free':
    case 'host_pinned':
      return runFree;
    default:
      throw new PlaybookError({
        what: `there is no strategy '${name}'`,
        where,
        hint: 'It is linear (the default), free or host_pinned',
      });
  }
}

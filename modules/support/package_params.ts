import {p} from '../../src/module/index.js';

/** `latest`, `installed` and `removed` are other words for what there is. */
export const packageStates = ['present', 'installed', 'latest', 'absent', 'removed'] as const;

export const plainState = (state: string): 'present' | 'absent' | 'latest' =>
  state === 'latest' ? 'latest' : state === 'absent' || state === 'removed' ? 'absent' : 'present';

export const packageReturns = {
  cache_updated: 'Whether the lists of packages were fetched.',
  packages: 'The packages that were installed or removed.',
  log: "The end of the package manager's words.",
} as const;

export const updateCache = p.bool('Fetch the lists of packages first.', {aliases: ['update-cache']}).default(false);

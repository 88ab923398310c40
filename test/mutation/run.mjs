// Runs Stryker with the words of the command line, then compares what survived with what is explained. In the background by
// nature, so it gives way to everything else.

import {spawnSync} from 'node:child_process';
import {setPriority} from 'node:os';

/** `--mutate` takes the place of the configuration's list, which leaves the tests out. */
const withoutTests = (words) =>
  words.map((word, index) => {
    if (words[index - 1] === '--mutate' || words[index - 1] === '-m') return `${word},!src/**/*.test.ts`;
    return word.startsWith('--mutate=') ? `${word},!src/**/*.test.ts` : word;
  });

setPriority(19);
const stryker = spawnSync(
  'test/mutation/node_modules/.bin/stryker',
  ['run', 'test/mutation/stryker.config.mjs', ...withoutTests(process.argv.slice(2))],
  {stdio: 'inherit'},
);
if (stryker.status !== 0) process.exit(stryker.status ?? 1);
await import('./survivors.mjs');

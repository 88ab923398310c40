// Runs Stryker with the words of the command line, then compares what survived with what is explained. In the background by
// nature, so it gives way to everything else.

import {spawnSync} from 'node:child_process';
import {setPriority} from 'node:os';

setPriority(19);
const stryker = spawnSync(
  'test/mutation/node_modules/.bin/stryker',
  ['run', 'test/mutation/stryker.config.mjs', ...process.argv.slice(2)],
  {stdio: 'inherit'},
);
if (stryker.status !== 0) process.exit(stryker.status ?? 1);
await import('./survivors.mjs');

/** When settings came into place, which is what a start is compared with. */
import {renameSync, utimesSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {hostShells, playedPrograms} from '../../test/support/played_programs.js';
import {tempFiles} from '../../test/support/temp_files.js';
import {lbServiceProbe, parseLbService} from './seen.js';

for (const shell of hostShells)
  test(`${shell[0]}: a file that was written long before it was moved into place came with the move`, (t) => {
    const folder = tempFiles(t, {made: 'listen k3s\n'});
    const [made, config] = [join(folder, 'made'), join(folder, 'haproxy.cfg')];
    utimesSync(made, 1_000_000_000, 1_000_000_000);
    // A file system's clock is of the kernel's ticks, some milliseconds late.
    const before = Math.floor((Date.now() - 20) / 1000);
    renameSync(made, config);
    const {stdout} = playedPrograms(t, {systemctl: 'exit 1'}).run(shell, lbServiceProbe('haproxy', config));
    const {writtenAt, now} = parseLbService(stdout);
    t.regex(now, /^[0-9a-f]{64}$/);
    t.true(writtenAt >= before && writtenAt <= Date.now() / 1000, `${writtenAt}`);
  });

/** When settings came into place, which is what a start is compared with. */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {lbServiceProbe, parseLbService} from './seen.js';

for (const [file = '', ...args] of [['dash'], ['bash'], ['busybox', 'ash']])
  test(`${file}: a file that was written long before it was moved into place came with the move`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'quorate-lb-'));
    try {
      const [made, config] = [join(folder, 'made'), join(folder, 'haproxy.cfg')];
      writeFileSync(made, 'listen k3s\n');
      utimesSync(made, 1_000_000_000, 1_000_000_000);
      // A file system's clock is of the kernel's ticks, some milliseconds late.
      const before = Math.floor((Date.now() - 20) / 1000);
      renameSync(made, config);
      const {stdout} = spawnSync(file, args, {input: lbServiceProbe('haproxy', config).source, encoding: 'utf8'});
      const {writtenAt, now} = parseLbService(stdout);
      t.regex(now, /^[0-9a-f]{64}$/);
      t.true(writtenAt >= before && writtenAt <= Date.now() / 1000, `${writtenAt}`);
    } finally {
      rmSync(folder, {recursive: true});
    }
  });

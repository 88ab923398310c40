import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {runModule, shellExec} from '../../src/module/contract.js';
import {withRoot} from '../../test/support/sh_runner.js';
import {testController, testHost} from '../../test/support/test_controller.js';
import {canMakeRoots} from '../../test/support/throw_away_root.js';
import module from './module.js';

if (canMakeRoots())
  test('a file comes once, flat or below the name of the host', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'quorate-fetch-'));
    const controller = await testController();
    t.teardown(async () => {
      await rm(folder, {recursive: true, force: true});
      await controller.dispose();
    });
    await mkdir(join(folder, 'box/etc'), {recursive: true});
    await withRoot('dash', async (root) => {
      const run = (params: Record<string, unknown>, checkMode = false) =>
        runModule(module, params, {
          exec: shellExec((script, options) => root.run(script.source, options)),
          controller,
          host: testHost({checkMode}),
          sleep: async () => undefined,
        });
      t.is((await run({src: '/etc/hosts', dest: folder}, true)).status, 'changed');
      t.is((await run({src: '/etc/hosts', dest: folder})).status, 'changed');
      t.is((await run({src: '/etc/hosts', dest: folder})).status, 'ok');
      t.is(await readFile(join(folder, 'box/etc/hosts'), 'utf8'), '127.0.0.1 localhost\n');
      t.is((await run({src: '/etc/hosts', dest: `${folder}/`, flat: true})).data.dest, join(folder, 'hosts'));
      await writeFile(join(folder, 'hosts'), 'other');
      t.is((await run({src: '/etc/hosts', dest: `${folder}/hosts`, flat: true})).status, 'changed');
      t.is((await run({src: '/none', dest: folder})).status, 'failed');
      t.is((await run({src: '/none', dest: folder, fail_on_missing: false})).status, 'ok');
    });
  });

import {execFileSync, spawn} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test from 'ava';
import {hostShells} from '../../test/support/played_programs.js';
import {ageOf, heldBy, isOrphan, takeScript} from './lock.js';

const inFolder = (run: (file: string) => void | Promise<void>) => async (): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "lock it's "));
  try {
    await run(join(folder, 'run', 'cluster.lock'));
  } finally {
    rmSync(folder, {recursive: true});
  }
};

for (const shell of hostShells) {
  test(`one run at a time, in ${shell.join(' ')}`, async (t) => {
    await inFolder((file) => {
      const [command, ...args] = shell;
      const take = (run: string, force = false): string =>
        execFileSync(command, args, {
          input: takeScript({who: `me, "it's" ${run}`, run}, force, {file, waitS: 0}).source,
          encoding: 'utf8',
        });
      t.is(take('a'), 'taken\n');
      t.is(take('a'), 'taken\n', 'again by the same run');
      t.is(heldBy({rc: 0, stderr: '', stdout: take('b')})?.who, `me, "it's" a`);
      t.is(take('b', true), 'taken\n', 'broken');
      t.is(heldBy({rc: 0, stderr: '', stdout: take('a')})?.who, `me, "it's" b`);
      // The process it was taken through is this one: neither the shell nor what lies between.
      t.regex(readFileSync(file, 'utf8'), new RegExp(`^pid=${process.pid}$`, 'm'));
    })();
  });
}

test('the lock of a run that has ended is nobody’s', async (t) => {
  await inFolder(async (file) => {
    const {source} = takeScript({who: 'x', run: 'dead'}, false, {file});
    const child = spawn(process.execPath, [
      '-e',
      `require('child_process').execFileSync('sh', {input: ${JSON.stringify(source)}})`,
    ]);
    t.is(await new Promise((done) => child.on('close', done)), 0);
    t.regex(readFileSync(file, 'utf8'), /^run=dead$/m);
    const {source: next} = takeScript({who: 'y', run: 'next'}, false, {file});
    t.is(execFileSync('sh', {input: next, encoding: 'utf8'}), 'taken\n');
  })();
});

test('a run whose controller is being killed is waited for', async (t) => {
  await inFolder(async (file) => {
    const {source} = takeScript({who: 'x', run: 'dying'}, false, {file});
    const child = spawn(process.execPath, [
      '-e',
      `require('child_process').execFileSync('sh', {input: ${JSON.stringify(source)}}); console.log(); setTimeout(() => {}, 1500)`,
    ]);
    await new Promise((done) => child.stdout.once('data', done));
    const take = (waitS: number): string =>
      execFileSync('sh', {input: takeScript({who: 'y', run: 'next'}, false, {file, waitS}).source, encoding: 'utf8'});
    t.regex(take(0), /^held \d+ x$/m);
    t.is(take(30), 'taken\n');
  })();
});

test('a lock that only the host’s init could hold is not taken: the connection ended on the way', async (t) => {
  await inFolder((file) => {
    const init = join(dirname(file), 'init');
    mkdirSync(dirname(file));
    copyFileSync('/bin/sh', init);
    const {source} = takeScript({who: 'x', run: 'killed'}, false, {file});
    const inside = ['--pid', '--fork', '--kill-child', '--mount-proc', init, '-c', 'sh; true'];
    const stdout = execFileSync('unshare', inside, {input: source, encoding: 'utf8'});
    t.true(isOrphan({rc: 0, stderr: '', stdout}), stdout);
    t.false(existsSync(file));
  })();
});

test('a lock whose process was gone while it was written is nobody’s', async (t) => {
  await inFolder((file) => {
    mkdirSync(dirname(file));
    writeFileSync(file, 'who=x\nrun=dying\npid=999999999\nstart=\nsince=1\n');
    const {source} = takeScript({who: 'y', run: 'next'}, false, {file, waitS: 0});
    t.is(execFileSync('sh', {input: source, encoding: 'utf8'}), 'taken\n');
  })();
});

test('ages', (t) => {
  t.deepEqual([5, 600, 90_000].map(ageOf), ['5 s', '10 min', '25 h']);
});

import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readKubeconfigFile, replaceKubeconfigFile} from './file.js';

const now = new Date('2026-11-28T21:04:05Z');

function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  t.teardown(() => rmSync(folder, {recursive: true}));
  return folder;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('a new file, and its folder, are for their owner only', async (t) => {
  const file = join(folderOf(t), '.kube', 'config');
  const {seen, backup} = await replaceKubeconfigFile(file, now, () => 'new');
  t.false(seen.exists);
  t.is(backup, undefined);
  t.is(readFileSync(file, 'utf8'), 'new');
  t.is(modeOf(file), '600');
  t.is(modeOf(join(file, '..')), '700');
});

test('what was there is beside it, and readable by nobody else, even if the file was', async (t) => {
  const folder = folderOf(t);
  const file = join(folder, 'config');
  writeFileSync(file, 'old', {mode: 0o644});
  const {seen, backup} = await replaceKubeconfigFile(file, now, ({text}) => `${text} and new`);
  t.is(seen.mode, '644');
  t.is(backup, `${file}.${process.pid}.2026-11-28@21:04:05~`);
  t.is(readFileSync(backup ?? '', 'utf8'), 'old');
  t.is(readFileSync(file, 'utf8'), 'old and new');
  t.deepEqual([modeOf(file), modeOf(backup ?? '')], ['600', '600']);
});

test('a link stays one, and what it leads to is replaced', async (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'real'), 'old');
  symlinkSync('real', join(folder, 'link'));
  await replaceKubeconfigFile(join(folder, 'link'), now, () => 'new');
  t.is(readFileSync(join(folder, 'real'), 'utf8'), 'new');
  t.is((await readKubeconfigFile(join(folder, 'link'))).path, join(folder, 'real'));
});

test("kubectl's lock is kept to, and given back after a failure", async (t) => {
  const folder = folderOf(t);
  const file = join(folder, 'config');
  writeFileSync(file, 'old');
  writeFileSync(`${file}.lock`, '');
  await t.throwsAsync(() => replaceKubeconfigFile(file, now, () => 'new'), {
    message: `${file}.lock is there: another program changes that file now`,
  });
  t.is(readFileSync(file, 'utf8'), 'old');
  rmSync(`${file}.lock`);
  await t.throwsAsync(
    () =>
      replaceKubeconfigFile(file, now, () => {
        throw new Error('no');
      }),
    {message: 'no'},
  );
  t.deepEqual(readdirSync(folder), ['config']);
});

test('only the mode is wrong: it is mended, and nothing is copied', async (t) => {
  const folder = folderOf(t);
  const file = join(folder, 'config');
  writeFileSync(file, 'old', {mode: 0o640});
  await replaceKubeconfigFile(file, now, () => undefined);
  t.is(modeOf(file), '600');
  t.deepEqual(readdirSync(folder), ['config']);
});

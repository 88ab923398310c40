import {chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {compareListings, listTree} from './listing.js';

async function tree(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'listing-'));
  t.teardown(() => rm(dir, {recursive: true}));
  await mkdir(join(dir, 'etc'));
  await writeFile(join(dir, 'etc/a'), 'one');
  await symlink('a', join(dir, 'etc/b'));
  return dir;
}

test('a listing tells type, mode, sum and target', async (t) => {
  const dir = await tree(t);
  await chmod(join(dir, 'etc/a'), 0o640);
  const entries = await listTree(dir);
  t.deepEqual(
    entries.map(({path, type}) => [path, type]),
    [
      ['/etc', 'dir'],
      ['/etc/a', 'file'],
      ['/etc/b', 'link'],
    ],
  );
  t.like(entries[1], {
    mode: '0640',
    size: 3,
    sha256: '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed',
  });
  t.is(entries[2]?.target, 'a');
});

test('a comparison names what was added, removed and changed, and in what', async (t) => {
  const dir = await tree(t);
  const before = await listTree(dir);
  t.deepEqual(compareListings(before, await listTree(dir)), []);
  await writeFile(join(dir, 'etc/a'), 'two!');
  await utimes(join(dir, 'etc/a'), 1, 1);
  await rm(join(dir, 'etc/b'));
  await writeFile(join(dir, 'c'), '');
  await writeFile(join(dir, 'ignored'), '');
  t.deepEqual(compareListings(before, await listTree(dir), {ignore: [/^\/ignored$/]}), [
    {path: '/c', change: 'added', properties: []},
    {path: '/etc/a', change: 'changed', properties: ['mtimeMs', 'sha256', 'size']},
    {path: '/etc/b', change: 'removed', properties: []},
  ]);
});

test('a folder that is not there is an empty listing', async (t) => {
  t.deepEqual(await listTree('/nowhere/at/all'), []);
});

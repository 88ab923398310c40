import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {withLock} from './lock.js';

async function lockFile(t: ExecutionContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'lock-'));
  t.teardown(() => rm(dir, {recursive: true}));
  return join(dir, 'lock');
}

test('those who hold the lock never overlap', async (t) => {
  const path = await lockFile(t);
  let inside = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    t.is(inside, 1);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(Array.from({length: 6}, () => withLock(path, work)));
  t.is(inside, 0);
});

test('the file may be removed by the one who holds it; who waited for it locks the new file', async (t) => {
  const path = await lockFile(t);
  const found: boolean[] = [];
  const others: Promise<void>[] = [];
  await withLock(path, async () => {
    for (const _ of [1, 2])
      others.push(
        withLock(path, async () => {
          found.push(existsSync(path));
        }),
      );
    await rm(path);
  });
  await Promise.all(others);
  t.deepEqual(found, [true, true]);
});

test('a holder that is killed gives the lock up', async (t) => {
  const path = await lockFile(t);
  const holder = spawn('flock', ['--exclusive', path, 'sh', '-c', 'echo held; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  await once(holder.stdout, 'data');
  let waited = false;
  const mine = withLock(path, async () => waited, {
    onWait: () => {
      waited = true;
      process.kill(-(holder.pid ?? 0), 'SIGKILL');
    },
  });
  t.true(await mine);
});

test('work that throws frees the lock', async (t) => {
  const path = await lockFile(t);
  await t.throwsAsync(
    withLock(path, async () => {
      throw new Error('broken');
    }),
    {message: 'broken'},
  );
  t.is(await withLock(path, async () => 'again'), 'again');
});

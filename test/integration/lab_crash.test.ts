import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync} from 'node:fs';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {down, open, placesOf, up} from '../../src/lab/index.js';
import {withLock} from '../../src/lab/lock.js';
import {mountsBelow, removeFolder} from '../../src/lab/remove.js';
import {labName} from '../support/lab_names.js';
import {labFor, labTest, leftovers} from './lab_support.js';

const name = labName('crash');
const root = `${placesOf({}).dir}/${name}`;

/** `quorate lab ...` as a process of its own, which can be killed. */
const labProcess = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess =>
  spawn(process.execPath, ['--import=tsx', 'src/lab/main.ts', ...argv, '--name', name], {
    stdio: 'ignore',
    env: {...process.env, ...env},
  });

/** Kills the process as soon as `reached` holds; tells whether it was still there to be killed. */
async function killWhen(child: ChildProcess, reached: () => boolean): Promise<boolean> {
  const ended = once(child, 'exit');
  while (!reached() && child.exitCode === null) await sleep(1);
  const alive = child.kill('SIGKILL');
  await ended;
  return alive;
}

const moments: readonly [what: string, reached: () => boolean][] = [
  ['its record is written', () => existsSync(`${root}/lab.json`)],
  ['its inventory is written', () => existsSync(`${root}/inventory.yml`)],
  ['the first host gets its network', () => existsSync(`/run/netns/ql.${name}.server1`)],
  ['the last host has started', () => existsSync(`${root}/hosts/agent2/console.log`)],
];

for (const [what, reached] of moments) {
  labTest(`down leaves nothing of an up that was killed when ${what}`, async (t) => {
    t.teardown(() => down({name}));
    t.true(await killWhen(labProcess(['up', '--servers', '2', '--agents', '2']), reached));
    await down({name});
    t.deepEqual(await leftovers(name), []);
  });
}

labTest('up completes what a killed up has begun', async (t) => {
  t.teardown(() => down({name}));
  const reached = (): boolean => existsSync(`/run/netns/ql.${name}.server1`);
  t.true(await killWhen(labProcess(['up', '--servers', '2']), reached));
  const lab = await up({name, servers: 2});
  t.deepEqual(
    (await lab.status()).map((host) => host.state),
    ['running', 'running'],
  );
});

labTest('hosts that a killed save left frozen are set free by the next command', async (t) => {
  const lab = await labFor(t, name, {servers: 1});
  const host = lab.host('server1');
  await host.exec(['sh', '-c', 'head -c 300000000 /dev/urandom > /root/big']);
  t.true(
    await killWhen(labProcess(['save', 'cut-short']), () =>
      existsSync(`${root}/saved/.new-cut-short/server1/root/big`),
    ),
  );
  t.deepEqual(await lab.savedStates(), []);
  const again = await up({name, servers: 1});
  t.is((await again.status())[0]?.state, 'running');
  await again.save('whole');
  t.deepEqual(await again.savedStates(), ['whole']);
});

labTest('a root that was being made when up was killed leaves no mount, and is removed with care', async (t) => {
  const cacheDir = await mkdtemp(join(tmpdir(), 'lab-cache-'));
  const images = join(cacheDir, 'images');
  t.teardown(() => down({name}));
  t.teardown(() => removeFolder(cacheDir));
  const unpacking = (): boolean =>
    existsSync(images) && readdirSync(images).some((entry) => existsSync(join(images, entry, 'root/var/lib/dpkg')));
  const child = labProcess(['up', '--servers', '1'], {QUORATE_LAB_CACHE: cacheDir});
  t.true(await killWhen(child, unpacking));
  // What it had started holds the lock until it has ended.
  await withLock(join(images, '.lock'), async () => {
    t.deepEqual(mountsBelow(await readFile('/proc/self/mountinfo', 'utf8'), cacheDir), []);
    await removeFolder(images);
  });
  await down({name});
  t.deepEqual(await leftovers(name), []);
});

labTest('down may be repeated, and works without the lab’s files', async (t) => {
  const lab = await labFor(t, name, {servers: 1});
  t.true(lab.host('server1').isRunning);
  await rm(root, {recursive: true});
  await down({name});
  t.deepEqual(await leftovers(name), []);
  await down({name});
  await t.throwsAsync(open({name}), {message: `there is no lab ${name} in ${root}`});
});

labTest('a lab of the same name elsewhere is not touched', async (t) => {
  const lab = await labFor(t, name, {servers: 1});
  const {pid} = lab.host('server1');
  const elsewhere = {name, dir: '/tmp/another-lab-dir'};
  t.teardown(async () => {
    await rm(elsewhere.dir, {recursive: true, force: true});
  });
  const refused = {message: `a lab ${name} is up in ${root}`};
  await t.throwsAsync(up({...elsewhere, servers: 1}), refused);
  await t.throwsAsync(down(elsewhere), refused);
  t.is(lab.host('server1').pid, pid);
});

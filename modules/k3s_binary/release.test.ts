import {createHash} from 'node:crypto';
import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {type ReleaseServer, releasedVersion, releaseServer} from '../../test/support/release_server.js';
import {download, findRelease, type Release} from './release.js';

const test = anyTest as TestFn<{server: ReleaseServer; cacheDir: string}>;

test.beforeEach(async (t) => {
  t.context = {server: await releaseServer(), cacheDir: await mkdtemp(join(tmpdir(), 'quorate-release-'))};
});

test.afterEach.always(async (t) => {
  await t.context.server.close();
  await rm(t.context.cacheDir, {recursive: true});
});

const {signal} = new AbortController();

interface Where {
  readonly server: ReleaseServer;
  readonly cacheDir: string;
}

const find = ({server, cacheDir}: Where, version = releasedVersion, arch = 'x86_64'): Promise<Release> =>
  findRelease({version, arch, base: `http://127.0.0.1:${server.port}/download/`, cacheDir, signal});

const partsIn = async (cacheDir: string): Promise<string[]> =>
  (await readdir(join(cacheDir, 'k3s'))).filter((name) => name.includes('part'));

test('found by its tag, checked, and fetched once', async (t) => {
  const {server, cacheDir} = t.context;
  const release = await find(t.context);
  t.is(release.sha256, createHash('sha256').update(server.binary).digest('hex'));
  const path = await download(release, cacheDir, signal);
  t.deepEqual(await readFile(path), server.binary);
  t.deepEqual(server.requests, [
    '/download/v1.30.6%2Bk3s1/sha256sum-amd64.txt',
    '/download/v1.30.6%2Bk3s1/k3s',
    '/elsewhere/k3s',
  ]);
  t.is(await download(await find(t.context), cacheDir, signal), path);
  t.is(server.requests.length, 3, 'nothing is asked for again');
  t.is((await find(t.context, releasedVersion, 'aarch64')).url.split('/').at(-1), 'k3s-arm64');
  await writeFile(path, 'damaged in the cache');
  await download(release, cacheDir, signal);
  t.deepEqual(await readFile(path), server.binary);
});

test('taken up again where it broke off', async (t) => {
  const {server, cacheDir} = t.context;
  const release = await find(t.context);
  server.breakOff(2);
  t.deepEqual(await readFile(await download(release, cacheDir, signal)), server.binary);
  t.is(server.requests.filter((line) => /^\/elsewhere\/k3s from bytes=\d+-$/.test(line)).length, 2);
  t.deepEqual(await partsIn(cacheDir), []);
});

test('begun anew where the server cannot go on in the middle', async (t) => {
  const {server, cacheDir} = t.context;
  const release = await find(t.context);
  server.ranges = false;
  server.breakOff(1);
  t.deepEqual(await readFile(await download(release, cacheDir, signal)), server.binary);
});

test('given up after three times, and the next run goes on from there', async (t) => {
  const {server, cacheDir} = t.context;
  const release = await find(t.context);
  server.breakOff(3);
  const error = await t.throwsAsync(() => download(release, cacheDir, signal));
  t.regex(
    error.message,
    /^http:\/\/127\.0\.0\.1:\d+\/download\/v1\.30\.6%2Bk3s1\/k3s broke off 3 times, the last time after \d+ kB/,
  );
  t.deepEqual(await partsIn(cacheDir), [`${release.sha256}.part`]);
  t.deepEqual(await readFile(await download(release, cacheDir, signal)), server.binary);
  t.regex(server.requests.at(-1) ?? '', / from bytes=[1-9]/);
});

test('what a killed run left of another file is not trusted', async (t) => {
  const {server, cacheDir} = t.context;
  const release = await find(t.context);
  await mkdir(join(cacheDir, 'k3s'), {recursive: true});
  await writeFile(join(cacheDir, 'k3s', `${release.sha256}.part.999999999`), 'not the beginning of it');
  t.deepEqual(await readFile(await download(release, cacheDir, signal)), server.binary);
  await writeFile(join(cacheDir, 'k3s', `${release.sha256}.part`), Buffer.alloc(server.binary.length + 5));
  await rm(join(cacheDir, 'k3s', release.sha256));
  server.altered = true;
  await t.throwsAsync(() => download(release, cacheDir, signal), {message: /does not match its published sha256/});
});

test('an altered binary is refused, and nothing of it is kept', async (t) => {
  const {server, cacheDir} = t.context;
  const release = await find(t.context);
  server.altered = true;
  const error = await t.throwsAsync(() => download(release, cacheDir, signal));
  t.regex(error.message, /k3s does not match its published sha256: got [0-9a-f]{64}, published [0-9a-f]{64}$/);
  t.deepEqual(
    (await readdir(join(cacheDir, 'k3s'))).filter((name) => name.startsWith(release.sha256)),
    [],
  );
});

test('a release that is not there, a server that is not there, a machine K3s has nothing for', async (t) => {
  const {server} = t.context;
  await t.throwsAsync(() => find(t.context, 'v1.99.0+k3s1'), {
    message: `http://127.0.0.1:${server.port}/download/v1.99.0%2Bk3s1/sha256sum-amd64.txt answers 404 Not Found`,
  });
  await t.throwsAsync(() => find(t.context, releasedVersion, 'riscv64'), {
    message: "K3s publishes no binary for 'riscv64'",
  });
  await server.close();
  await t.throwsAsync(() => find(t.context, 'v1.30.7+k3s1'), {message: /cannot be fetched: .*ECONNREFUSED/});
});

import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdtemp, readdir, readFile, rm, stat} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import anyTest, {type TestFn} from 'ava';
import type {StepOutput, WaitVerdict} from '../../src/module/index.js';
import {hostShells} from '../../test/support/played_programs.js';
import {type ReleaseServer, releaseServer} from '../../test/support/release_server.js';
import {hostDownload} from './host_download.js';
import type {Release} from './release.js';

/** The steps as a host runs them, in the shells there are; the server is in another process's reach, as it is for a host. */
const test = anyTest as TestFn<{server: ReleaseServer; folder: string}>;

test.beforeEach(async (t) => {
  t.context = {server: await releaseServer(), folder: await mkdtemp(join(tmpdir(), 'quorate-host-'))};
});

test.afterEach.always(async (t) => {
  await t.context.server.close();
  await rm(t.context.folder, {recursive: true});
});

const sh = (shell: readonly string[], script: string): StepOutput => {
  const [file = '', ...args] = shell;
  const {status, stdout, stderr} = spawnSync(file, args, {input: script, encoding: 'utf8'});
  return {rc: status ?? -1, stdout, stderr};
};

/** Runs the steps until one fails; what failed, and why. */
async function run(shell: readonly string[], release: Release, folder: string): Promise<string> {
  for (const step of hostDownload(join(folder, 'k3s'), release, join(folder, 'notes'))) {
    if (step.step === 'script') {
      const {rc, stderr} = sh(shell, step.script.source);
      if (rc !== 0) return stderr.trim();
    } else if (step.step === 'wait') {
      let seen: WaitVerdict = {wait: 'more'};
      for (let turn = 0; seen.wait === 'more' && turn < 600; turn++) {
        // The server answers between the turns: it is in this process.
        await sleep(50);
        seen = step.until(sh(shell, step.probe.source));
      }
      if (seen.wait === 'failed') return `${seen.why} (${seen.hint})`;
    }
  }
  return '';
}

const releaseOf = (server: ReleaseServer): Release => ({
  url: `http://127.0.0.1:${server.port}/download/v1.30.6%2Bk3s1/k3s`,
  sha256: createHash('sha256').update(server.binary).digest('hex'),
});

const left = async (folder: string): Promise<string[]> => (await readdir(folder)).filter((name) => name !== 'notes');

for (const shell of hostShells) {
  test(`downloaded whole, also when it breaks off: ${shell.join(' ')}`, async (t) => {
    const {server, folder} = t.context;
    server.breakOff(1);
    t.is(await run(shell, releaseOf(server), folder), '');
    t.deepEqual(await readFile(join(folder, 'k3s')), server.binary);
    t.is((await stat(join(folder, 'k3s'))).mode & 0o777, 0o755);
    t.deepEqual(await left(folder), ['k3s']);
    t.deepEqual(await readdir(join(folder, 'notes')), []);
  });
}

test('an altered binary is refused, and nothing of it stays', async (t) => {
  const {server, folder} = t.context;
  server.altered = true;
  t.regex(
    await run(['dash'], releaseOf(server), folder),
    /^the download's sha256 is [0-9a-f]{64}, published is [0-9a-f]{64}: damaged or altered, and not installed$/,
  );
  t.deepEqual(await left(folder), []);
});

test('a host that cannot reach it is told what else there is', async (t) => {
  const {server, folder} = t.context;
  const release = releaseOf(server);
  await server.close();
  const said = await run(['dash'], release, folder);
  t.true(said.startsWith(`${release.url} could not be downloaded: curl: (7)`), said);
  t.regex(said, /k3s_download: controller/);
  t.deepEqual(await left(folder), []);
});

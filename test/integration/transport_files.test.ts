import {execFile} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {mkdir, open, readdir, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {promisify} from 'node:util';
import {TaskError, TransportError} from '../../src/errors/index.js';
import {raw, sh} from '../../src/shell/index.js';
import type {Become, HostSession, UploadContent} from '../../src/transport/index.js';
import {sshdTest, startSshd, testPool} from '../support/sessions.js';
import type {TestSshd} from '../support/sshd.js';

const execute = promisify(execFile);
const root: Become = {method: 'sudo', user: 'root'};
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const content = (bytes: Buffer): UploadContent => ({kind: 'bytes', bytes, sha256: sha256(bytes)});

async function file(sshd: TestSshd, name: string, bytes: Buffer): Promise<UploadContent> {
  const localPath = path.join(sshd.folder, name);
  await writeFile(localPath, bytes);
  return {kind: 'file', localPath, sha256: sha256(bytes), sizeBytes: bytes.length};
}

const target = async (session: HostSession): Promise<string> => {
  const {stdout} = await session.run(raw("mkdir -p 'it is'; cd 'it is' && pwd"));
  return `${stdout.toString().trim()}/a target`;
};

for (const shell of ['dash', 'bash', 'busybox'] as const)
  sshdTest(`${shell}: content of any kind and size arrives as it was, in one trip, with owner and mode`, async (t) => {
    const sshd = await startSshd(t, {shell});
    const session = testPool(t, sshd.homeDir).session(sshd.spec());
    const name = await target(session);
    const every = Buffer.from(Array.from({length: 256}, (_, index) => index));
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from("it's\n%s\\n\n"),
      every,
      randomBytes(60_000),
      randomBytes(300_000),
    ]) {
      const before = session.counters.trips;
      await session.upload(content(bytes), name, {mode: '0640', become: root, owner: 'deploy', group: 'nogroup'});
      t.is(session.counters.trips, before + 1);
      const seen = await stat(name);
      t.is(seen.mode & 0o7777, 0o640);
      t.is(seen.uid, 4242);
      t.is(seen.gid, 65_534);
      t.true((await readFile(name)).equals(bytes));
      t.true((await session.fetch(name)).equals(bytes));
      await session.upload(content(bytes), name, {mode: '4755', become: root, group: 'nogroup'});
      t.is((await stat(name)).mode & 0o7777, 0o4755);
      t.is((await stat(name)).uid, 0);
    }
    t.deepEqual(await readdir(path.dirname(name)), ['a target'], 'nothing else is left');
  });

sshdTest('64 MB that cannot be compressed, to two hosts; and 64 MB that can, compressed once', async (t) => {
  const sshd = await startSshd(t);
  const pool = testPool(t, sshd.homeDir);
  const sessions = [pool.session(sshd.spec()), pool.session(sshd.spec({host: 'second', user: 'root'}))];
  const size = 64 * 1024 * 1024;
  const noise = await file(sshd, 'noise', randomBytes(size));
  const text = await file(sshd, 'text', Buffer.alloc(size, 'a line of text that repeats\n'));
  const cache = path.join(sshd.homeDir, 'quorate-0', 'gzip');
  for (const upload of [noise, text]) {
    const progress: number[] = [];
    const sent = sessions.map((session) => session.counters.sentBytes);
    await Promise.all(
      sessions.map((session, index) =>
        session.upload(upload, `${sshd.folder}/home/${index === 0 ? 'deploy' : 'root'}/big`, {
          mode: '0600',
          onProgress: (done, total) => {
            t.is(total, size);
            if (index === 0) progress.push(done);
          },
        }),
      ),
    );
    t.is(progress.at(-1), size);
    t.deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
    );
    for (const [index, session] of sessions.entries()) {
      const {stdout} = await session.run(raw('sha256sum big'));
      t.is(stdout.toString().split(' ')[0], upload.sha256);
      const bytes = session.counters.sentBytes - (sent[index] ?? 0);
      t.true(upload === noise ? bytes > size : bytes < size / 50, `${bytes} bytes sent`);
    }
  }
  t.deepEqual((await readdir(cache)).sort(), [`${noise.sha256}.raw`, `${text.sha256}.gz`].sort());
  t.is((await stat(cache)).mode & 0o777, 0o700);
  // What was cached is found again by another run.
  const again = testPool(t, sshd.homeDir).session(sshd.spec());
  await again.upload(text, `${sshd.folder}/home/deploy/big`, {mode: '0600'});
  t.true(again.counters.sentBytes < size / 50);
});

sshdTest('what cannot be written leaves the target as it was, and says why', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const name = await target(session);
  const old = Buffer.from('old');
  await session.upload(content(old), name, {mode: '0600'});
  const big = randomBytes(200_000);
  const fails = async (
    upload: UploadContent,
    remotePath: string,
    message: RegExp,
    more: {owner?: string; mode?: string} = {},
  ) => {
    const error = await t.throwsAsync(session.upload(upload, remotePath, {mode: '0600', ...more}), {
      instanceOf: TaskError,
      message,
    });
    t.true((await readFile(name)).equals(old));
    t.deepEqual(await readdir(path.dirname(name)), ['a target']);
    return error;
  };
  for (const bytes of [Buffer.from('new'), big]) {
    await fails(
      {...content(bytes), sha256: sha256(old)},
      name,
      /cannot write .*a target on testhost: what arrived is not what was sent \(sha256\)/,
    );
    await fails(content(bytes), `${path.dirname(name)}`, /it is a folder/);
    await fails(content(bytes), '/no/such/folder/file', /no such folder|nonexistent|No such file|not exist/i);
    await fails(content(bytes), '/usr/not-allowed', /Permission denied/);
    await fails(content(bytes), name, /not permitted/, {owner: 'root'});
    await fails(content(bytes), name, /chmod/, {mode: '99'});
  }
  const localPath = path.join(sshd.folder, 'shrinks');
  await writeFile(localPath, big);
  const longer = await fails(
    {kind: 'file', localPath, sha256: sha256(big), sizeBytes: big.length + 1},
    name,
    /not as long as what was sent/,
  );
  t.regex(longer?.hint ?? '', /change while it was read/);
  await t.throwsAsync(
    session.upload({kind: 'file', localPath: '/no/such/file', sha256: '', sizeBytes: 70_000}, name, {mode: '0600'}),
    {message: /ENOENT|no such file|as long as/},
  );
  await session.run(raw('mkdir room && exec sudo mount -t tmpfs -o size=100k,mode=0777 tmpfs room'));
  await fails(content(big), `${sshd.folder}/home/deploy/room/file`, /No space left/);
});

sshdTest('nobody else can read a file while it is written', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const name = await target(session);
  const watch = session.run(
    sh`cd -- ${path.dirname(name)}; until stat -c %a ".a target."* 2>/dev/null; do sleep 0.001; done`,
  );
  await session.upload(await file(sshd, 'secret', randomBytes(64 * 1024 * 1024)), name, {mode: '0644'});
  t.is((await watch).stdout.toString(), '600\n');
  t.is((await stat(name)).mode & 0o777, 0o644);
});

sshdTest('an upload that is given up leaves nothing', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const name = await target(session);
  const stop = new AbortController();
  const reason = new Error('enough');
  const big = await file(sshd, 'big', randomBytes(64 * 1024 * 1024));
  const upload = session.upload(big, name, {mode: '0644', signal: stop.signal, onProgress: () => stop.abort(reason)});
  await t.throwsAsync(upload, {is: reason});
  t.deepEqual(await readdir(path.dirname(name)), []);
  // A pipe that gives half of what was announced: the link is cut in the middle, whatever the speed.
  const pipe = path.join(sshd.folder, 'pipe');
  await execute('mkfifo', [pipe]);
  const cut = session.upload({kind: 'file', localPath: pipe, sha256: '0', sizeBytes: 600_000}, name, {mode: '0644'});
  const half = await open(pipe, 'w');
  await half.write(randomBytes(300_000));
  await sshd.signalConnections('SIGKILL');
  await half.close();
  await t.throwsAsync(cut, {instanceOf: TransportError});
  await session.run(raw('true'));
  t.false((await readdir(path.dirname(name))).includes('a target'));
});

sshdTest('a link as target is replaced, not followed; a name may start with a dash', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  await session.run(raw('echo precious >precious; ln -s precious link; mkdir folder; ln -s folder folder-link'));
  const home = `${sshd.folder}/home/deploy`;
  await session.upload(content(Buffer.from('new')), `${home}/link`, {mode: '0600'});
  t.is(
    (await session.run(raw('cat precious; cat link; [ -L link ] || echo " plain"'))).stdout.toString(),
    'precious\nnew plain\n',
  );
  await session.upload(content(Buffer.from('dash')), '-dash', {mode: '0600'});
  t.is((await session.fetch('-dash')).toString(), 'dash');
});

sshdTest('what cannot be fetched is named', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  await mkdir(`${sshd.folder}/home/deploy/folder`);
  await session.run(raw('head -c 5000 /dev/zero >some; umask 077'));
  const fails = (name: string, message: RegExp, maxBytes = 1000) =>
    t.throwsAsync(session.fetch(name, {maxBytes}), {instanceOf: TaskError, message});
  await fails('nothing', /cannot read nothing on testhost: there is no such file/);
  await fails('folder', /it is not a regular file/);
  await fails('some', /it has 5000 bytes, more than the 1000 allowed/);
  await fails('/etc/shadow', /Permission denied/);
  t.regex((await session.fetch('/etc/shadow', {become: root})).toString(), /^root:/);
  t.is((await session.fetch('/proc/sys/kernel/random/boot_id')).toString().length, 37);
});

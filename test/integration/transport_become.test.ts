import {appendFile, readFile} from 'node:fs/promises';
import {BecomeError} from '../../src/errors/index.js';
import {Masker, raw, Secret, sh} from '../../src/shell/index.js';
import type {Become} from '../../src/transport/index.js';
import {sshdTest, startSshd, testPool} from '../support/sessions.js';
import {password, type TestSshd, user} from '../support/sshd.js';

const withPassword = `Defaults logfile=/run/sudo.log\nroot ALL=(ALL:ALL) ALL\n${user} ALL=(ALL:ALL) ALL\n`;
const become = (more: Partial<Become> = {}): Become => ({method: 'sudo', user: 'root', ...more});
const right = new Secret(password);
const wrong = new Secret('not the password');

/** A refusal as a person would read it. */
async function refused(t: import('ava').ExecutionContext, sshd: TestSshd, asked: Become): Promise<BecomeError> {
  const error = await t.throwsAsync(testPool(t, sshd.homeDir).session(sshd.spec()).run(raw('id -u'), {become: asked}), {
    instanceOf: BecomeError,
  });
  return error as BecomeError;
}

for (const shell of ['dash', 'bash', 'busybox'] as const)
  sshdTest(`${shell}: sudo is given its password, for every shell that needs it`, async (t) => {
    const sshd = await startSshd(t, {shell, sudoers: withPassword});
    const masker = new Masker();
    const session = testPool(t, sshd.homeDir, {masker}).session(sshd.spec());
    const asked = become({password: right});
    const ids = await Promise.all(
      [1, 2, 3].map((number) => session.run(sh`id -u; echo ${number}; sleep 0.05`, {become: asked})),
    );
    t.deepEqual(
      ids.map((outcome) => outcome.stdout.toString()),
      ['0\n1\n', '0\n2\n', '0\n3\n'],
    );
    t.deepEqual(
      ids.map((outcome) => outcome.stderr.toString()),
      ['', '', ''],
    );
    // The pattern does not find itself.
    const traces = await session.run(
      raw(`cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c 'deploy-passwor[d]'`),
      {become: asked},
    );
    t.is(traces.stdout.toString(), '0\n', 'neither argv nor environment of any process holds the password');
    t.is(masker.mask(`so ${password}`), 'so ***');
  });

sshdTest('a password is never sent where sudo does not ask for it', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const {stdout, stderr} = await session.run(raw('id -u; cat'), {become: become({password: wrong})});
  t.is(stdout.toString(), '0\n');
  t.is(stderr.toString(), '');
});

sshdTest('a wrong password is tried once, and not again', async (t) => {
  const sshd = await startSshd(t, {sudoers: withPassword});
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const attempt = () => session.run(raw('id -u'), {become: become({password: wrong})});
  // Several at once, as a play does.
  const [first, second] = await Promise.all(
    [attempt(), attempt()].map((run) =>
      t.throwsAsync(run, {instanceOf: BecomeError, message: 'sudo on testhost refused the password for root'}),
    ),
  );
  t.is(first, second);
  t.regex((first as BecomeError).hint ?? '', /given once only/);
  t.is(await t.throwsAsync(attempt()), first as BecomeError, 'the same refusal, without asking again');
  const log = await session.run(raw('cat /run/sudo.log'), {become: become({password: right})});
  t.is(log.stdout.toString().match(/incorrect password attempt/g)?.length, 1);
  t.regex(log.stdout.toString(), /1 incorrect password attempt/);
});

sshdTest('each refusal of sudo is named, with a way out', async (t) => {
  const sshd = await startSshd(t, {sudoers: withPassword});
  const wants = await refused(t, sshd, become());
  t.is(wants.message, 'sudo on testhost wants a password to become root, and none was given');
  t.regex(wants.hint ?? '', /--ask-become-pass/);

  const outsider = await startSshd(t, {sudoers: 'root ALL=(ALL:ALL) ALL\n'});
  t.is(
    (await refused(t, outsider, become({password: right}))).message,
    'sudo on testhost does not allow this user to become root',
  );

  const limited = await startSshd(t, {sudoers: `${user} ALL=(ALL) NOPASSWD: /usr/bin/id\n`});
  t.regex((await refused(t, limited, become({password: right}))).message, /does not allow this user to become root/);

  const tty = await startSshd(t, {sudoers: `Defaults requiretty\n${user} ALL=(ALL) NOPASSWD: ALL\n`});
  const requiretty = await refused(t, tty, become());
  t.is(requiretty.message, 'sudo on testhost wants a terminal (requiretty)');
  t.regex(requiretty.hint ?? '', /!requiretty/);

  const plain = await startSshd(t);
  t.is((await refused(t, plain, become({user: 'nosuch'}))).message, 'there is no user nosuch on testhost to become');
  t.is((await refused(t, plain, become({method: 'doas'}))).message, 'testhost has no doas');
  t.regex((await refused(t, plain, become({user: "x'; reboot; '"}))).message, /there is no user x'; reboot; '/);
});

sshdTest('another user than root, with a home of its own', async (t) => {
  const sshd = await startSshd(t);
  await appendFile(sshd.etc('passwd'), `other:x:4243:4243::${sshd.folder}/home/root:/usr/sbin/nologin\n`);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const {stdout} = await session.run(raw('id -un; echo "$HOME"'), {become: become({user: 'other'})});
  t.is(stdout.toString(), `other\n${sshd.folder}/home/root\n`);
});

sshdTest('whoever is the wanted user already needs no sudo', async (t) => {
  const sshd = await startSshd(t, {sudoers: '# nobody may do anything\n'});
  const session = testPool(t, sshd.homeDir).session(sshd.spec({user: 'root'}));
  t.is((await session.run(raw('id -un'), {become: become()})).stdout.toString(), 'root\n');
  t.is((await session.run(raw('id -un'), {become: become({method: 'su'})})).stdout.toString(), 'root\n');
  t.deepEqual(await sshd.processes('sudo'), []);
});

sshdTest('su takes a password too, and root needs none', async (t) => {
  const sshd = await startSshd(t);
  const hash = (await readFile(sshd.etc('shadow'), 'utf8')).split(':')[1 + 8];
  await appendFile(sshd.etc('passwd'), `other:x:4243:4243::${sshd.folder}/home/root:/bin/sh\n`);
  await appendFile(sshd.etc('shadow'), `other:${hash}:19000:0:99999:7:::\n`);
  const other = become({method: 'su', user: 'other'});
  const pool = testPool(t, sshd.homeDir);
  const asRoot = await pool.session(sshd.spec({user: 'root'})).run(raw('id -un'), {become: other});
  t.is(asRoot.stdout.toString(), 'other\n');
  const session = pool.session(sshd.spec());
  const {stdout, stderr} = await session.run(raw('id -un'), {become: {...other, password: right}});
  t.is(stdout.toString(), 'other\n');
  t.is(stderr.toString(), '');
  t.is((await refused(t, sshd, {...other, password: wrong})).message, 'su on testhost refused the password for other');
  t.is((await refused(t, sshd, other)).message, 'su on testhost wants a password to become other, and none was given');
});

sshdTest('what was refused may be asked for again after a reset', async (t) => {
  const sshd = await startSshd(t, {sudoers: 'root ALL=(ALL:ALL) ALL\n'});
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const attempt = () => session.run(raw('id -u'), {become: become({password: right})});
  await t.throwsAsync(attempt(), {instanceOf: BecomeError});
  await appendFile(sshd.etc('sudoers'), `${user} ALL=(ALL:ALL) ALL\n`);
  await t.throwsAsync(attempt(), {instanceOf: BecomeError});
  await session.reset();
  t.is((await attempt()).stdout.toString(), '0\n');
});

import {appendFile, chmod, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import net from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {TaskError, TransportError} from '../../src/errors/index.js';
import {raw, sh} from '../../src/shell/index.js';
import {type Become, ForwardRefusedError, type HostSession} from '../../src/transport/index.js';
import {sshdTest, startSshd, testPool} from '../support/sessions.js';
import {freePort, type TestSshd} from '../support/sshd.js';

const root: Become = {method: 'sudo', user: 'root'};
const text = async (session: HostSession, script: string, become?: Become): Promise<string> =>
  (await session.run(raw(script), {become})).stdout.toString();

/** Waits until the host runs no process whose command line holds the text; the caller's own limit ends a wait for ever. */
async function gone(sshd: TestSshd, command: string): Promise<void> {
  while ((await sshd.processes(command)).length > 0) await wait(20);
}

for (const shell of ['dash', 'bash', 'busybox'] as const) {
  sshdTest(`${shell}: scripts run as the user and as root, each with its own surroundings`, async (t) => {
    const sshd = await startSshd(t, {shell});
    const session = testPool(t, sshd.homeDir).session(sshd.spec());
    for (const [become, name, home] of [
      [undefined, 'deploy', 'home/deploy'],
      [root, 'root', 'home/root'],
    ] as const) {
      const outcome = await session.run(
        raw('id -un; pwd; echo "$HOME $LC_ALL $VALUE"; umask; cat; echo err >&2; exit 3'),
        {
          become,
          environment: {VALUE: "it's $HOME"},
          stdin: Buffer.from('in\0put\n'),
        },
      );
      t.is(
        outcome.stdout.toString(),
        `${name}\n${sshd.folder}/${home}\n${sshd.folder}/${home} C it's $HOME\n0022\nin\0put\n`,
      );
      t.is(outcome.stderr.toString(), 'err\n');
      t.is(outcome.rc, 3);
      t.false(outcome.truncated);
      t.is(await text(session, 'pwd; cat', become), `${sshd.folder}/${home}\n`);
      t.is((await session.run(raw('pwd'), {become, cwd: '/usr'})).stdout.toString(), '/usr\n');
    }
    if (shell === 'busybox') t.is(await text(session, 'readlink "$(command -v sed)"'), '/usr/bin/busybox\n');
    t.like(session.counters, {connects: 1, trips: shell === 'busybox' ? 7 : 6});
  });

  sshdTest(`${shell}: much stdin, much script, much output`, async (t) => {
    const sshd = await startSshd(t, {shell});
    const session = testPool(t, sshd.homeDir).session(sshd.spec());
    const bytes = Buffer.from(Array.from({length: 3_000_000}, (_, index) => (index * 7 + (index >> 8)) % 256));
    const outcome = await session.run(raw('cat'), {stdin: bytes, captureBytes: 8 * 1024 * 1024});
    t.true(outcome.stdout.equals(bytes));
    t.false(outcome.truncated);
    const capped = await session.run(raw('cat'), {stdin: bytes, captureBytes: 2000});
    t.true(capped.truncated);
    t.true(capped.stdout.subarray(0, 1000).equals(bytes.subarray(0, 1000)));
    t.true(capped.stdout.subarray(-1000).equals(bytes.subarray(-1000)));
    // What a script leaves of its stdin is not read as commands.
    const left = await session.run(raw('head -c 3 >/dev/null; exit 4'), {
      stdin: Buffer.from('echo wrong\n'.repeat(20_000)),
    });
    t.is(left.rc, 4);
    t.is(left.stdout.toString(), '');
    const long = await session.run(sh`${raw('x=\'a long "script"\'\n'.repeat(12_000))}echo "$x"`);
    t.is(long.stdout.toString(), 'a long "script"\n');
    t.is(await text(session, 'echo ok'), 'ok\n');
  });

  sshdTest(`${shell}: a deadline ends the whole tree of a script, whatever it did to get away`, async (t) => {
    const sshd = await startSshd(t, {shell});
    const session = testPool(t, sshd.homeDir).session(sshd.spec());
    const kept = Number(await text(session, 'setsid sleep 55550 </dev/null >/dev/null 2>&1 9>&- & echo $!'));
    for (const become of [undefined, root]) {
      const script = `echo begun; sleep 55551 & ( trap '' TERM HUP INT; sleep 55552; sleep 55553 ) &
        ( sleep 55554 & ); setsid sleep 55555 & sh -c 'sleep 55556 & wait' & sleep 55557`;
      const error = await t.throwsAsync(session.run(raw(script), {become, timeoutMs: 1500}), {
        instanceOf: TaskError,
        message: /ran longer than 1.5 s/,
      });
      t.is(error?.stdout, 'begun\n');
      t.is(error?.hint, undefined);
      t.deepEqual(
        await sshd.processes('sleep 5555[1-9]'.replace('[1-9]', '')).then((pids) => pids.length),
        1,
        'only the one of before',
      );
      t.is(await text(session, 'echo ok', become), 'ok\n');
    }
    t.is(await text(session, `kill -0 ${kept} && echo lives`), 'lives\n');
    t.is(session.counters.connects, 1);
  });
}

sshdTest('thirty scripts at once share four shells, and none sees another’s output', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const shells = new Set<string>();
  await Promise.all(
    Array.from({length: 30}, async (_, index) => {
      const {stdout, stderr, rc} = await session.run(
        sh`echo $$; for i in 1 2 3; do echo ${index}; echo ${index} >&2; sleep 0.01; done; exit ${index}`,
      );
      const [shell = '', ...rest] = stdout.toString().trim().split('\n');
      shells.add(shell);
      t.deepEqual(rest, [`${index}`, `${index}`, `${index}`]);
      t.is(stderr.toString(), `${index}\n`.repeat(3));
      t.is(rc, index);
    }),
  );
  t.is(shells.size, 4);
  t.like(session.counters, {connects: 1, trips: 30});
});

sshdTest('one script after the other uses one shell, and a shell of another user only when it is needed', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const shells = new Set<string>();
  for (let index = 0; index < 10; index++) shells.add(await text(session, 'echo $$'));
  t.is(shells.size, 1);
  t.deepEqual(await sshd.processes('sudo'), []);
  t.is(await text(session, 'id -u', root), '0\n');
  t.is((await sshd.processes('sudo')).length, 1);
});

for (const sessions of [1, 2])
  sshdTest(
    `a host that allows ${sessions} session${sessions > 1 ? 's' : ''} at a time is used within that`,
    async (t) => {
      const sshd = await startSshd(t, {config: `MaxSessions ${sessions}`});
      const session = testPool(t, sshd.homeDir).session(sshd.spec());
      const runs = Array.from({length: 8}, (_, index) =>
        text(session, `echo ${index}; id -u`, index % 2 ? root : undefined),
      );
      t.deepEqual(
        await Promise.all(runs),
        Array.from({length: 8}, (_, index) => `${index}\n${index % 2 ? 0 : 4242}\n`),
      );
    },
  );

sshdTest('lines come while the script runs', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const seen: string[] = [];
  let touched: Promise<unknown> | undefined;
  await session.run(raw('echo one; echo two >&2; until [ -e go ]; do sleep 0.02; done; printf last'), {
    onLine: (stream, line) => {
      seen.push(`${stream} ${line}`);
      // The script ends only because this line was seen before its end.
      if (line === 'two') touched = session.run(raw('touch go'));
    },
  });
  await touched;
  t.deepEqual(seen.sort(), ['stderr two', 'stdout last', 'stdout one']);
});

sshdTest('what a script leaves in the background never prints into another’s output', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  await text(session, '( while :; do echo noise; echo noise >&2; sleep 0.003; done ) &');
  for (let index = 0; index < 30; index++) {
    const {stdout, stderr} = await session.run(sh`echo ${index}; sleep 0.01`);
    t.is(stdout.toString() + stderr.toString(), `${index}\n`);
  }
  const quiet = Number(await text(session, 'sleep 44441 & echo $!'));
  t.is(await text(session, 'echo after'), 'after\n');
  t.is(await text(session, `kill -0 ${quiet} && echo lives`), 'lives\n');
  for (let index = 0; index < 15; index++) await text(session, 'sleep 44442 & :');
  t.is(await text(session, 'echo still'), 'still\n', 'shells that are held do not use up MaxSessions');
  t.is(session.counters.connects, 1);
});

sshdTest('a script that ends its own shell has its exit code, and the next one a new shell', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  for (const become of [undefined, root]) {
    const outcome = await session.run(raw('echo before; kill -9 0'), {become});
    t.is(outcome.stdout.toString(), 'before\n');
    t.true(outcome.rc > 128, `${outcome.rc}`);
    t.is(await text(session, 'echo after', become), 'after\n');
  }
  t.is(session.counters.connects, 1);
});

sshdTest('a signal ends the script on the host, and its reason is thrown', async (t) => {
  const sshd = await startSshd(t);
  const run = new AbortController();
  const pool = testPool(t, sshd.homeDir, {signal: run.signal});
  const session = pool.session(sshd.spec());
  const task = new AbortController();
  const reason = new Error('changed my mind');
  await t.throwsAsync(
    session.run(raw('echo on; sleep 33331'), {signal: task.signal, onLine: () => task.abort(reason)}),
    {is: reason},
  );
  t.deepEqual(await sshd.processes('sleep 33331'), []);
  t.is(await text(session, 'echo ok'), 'ok\n');
  await t.throwsAsync(session.run(raw('echo never'), {signal: task.signal}), {is: reason});

  const over = new Error('Ctrl-C');
  const running = [undefined, root].map((become) =>
    session.run(raw('echo on; sleep 33332'), {become, onLine: () => run.abort(over)}),
  );
  const ended = await Promise.allSettled(running);
  t.true(ended.every((result) => result.status === 'rejected' && result.reason === over));
  await gone(sshd, 'sleep 33332');
  await t.throwsAsync(session.run(raw('true')), {is: over});
});

sshdTest(
  'a link that is cut while a script runs is an error of its own, and the next script has a new link',
  async (t) => {
    const sshd = await startSshd(t);
    const session = testPool(t, sshd.homeDir).session(sshd.spec());
    const error = await t.throwsAsync(
      session.run(raw('echo on; sleep 22221'), {onLine: () => void sshd.signalConnections('SIGKILL')}),
      {instanceOf: TransportError, message: /the link to testhost was lost while a script ran/},
    );
    t.is(error?.phase, 'lost');
    t.is(await text(session, 'echo back'), 'back\n');
    t.is(session.counters.connects, 2);
  },
);

sshdTest('closing ends what runs, and nothing waits for a link that is frozen', async (t) => {
  const sshd = await startSshd(t);
  const pool = testPool(t, sshd.homeDir);
  const session = pool.session(sshd.spec());
  await session.run(raw('true'));
  await sshd.signalConnections('SIGSTOP');
  const running = t.throwsAsync(session.run(raw('true')), {
    instanceOf: TransportError,
    message: /session with testhost is closed/,
  });
  await pool.close();
  await running;
  await t.throwsAsync(session.run(raw('true')), {message: /session with testhost is closed/});
});

sshdTest('after a reset shells are new; with the link, groups too', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const before = await text(session, 'echo $$');
  await session.reset();
  t.not(await text(session, 'echo $$'), before);
  t.is(session.counters.connects, 1);
  await appendFile(sshd.etc('group'), 'fresh:x:4300:deploy\n');
  await session.reset({link: true});
  t.regex(await text(session, 'id -Gn'), /fresh/);
  t.is(session.counters.connects, 2);
});

sshdTest('a host counts as rebooted once its boot id is another', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const bootId = await text(session, 'cat /proc/sys/kernel/random/boot_id');
  const early = await t.throwsAsync(session.reconnect({deadlineMs: 10, unlessBootId: bootId.trim()}), {
    instanceOf: TransportError,
    message: /did not come back within/,
  });
  t.regex(String((early?.cause as Error | undefined)?.message), /has not rebooted yet/);
  const back = session.reconnect({deadlineMs: 60_000, unlessBootId: bootId.trim()});
  await sshd.signalConnections('SIGKILL');
  await writeFile(`${sshd.folder}/boot_id`, '00000000-0000-4000-8000-000000000002\n');
  await back;
  t.is(await text(session, 'echo back'), 'back\n');
});

sshdTest('waiting for a host stops at a signal, and at once for a key that changed', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  await session.run(raw('true'));
  const reason = new Error('enough');
  const stop = new AbortController();
  setTimeout(() => stop.abort(reason), 100);
  await t.throwsAsync(
    session.reconnect({deadlineMs: 600_000, unlessBootId: '00000000-0000-4000-8000-000000000001', signal: stop.signal}),
    {is: reason},
  );
  const known = await readFile(sshd.knownHosts, 'utf8');
  await writeFile(sshd.knownHosts, known.replace(/.{4}\n$/, 'AAAA\n'));
  const error = await t.throwsAsync(session.reconnect({deadlineMs: 600_000}), {instanceOf: TransportError});
  t.is(error?.phase, 'hostkey');
});

sshdTest('ports of the host are reached through the link', async (t) => {
  const sshd = await startSshd(t);
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const server = net.createServer((socket) => socket.end('hello from the port'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  const stream = await session.forward('127.0.0.1', typeof address === 'object' && address ? address.port : 0);
  let seen = '';
  for await (const chunk of stream) seen += chunk;
  t.is(seen, 'hello from the port');
  const error = await t.throwsAsync(session.forward('127.0.0.1', await freePort()), {
    instanceOf: ForwardRefusedError,
    message: /^testhost cannot connect to 127.0.0.1:\d+: Connection refused$/,
  });
  t.is(error?.phase, 'channel');
  t.is(error?.refusal, 'failed');
});

/** A server that greets and sends back what it is sent. */
async function echoServer(t: ExecutionContext): Promise<number> {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(greeting);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
const greeting = Buffer.from([0, 1, 2, 3, 255, 0]);

/** Forbids forwarding; of all programs the host has these, each a link to one of this machine. */
async function closedSshd(t: ExecutionContext, programs: Readonly<Record<string, string>>): Promise<TestSshd> {
  const bin = await mkdtemp(path.join(tmpdir(), 'bin-'));
  await chmod(bin, 0o755);
  t.teardown(() => rm(bin, {recursive: true}));
  for (const [name, target] of Object.entries(programs)) await symlink(target, path.join(bin, name));
  return startSshd(t, {config: `AllowTcpForwarding no\nSetEnv PATH=${bin}`});
}

for (const [title, programs, refused] of [
  ['bash', {bash: '/bin/bash', cat: '/bin/cat'}, 'Connection refused'],
  ['nc', {nc: '/bin/busybox'}, 'Connection refused'],
] as const) {
  sshdTest(`an sshd that forbids forwarding is gone round by ${title}`, async (t) => {
    const sshd = await closedSshd(t, programs);
    const session = testPool(t, sshd.homeDir).session(sshd.spec());
    const binary = Buffer.from(Array.from({length: 70_000}, (_, index) => index % 256));
    const stream = await session.forward('127.0.0.1', await echoServer(t));
    stream.write(binary);
    const wanted = Buffer.concat([greeting, binary]);
    let seen = Buffer.alloc(0);
    for await (const chunk of stream) {
      seen = Buffer.concat([seen, chunk as Buffer]);
      if (seen.length >= wanted.length) break;
    }
    t.true(seen.equals(wanted));
    await gone(sshd, 'cat');
    const nobody = async () => {
      for await (const _ of await session.forward('127.0.0.1', await freePort())) t.fail('a byte from nobody');
    };
    const error = await t.throwsAsync(nobody, {instanceOf: ForwardRefusedError});
    t.is(error?.refusal, 'failed');
    t.is(error?.said, refused);
  });
}

sshdTest('an sshd that forbids forwarding, on a host without any program for it, is named', async (t) => {
  const sshd = await closedSshd(t, {});
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const error = await t.throwsAsync(session.forward('127.0.0.1', await echoServer(t)), {
    instanceOf: ForwardRefusedError,
    message: 'testhost opens no connections to elsewhere',
  });
  t.is(error?.refusal, 'forbidden');
  t.regex(error?.hint ?? '', /AllowTcpForwarding/);
});

sshdTest('a login shell that talks is listened past; one that ends says why', async (t) => {
  const sshd = await startSshd(t, {loginShell: '/bin/bash'});
  await writeFile(
    `${sshd.folder}/home/deploy/.bashrc`,
    'echo "welcome to this host"; echo "a warning" >&2; export FROM_RC=1\n',
  );
  const session = testPool(t, sshd.homeDir).session(sshd.spec());
  const outcome = await session.run(raw('echo "own $FROM_RC"'));
  t.is(outcome.stdout.toString(), 'own 1\n');
  t.is(outcome.stderr.toString(), '');

  const closed = await startSshd(t, {loginShell: '/usr/sbin/nologin'});
  const error = await t.throwsAsync(testPool(t, closed.homeDir).session(closed.spec()).run(raw('true')), {
    instanceOf: TransportError,
    message: /no shell on testhost: .*This account is currently not available/s,
  });
  t.is(error?.phase, 'session');
});

import {execFile} from 'node:child_process';
import {randomInt} from 'node:crypto';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import net from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {QuorateError, TaskError} from '../../src/errors/index.js';
import {raw, sh} from '../../src/shell/index.js';
import type {HostSession} from '../../src/transport/index.js';
import {testPool} from '../support/sessions.js';

const execute = promisify(execFile);

/** A time to sleep that nobody else on this machine has: its processes are told from theirs. */
const freshNap = (): string => `${9e8 + randomInt(9e8)}`;

/** How many processes sleep for that time. The pattern does not find itself. */
const sleepers = async (session: HostSession, nap: string): Promise<number> =>
  Number(
    await text(
      session,
      `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c 'sleep [${nap[0]}]${nap.slice(1)}'`,
    ),
  );

async function local(t: ExecutionContext): Promise<{session: HostSession; home: string}> {
  const home = await mkdtemp(path.join(tmpdir(), 'local-'));
  t.teardown(() => rm(home, {recursive: true, force: true}));
  const spec = {
    kind: 'local',
    host: 'localhost',
    address: 'localhost',
    hostKeys: 'strict',
    connectTimeoutMs: 10_000,
  } as const;
  return {session: testPool(t, home).session(spec), home};
}

const text = async (session: HostSession, script: string): Promise<string> =>
  (await session.run(raw(script))).stdout.toString();

test('this machine is a host like any other', async (t) => {
  const {session, home} = await local(t);
  const script = raw('pwd; cat; echo "$A"; echo one >/dev/stderr; echo two >/dev/stdout; exit 3');
  const outcome = await session.run(script, {stdin: Buffer.from('in\n'), environment: {A: 'b c'}});
  t.is(outcome.stdout.toString(), `${home}\nin\nb c\ntwo\n`);
  t.is(outcome.stderr.toString(), 'one\n');
  t.is(outcome.rc, 3);
  t.true(outcome.durationMs >= 0);
  t.like(session.counters, {connects: 1, trips: 1});
});

test('many scripts at once share four shells, and none sees another’s output', async (t) => {
  const {session} = await local(t);
  const shells = new Set<string>();
  await Promise.all(
    Array.from({length: 30}, async (_, index) => {
      const {stdout, stderr, rc} = await session.run(sh`echo $$; echo ${index}; echo ${index} >&2; exit ${index}`);
      const [shell = '', ...rest] = stdout.toString().trim().split('\n');
      shells.add(shell);
      t.deepEqual([rest, stderr.toString(), rc], [[`${index}`], `${index}\n`, index]);
    }),
  );
  t.is(shells.size, 4);
});

test('a stopped script leaves no process, whatever it did to get away', async (t) => {
  const {session, home} = await local(t);
  const stop = new AbortController();
  const reason = new Error('enough');
  const nap = freshNap();
  const script = `( trap '' TERM; echo $$ >"$HOME/one"; sleep ${nap} ) & ( sleep ${nap} & ); setsid sleep ${nap} & echo go; sleep ${nap}`;
  await t.throwsAsync(
    session.run(raw(script), {signal: stop.signal, onLine: () => stop.abort(reason), environment: {HOME: home}}),
    {is: reason},
  );
  t.is(await sleepers(session, nap), 0);
  const late = await t.throwsAsync(session.run(raw(`echo so far; sleep ${nap}`), {timeoutMs: 1500}), {
    instanceOf: TaskError,
  });
  t.is(late?.message, 'the script on localhost was stopped: it ran longer than 1.5 s');
  t.is(late?.stdout, 'so far\n');
  t.is(await text(session, 'echo ok'), 'ok\n');
});

test('closing the pool stops what runs', async (t) => {
  const {session, home} = await local(t);
  const pool = testPool(t, home);
  const own = pool.session({kind: 'local', host: 'l', address: 'l', hostKeys: 'strict', connectTimeoutMs: 1000});
  const nap = freshNap();
  let closed: Promise<void> | undefined;
  const running = own.run(raw(`echo on; sleep ${nap}`), {
    onLine: () => {
      closed = pool.close();
    },
  });
  await t.throwsAsync(running, {instanceOf: QuorateError, message: 'the session with l is closed'});
  await closed;
  t.is(await sleepers(session, nap), 0);
});

test('children left behind neither hold a script up nor print into the next one', async (t) => {
  const {session, home} = await local(t);
  await text(session, `( while [ ! -e "${home}/stop" ]; do echo noise; echo noise >&2; sleep 0.01; done ) &`);
  for (let index = 0; index < 20; index++) {
    const {stdout, stderr} = await session.run(sh`echo ${index}; sleep 0.01`);
    t.is(stdout.toString() + stderr.toString(), `${index}\n`);
  }
  await text(session, `touch "${home}/stop"`);
});

test('a script that ends its own shell has its exit code, and the next one a new shell', async (t) => {
  const {session} = await local(t);
  const killed = await session.run(raw('echo out; kill -9 0'));
  t.is(killed.stdout.toString(), 'out\n');
  t.is(killed.rc, 137);
  t.is(await text(session, 'echo again'), 'again\n');
});

test('what no shell can take is the task’s fault', async (t) => {
  const {session} = await local(t);
  await t.throwsAsync(session.run(raw('true'), {environment: {'a-b': '1'}}), {
    instanceOf: TaskError,
    message: /cannot export a variable named "a-b"/,
  });
  await t.throwsAsync(session.run(raw('echo \0')), {instanceOf: TaskError, message: /NUL/});
  t.is(await text(session, 'echo ok'), 'ok\n');
});

test('files go both ways', async (t) => {
  const {session, home} = await local(t);
  const bytes = Buffer.from(Array.from({length: 200_000}, (_, index) => index % 251));
  const {stdout} = await session.run(raw('sha256sum'), {stdin: bytes});
  await session.upload({kind: 'bytes', bytes, sha256: stdout.toString().split(' ')[0] ?? ''}, `${home}/file`, {
    mode: '0600',
  });
  t.true((await readFile(`${home}/file`)).equals(bytes));
  t.true((await session.fetch(`${home}/file`)).equals(bytes));
});

test('ports are reached', async (t) => {
  const {session} = await local(t);
  const server = net.createServer((socket) => socket.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  let seen = '';
  for await (const chunk of await session.forward(
    '127.0.0.1',
    typeof address === 'object' && address ? address.port : 0,
  ))
    seen += chunk;
  t.is(seen, 'hello');
});

test('a closed pool leaves nothing that keeps the program alive', async (t) => {
  const nap = freshNap();
  const code = `
    import {createSessionPool} from './src/transport/index.ts';
    import {raw} from './src/shell/index.ts';
    const pool = createSessionPool({env: process.env, homeDir: '/'});
    const session = pool.session({kind: 'local', host: 'l', address: 'l', hostKeys: 'strict', connectTimeoutMs: 600000});
    await session.run(raw('sleep ${nap} & echo left'), {timeoutMs: 600000, onLine: (_, line) => console.log(line)});
    await pool.close();
  `;
  // It would hang here, with the timeouts above or with the streams that the child in the background holds.
  const {stdout} = await execute(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code]);
  t.is(stdout, 'left\n');
  await execute('sh', [
    '-c',
    `for p in /proc/[0-9]*; do case $(tr '\\0' ' ' <$p/cmdline 2>/dev/null) in 'sleep ${nap} ') kill \${p#/proc/} ;; esac; done`,
  ]);
});

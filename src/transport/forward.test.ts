import {PassThrough, Writable} from 'node:stream';
import test from 'ava';
import {openForward} from './forward.js';
import {type Channel, type ChannelExit, type Connection, ForwardRefusedError} from './types.js';

const around = {host: 'server1', nonce: 'mark'};
const target = {address: '10.0.0.1', port: 2379};

interface Program {
  readonly stdout: readonly string[];
  readonly stderr?: string;
  readonly exit: ChannelExit;
}

/** A host whose sshd forbids forwarding, and whose program says all it has to say, and ends, in one tick. */
function hostWith({stdout, stderr = '', exit}: Program): {readonly connection: Connection; readonly channel: Channel} {
  let ended: (exit: ChannelExit) => void = () => undefined;
  const streams = {stdout: new PassThrough(), stderr: new PassThrough()};
  const speak = (): void => {
    for (const part of stdout) streams.stdout.write(part);
    streams.stderr.write(stderr);
    ended(exit);
    streams.stdout.end();
    streams.stderr.end();
  };
  const channel: Channel = {
    ...streams,
    stdin: new Writable({
      write: (_bytes, _encoding, done) => {
        speak();
        done();
      },
    }),
    exit: new Promise((resolve) => {
      ended = resolve;
    }),
    destroy: () => {
      for (const stream of Object.values(streams)) stream.destroy();
    },
  };
  const connection: Connection = {
    description: 'server1',
    closed: new Promise(() => undefined),
    open: () => Promise.resolve(channel),
    forward: () =>
      Promise.reject(new ForwardRefusedError({refusal: 'forbidden', said: '', what: 'server1 opens no connections'})),
    close: () => Promise.resolve(),
  };
  return {connection, channel};
}

const bytesFrom = async (program: Program): Promise<string> => {
  const {connection} = hostWith(program);
  let seen = '';
  for await (const bytes of await openForward(connection, around, target, {timeoutMs: 2_000})) seen += String(bytes);
  return seen;
};

for (const [title, stdout, wanted] of [
  ['the mark alone', ['\0mark\0'], ''],
  ['the mark and bytes in one', ['\0mark\0hello'], 'hello'],
  ['the mark in pieces, then bytes', ['\0ma', 'rk\0', 'hel', 'lo'], 'hello'],
  ['words of a login shell, then the mark', ['welcome\n\0mark\0hello\0mark\0'], 'hello\0mark\0'],
] as const)
  test(`a program that speaks and ends at once is heard to its end: ${title}`, async (t) => {
    t.timeout(5_000);
    t.is(await bytesFrom({stdout, exit: {kind: 'exit', code: 0}}), wanted);
  });

const failures: Record<string, Program & {readonly said: string}> = {
  'at once after its mark': {
    stdout: ['\0mark\0'],
    stderr: "nc: can't connect to remote host (10.0.0.1): Connection refused\n",
    exit: {kind: 'exit', code: 1},
    said: 'Connection refused',
  },
  'before its mark': {
    stdout: [],
    stderr: 'bash: connect: No route to host\nbash: line 1: /dev/tcp/10.0.0.1/2379: No route to host\n',
    exit: {kind: 'exit', code: 1},
    said: 'No route to host',
  },
};

for (const [title, {said, ...program}] of Object.entries(failures))
  test(`a program that fails ${title} is told by its own words`, async (t) => {
    t.timeout(5_000);
    const error = await t.throwsAsync(bytesFrom(program), {instanceOf: ForwardRefusedError});
    t.is(error?.refusal, 'failed');
    t.is(error?.said, said);
    t.is(error?.message, `server1 cannot connect to 10.0.0.1:2379: ${said}`);
  });

test('a program that ends in the middle of what it hands on is no failure of the connection', async (t) => {
  t.timeout(5_000);
  t.is(await bytesFrom({stdout: ['\0mark\0half'], exit: {kind: 'exit', code: 1}}), 'half');
});

test('a host without any program for it is forbidden, as sshd said, and its channel is closed', async (t) => {
  t.timeout(5_000);
  const {connection, channel} = hostWith({stdout: ['\0mark no-program\0'], exit: {kind: 'exit', code: 0}});
  const error = await t.throwsAsync(openForward(connection, around, target, {}), {instanceOf: ForwardRefusedError});
  t.is(error?.refusal, 'forbidden');
  t.true(channel.stdout.destroyed);
});

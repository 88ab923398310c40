import {PassThrough} from 'node:stream';
import test from 'ava';
import {TransportError} from '../errors/index.js';
import {raw} from '../shell/index.js';
import {ChildChannel} from './child_channel.js';
import {RemoteShell, type ShellSurroundings} from './remote_shell.js';
import {ShellPool} from './shell_pool.js';
import type {Channel, ChannelExit} from './types.js';

let count = 0;
const around = (helloMs = 60_000): ShellSurroundings => ({
  host: 'h',
  counters: {connects: 0, trips: 0, sentBytes: 0, receivedBytes: 0},
  nonce: () => `n${count++}x`,
  now: () => 0,
  helloMs,
});

/** A channel behind which nobody answers. */
function mute(exit: Promise<ChannelExit>, said = ''): Channel {
  const stderr = new PassThrough();
  stderr.end(said);
  return {stdin: new PassThrough().resume(), stdout: new PassThrough().end(), stderr, exit, destroy: () => undefined};
}

const never = new Promise<ChannelExit>(() => undefined);
const echo = (word: string) => ({script: raw(`echo ${word}`), captureBytes: 1000});

/** A pool of this machine's own `sh`, and how many it has opened. */
function pool(t: import('ava').ExecutionContext, options: {readonly settleMs?: number} = {}) {
  const opened: RemoteShell[] = [];
  t.teardown(() => {
    for (const shell of opened) shell.destroy();
  });
  const made = new ShellPool(
    async (changed) => {
      const shell = new RemoteShell(new ChildChannel('/bin/sh', [], {env: process.env}), around(), changed);
      opened.push(shell);
      return shell;
    },
    () => undefined,
    options,
  );
  return {opened, made};
}

test('a shell that ends before it begins is not asked for again and again', async (t) => {
  let opened = 0;
  const made = new ShellPool(
    async (changed) => {
      opened++;
      const shell = new RemoteShell(mute(Promise.resolve({kind: 'exit', code: 1}), 'go away'), around(), changed);
      // It is dead before anybody has it.
      while (shell.state !== 'dead') await new Promise(setImmediate);
      return shell;
    },
    () => undefined,
  );
  const error = await t.throwsAsync(
    made.use((shell) => shell.run(echo('x')).done),
    {instanceOf: TransportError},
  );
  t.is(error?.phase, 'session');
  t.regex(error?.message ?? '', /\/bin\/sh ended at once \(exit code 1\)/);
  t.is(opened, 1);
});

test('what a shell said before it ended is in the error', async (t) => {
  const made = new ShellPool(
    async (changed) => new RemoteShell(mute(Promise.resolve({kind: 'exit', code: 1}), 'go away'), around(), changed),
    () => undefined,
  );
  await t.throwsAsync(
    made.use((shell) => shell.run(echo('x')).done),
    {message: /after saying: go away/},
  );
});

test('a shell that says nothing is given up', async (t) => {
  const made = new ShellPool(
    async (changed) => new RemoteShell(mute(never), around(5), changed),
    () => undefined,
  );
  await t.throwsAsync(
    made.use((shell) => shell.run(echo('x')).done),
    {message: /did not answer within 0.005 s/},
  );
});

test('a lost link fails what runs, and who comes later gets a new shell', async (t) => {
  let lose: (exit: ChannelExit) => void = () => undefined;
  const exit = new Promise<ChannelExit>((resolve) => {
    lose = resolve;
  });
  const made = new ShellPool(
    async (changed) => new RemoteShell(mute(exit), around(), changed),
    () => undefined,
  );
  const running = made.use((shell) => shell.run(echo('x')).done);
  setImmediate(() => lose({kind: 'lost', why: 'cable cut'}));
  const error = await t.throwsAsync(running, {
    instanceOf: TransportError,
    message: /was lost while a script ran there: cable cut/,
  });
  t.is(error?.phase, 'lost');
});

test('whoever waits for a shell hears why none can be opened', async (t) => {
  const reason = new Error('no shell');
  const made = new ShellPool(
    () => Promise.reject(reason),
    () => undefined,
  );
  const all = Array.from({length: 6}, () => made.use((shell) => shell.run(echo('x')).done));
  for (const one of all) await t.throwsAsync(one, {is: reason});
});

test('a shell is used again, by one at a time, and four at most are opened', async (t) => {
  // Where the machine is busy a shell is late without being held; one that is late is replaced.
  const {opened, made} = pool(t, {settleMs: 60_000});
  for (let index = 0; index < 5; index++) await made.use((shell) => shell.run(echo('x')).done);
  t.is(opened.length, 1);
  const outputs = await Promise.all(
    Array.from({length: 12}, async (_, index) =>
      (await made.use((shell) => shell.run(echo(`${index}`)).done)).stdout.toString(),
    ),
  );
  t.deepEqual(
    outputs,
    Array.from({length: 12}, (_, index) => `${index}\n`),
  );
  t.is(opened.length, 4);
});

test('after closing, what was asked for is still done, and every shell is let go of', async (t) => {
  const {opened, made} = pool(t);
  const asked = Array.from({length: 8}, () => made.use((shell) => shell.run(echo('done')).done));
  made.close();
  for (const one of asked) t.is((await one).stdout.toString(), 'done\n');
  while (opened.some((shell) => shell.state !== 'dead')) await new Promise(setImmediate);
  t.true(opened.length <= 8);
});

test('a shell that is held is replaced, and its process ended when the next one opens', async (t) => {
  const {opened, made} = pool(t);
  const held = await made.use((shell) => shell.run({script: raw('sleep 77001 & echo $!'), captureBytes: 100}).done);
  const child = Number(held.stdout.toString());
  await made.use((shell) => shell.run(echo('next')).done);
  t.is(opened.length, 2);
  t.is(opened[0]?.state, 'dead');
  const pid = opened[0]?.identity?.pid ?? 0;
  // The shell itself is gone, what it left behind is not.
  while (isAlive(pid)) await new Promise(setImmediate);
  t.true(isAlive(child));
  process.kill(child);
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

import {type Duplex, PassThrough} from 'node:stream';
import test from 'ava';
import {FakePool} from '../../test/support/fake_session.js';
import {outcomesOf, progressOf, runSteps, script} from '../../test/support/steps_run.js';
import type {HostNetwork, Step, StepOutcome} from '../module/index.js';
import {sh} from '../shell/index.js';

type Talk = (network: HostNetwork, before: readonly StepOutcome[]) => Promise<Readonly<Record<string, unknown>>>;

const converse = (talk: Talk, deadlineMs = 60_000): Step => ({
  step: 'converse',
  title: 'ask the oracle',
  talk,
  deadlineMs,
});

/** A host whose ports give back what they are told. */
async function echoing(): Promise<{pool: FakePool; streams: Duplex[]}> {
  const pool = await FakePool.make();
  const streams: Duplex[] = [];
  pool.session({host: 'h1'}).rules.forward = (address, port) => {
    const stream = new PassThrough();
    stream.write(`${address}:${port} `);
    streams.push(stream);
    return stream;
  };
  return {pool, streams};
}

test('a conversation is over streams that begin on the host, knows what came before, and leaves none open', async (t) => {
  const {pool, streams} = await echoing();
  const talk: Talk = async ({connect}, before) => {
    const stream = await connect('db.example', 3306);
    stream.write('hello');
    return {heard: String(stream.read()), before: before.map(({stdout}) => stdout)};
  };
  const run = await runSteps([script('first', sh`echo 1`), converse(talk), script('last', sh`echo 2`)], {pool});
  await pool.close();
  t.deepEqual(
    outcomesOf(run).map(({title, stdout, data}) => ({title, stdout, data})),
    [
      {title: 'first', stdout: '1\n', data: undefined},
      {title: 'ask the oracle', stdout: '', data: {heard: 'db.example:3306 hello', before: ['1\n']}},
      {title: 'last', stdout: '2\n', data: undefined},
    ],
  );
  t.deepEqual(progressOf(run), ['ask the oracle']);
  t.deepEqual(
    streams.map(({destroyed}) => destroyed),
    [true],
  );
});

test('what a conversation throws fails the task', async (t) => {
  const {pool, streams} = await echoing();
  const talk: Talk = async ({connect}) => {
    await connect('db.example', 1);
    throw new Error('it speaks in riddles');
  };
  const run = await runSteps([converse(talk), script('never', sh`echo > "$ROOT"/never`)], {pool});
  await pool.close();
  t.is(run.outcome('h1', 'go').status, 'failed');
  t.regex(run.outcome('h1', 'go').failure?.what ?? '', /it speaks in riddles/);
  t.true(streams[0]?.destroyed);
});

test('a conversation without an end is ended at its deadline', async (t) => {
  const {pool, streams} = await echoing();
  let fired = false;
  const talk: Talk = async ({connect, signal}) => {
    await connect('db.example', 1);
    signal.addEventListener('abort', () => {
      fired = true;
    });
    return new Promise(() => undefined);
  };
  const run = await runSteps([converse(talk, 20_000)], {pool});
  await pool.close();
  t.is(run.outcome('h1', 'go').failure?.what, 'ask the oracle: no end of it within 20 s');
  t.true(streams[0]?.destroyed);
  t.true(fired);
});

import test from 'ava';
import type {ActionModule, Step, WaitVerdict} from '../../src/module/index.js';
import {paramsOf} from '../../test/support/plans.js';
import {testHost} from '../../test/support/test_controller.js';
import module from './module.js';

type Wait = Extract<Step, {step: 'wait'}>;

const waits = (raw: Record<string, unknown>): readonly Wait[] =>
  (module as ActionModule)
    .steps(paramsOf(module, raw), undefined, testHost())
    .filter((step): step is Wait => step.step === 'wait');

const look = (now: number, there: boolean, more = ''): {rc: number; stdout: string; stderr: string} => ({
  rc: 0,
  stdout: `now=${now}\0there=${there ? 'yes' : 'no'}\0${more}`,
  stderr: '',
});

const verdicts = (raw: Record<string, unknown>, looks: readonly ReturnType<typeof look>[]): WaitVerdict[] => {
  const [wait] = waits(raw).slice(-1);
  return wait === undefined ? [] : looks.map((one) => wait.until(one));
};

const table: readonly (readonly [
  string,
  Record<string, unknown>,
  readonly ReturnType<typeof look>[],
  readonly string[],
])[] = [
  ['a port opens', {port: 22}, [look(100, false), look(101, true)], ['more', 'done']],
  ['a port closes', {port: 22, state: 'stopped'}, [look(100, true), look(101, false)], ['more', 'done']],
  ['a path goes', {path: '/x', state: 'absent'}, [look(100, true), look(101, false)], ['more', 'done']],
  ['time runs out', {port: 22, timeout: 3}, [look(100, false), look(103, false)], ['more', 'failed']],
  ['a time passes', {timeout: 3}, [look(100, false), look(102, false), look(103, false)], ['more', 'more', 'done']],
  ['there is nothing to try with', {port: 22}, [look(100, false, 'means=none\0')], ['failed']],
  [
    'text comes',
    {path: '/x', search_regex: 'b$'},
    [look(100, true, 'content=bYQ==\0'), look(101, true, 'content=bYQpi\0')],
    ['more', 'done'],
  ],
  [
    'text goes',
    {path: '/x', search_regex: 'b', state: 'absent'},
    [look(100, true, 'content=bYg==\0'), look(101, true, 'content=bYQ==\0')],
    ['more', 'done'],
  ],
];
for (const [title, raw, looks, expected] of table)
  test(title, (t) => {
    t.deepEqual(
      verdicts(raw, looks).map(({wait}) => wait),
      expected,
    );
  });

test('what it says when it gives up', (t) => {
  const [, failed] = verdicts({port: 1, timeout: 1, msg: 'no etcd'}, [look(1, false), look(2, false)]);
  t.like(failed, {wait: 'failed', why: 'no etcd'});
  t.is(waits({host: 'server1', port: 6443})[0]?.title, 'server1:6443 to answer');
  t.is(waits({path: '/x', state: 'absent'})[0]?.title, '/x to be gone');
});

test('a delay is a wait of its own', (t) => {
  t.deepEqual(
    waits({port: 1, delay: 5}).map(({title}) => title),
    ['5 s to pass', '127.0.0.1:1 to answer'],
  );
});

for (const [raw, message] of [
  [{port: 1, path: '/x'}, /exclude each other/],
  [{state: 'drained'}, /drained needs 'port'/],
  [{search_regex: 'x'}, /needs 'port' or 'path'/],
] as const)
  test(`wrong parameters: ${JSON.stringify(raw)}`, (t) => {
    t.throws(() => paramsOf(module, raw), {message});
  });

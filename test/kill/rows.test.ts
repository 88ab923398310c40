import test from 'ava';
import type {RunEvent} from '../../src/events/types.js';
import {momentsOf, rowsOf} from './rows.js';

const where = {file: 'p.yml', line: 1, column: 1};
const step = (host: string, task: string, title: string): RunEvent & {readonly kind: 'step'} => ({
  at: 0,
  kind: 'step',
  host,
  task: {id: task, name: task, module: 'm', where, handler: false},
  title,
});

test('each recorded step is a moment; those of one name are told apart', (t) => {
  const events = [step('a', 'copy', 'copy'), step('a', 'copy', 'copy'), step('b', 'copy', 'copy')];
  t.deepEqual(
    momentsOf(events, '10.213.4.').map(({host, number}) => `${host} ${number}`),
    ['a 1', 'a 2', 'b 1'],
  );
  t.is(rowsOf('play', events, '10.213.4.').length, 9);
});

test('a recording without a step is a fault, not an empty matrix', (t) => {
  t.throws(() => rowsOf('play', [], '10.213.4.'), {message: /has no step/});
});

test('a step that names an address of its lab is the same step on every lab', (t) => {
  const ask = (network: string) => momentsOf([step('lb1', 'answers', `ask https://${network}200/ping`)], network);
  t.deepEqual(ask('10.213.4.'), ask('10.213.95.'));
});

test('what is only done again until it holds is no moment: not every run does it', (t) => {
  const [first, second] = [step('lb1', 'answers', 'ask'), step('lb2', 'answers', 'ask')];
  const retry: RunEvent = {...first, kind: 'retry', attempt: 1, left: 2, delayMs: 1000};
  const one = [first, retry, step('lb1', 'answers', 'ask'), step('lb1', 'answers', 'read'), second];
  t.deepEqual(momentsOf(one, '10.213.4.'), momentsOf([first, second], '10.213.4.'));
  const later = [...one, step('lb1', 'clean', 'ask')];
  t.is(momentsOf(later, '10.213.4.').length, 3);
});

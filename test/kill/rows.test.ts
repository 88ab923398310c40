import test from 'ava';
import type {RunEvent} from '../../src/events/types.js';
import {momentsOf, rowsOf} from './rows.js';

const where = {file: 'p.yml', line: 1, column: 1};
const step = (host: string, task: string, title: string): RunEvent => ({
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

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
    momentsOf(events).map(({host, number}) => `${host} ${number}`),
    ['a 1', 'a 2', 'b 1'],
  );
  t.is(rowsOf('play', events).length, 9);
});

test('a recording without a step is a fault, not an empty matrix', (t) => {
  t.throws(() => rowsOf('play', []), {message: /has no step/});
});

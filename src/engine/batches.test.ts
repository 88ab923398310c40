import test from 'ava';
import fc from 'fast-check';
import {batchesOf, ordered} from './batches.js';

const hosts = ['a', 'b', 'c', 'd', 'e'];

const cases: readonly {readonly serial: unknown; readonly sizes: readonly number[]}[] = [
  {serial: undefined, sizes: [5]},
  {serial: 0, sizes: [5]},
  {serial: -1, sizes: [5]},
  {serial: 2, sizes: [2, 2, 1]},
  {serial: '2', sizes: [2, 2, 1]},
  {serial: 9, sizes: [5]},
  {serial: '40%', sizes: [2, 2, 1]},
  {serial: '1%', sizes: [1, 1, 1, 1, 1]},
  {serial: '100%', sizes: [5]},
  {serial: '59%', sizes: [2, 2, 1]},
  {serial: [1, 2], sizes: [1, 2, 2]},
  {serial: [1, '50%'], sizes: [1, 2, 2]},
  {serial: [], sizes: [5]},
];

for (const {serial, sizes} of cases)
  test(`serial ${JSON.stringify(serial) ?? 'not written'}`, (t) => {
    const batches = batchesOf(hosts, serial);
    t.deepEqual(
      batches.map(({length}) => length),
      sizes,
    );
    t.deepEqual(batches.flat(), hosts);
  });

test('a serial that is neither number nor share is refused', (t) => {
  const error = t.throws(() => batchesOf(hosts, 'many'), {name: 'PlaybookError'});
  t.regex(error?.message ?? '', /serial is "many"/);
});

test('batches are the hosts, in order, none twice', (t) => {
  const serial = fc.oneof(
    fc.integer({min: -2, max: 9}),
    fc.integer({min: 0, max: 150}).map((share) => `${share}%`),
  );
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.oneof(serial, fc.array(serial)), (names, how) => {
      const batches = batchesOf(names, how);
      t.deepEqual(batches.flat(), names);
      t.true(batches.every(({length}) => length > 0));
    }),
  );
});

test('orders', (t) => {
  const names = ['b', 'c', 'a'];
  const by = (order?: string) => ordered(names, order, () => 0).join('');
  t.deepEqual(
    [by(), by('inventory'), by('reverse_inventory'), by('sorted'), by('reverse_sorted'), by('shuffle')],
    ['bca', 'bca', 'acb', 'abc', 'cba', 'bca'],
  );
  t.throws(() => by('random'), {name: 'PlaybookError'});
});

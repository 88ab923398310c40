import test from 'ava';
import fc from 'fast-check';
import {InventoryError} from '../errors/index.js';
import {expandRange, splitPort} from './range.js';

const table: readonly (readonly [string, readonly string[]])[] = [
  ['node', ['node']],
  ['node[1:3]', ['node1', 'node2', 'node3']],
  ['node[01:03].lan', ['node01.lan', 'node02.lan', 'node03.lan']],
  ['node[08:10]', ['node08', 'node09', 'node10']],
  ['node[1:9:4]', ['node1', 'node5', 'node9']],
  ['node[:2]', ['node0', 'node1', 'node2']],
  ['d[a:c]', ['da', 'db', 'dc']],
  ['d[y:B]', ['dy', 'dz', 'dA', 'dB']],
  ['r[1:2]n[a:b]', ['r1na', 'r1nb', 'r2na', 'r2nb']],
  ['fe80::1', ['fe80::1']],
  ['[fe80::1]', ['[fe80::1]']],
];
for (const [pattern, expected] of table) {
  test(`${pattern} expands`, (t) => {
    t.deepEqual(expandRange(pattern), expected);
  });
}

const wrong: readonly (readonly [string, RegExp])[] = [
  ['n[1:]', /has no end/],
  ['n[5:1]', /ends before it begins/],
  ['n[c:a]', /ends before it begins/],
  ['n[01:100]', /begins with 2 digits and ends with 3/],
  ['n[1:5:0]', /step '0'/],
  ['n[1:5:1:1]', /more than three parts/],
  ['n[1:x]', /neither of numbers nor of letters/],
  ['n[1:999999999]', /gives 999999999 hosts/],
];
for (const [pattern, message] of wrong) {
  test(`${pattern} is refused`, (t) => {
    const error = t.throws(() => expandRange(pattern, {file: 'h', line: 1, column: 2}), {
      instanceOf: InventoryError,
      message,
    });
    t.is(error.where?.column, 2);
  });
}

test('a range has every number once, in order, padded alike', (t) => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(50), fc.integer({min: 1, max: 7}), fc.boolean(), (first, count, step, isPadded) => {
      const pad = (value: number): string => (isPadded ? String(value).padStart(4, '0') : String(value));
      const names = expandRange(`a[${pad(first)}:${pad(first + count)}:${step}]b`);
      t.deepEqual(
        names,
        Array.from({length: Math.floor(count / step) + 1}, (_, index) => `a${pad(first + index * step)}b`),
      );
    }),
  );
});

test('two ranges multiply', (t) => {
  fc.assert(
    fc.property(fc.nat(9), fc.nat(9), (left, right) => {
      const names = expandRange(`a[0:${left}]b[0:${right}]`);
      return names.length === (left + 1) * (right + 1) && new Set(names).size === names.length;
    }),
  );
  t.pass();
});

const ports: readonly (readonly [string, {name: string; port?: number}])[] = [
  ['web', {name: 'web'}],
  ['web:22', {name: 'web', port: 22}],
  ['web[1:3]:22', {name: 'web[1:3]', port: 22}],
  ['web[1:3]', {name: 'web[1:3]'}],
  ['10.0.0.1:2222', {name: '10.0.0.1', port: 2222}],
  ['fe80::1', {name: 'fe80::1'}],
  ['[fe80::1]:22', {name: 'fe80::1', port: 22}],
  ['[fe80::1]', {name: 'fe80::1'}],
];
for (const [text, expected] of ports) {
  test(`${text} is taken apart`, (t) => {
    t.deepEqual(splitPort(text), expected);
  });
}

import test from 'ava';
import {takeTyped} from './prompt.js';

test('keys for correction, and lines that were pasted at once', (t) => {
  const table: [string, string, ReturnType<typeof takeTyped>][] = [
    ['', 'abc', {line: 'abc', rest: ''}],
    ['ab', 'c\r', {line: 'abc', end: 'line', rest: ''}],
    ['', 'one\ntwo\n', {line: 'one', end: 'line', rest: 'two\n'}],
    ['', 'pä\x7fa\n', {line: 'pa', end: 'line', rest: ''}],
    ['', '\x7f\x7fx\n', {line: 'x', end: 'line', rest: ''}],
    ['wrong', '\x15right\r', {line: 'right', end: 'line', rest: ''}],
    ['half', '\x03', {line: '', end: 'interrupt', rest: ''}],
    ['', '\x04', {line: '', end: 'nothing', rest: ''}],
    ['half', '\x04', {line: 'half', rest: ''}],
  ];
  for (const [line, data, expected] of table)
    t.deepEqual(takeTyped(line, data), expected, JSON.stringify([line, data]));
});

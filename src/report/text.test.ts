import test from 'ava';
import fc from 'fast-check';
import {clean, cut, duration, pad, widthOf} from './text.js';

test('widths of what terminals show', (t) => {
  const table: [string, number][] = [
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['✔', 1],
    ['🚀', 2],
    ['👨‍👩‍👧', 2],
    ['\x1b[31mred\x1b[0m', 3],
    ['\u200b', 0],
  ];
  for (const [text, width] of table) t.is(widthOf(text), width, JSON.stringify(text));
});

test('a cut line fits, and a line that fits stays', (t) => {
  fc.assert(
    fc.property(fc.string({unit: 'grapheme'}), fc.integer({min: 1, max: 30}), (text, width) => {
      const line = clean(text).replaceAll('\n', ' ').replaceAll('\t', ' ');
      const result = cut(line, width);
      return widthOf(result) <= width && (widthOf(line) > width || result === line);
    }),
  );
  t.is(cut('\x1b[31mabcdef\x1b[39m', 4), '\x1b[31mabc…\x1b[0m');
  t.is(pad('日', 4), '日  ');
});

test('text from a host cannot move the cursor', (t) => {
  t.is(clean('\x1b[31mred\x1b[0m \x1b[2J\x07 10%\r20%\r\nend'), 'red \\x1b[2J\\x07 10%\n20%\nend');
  fc.assert(
    fc.property(fc.string({unit: 'binary'}), (text) => {
      return !/[\x00-\x08\x0b-\x1f\x7f-\x9f]/.test(clean(text));
    }),
  );
});

test('durations', (t) => {
  const table: [number, string][] = [
    [0, '0.0s'],
    [12_345, '12.3s'],
    [61_000, '1m 01s'],
    [3_720_000, '1h 02m'],
  ];
  for (const [ms, text] of table) t.is(duration(ms), text);
});

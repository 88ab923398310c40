import test from 'ava';
import fc from 'fast-check';
import {Capture, LineSplitter} from './capture.js';

const chunks = fc.array(
  fc.uint8Array({maxLength: 40}).map((bytes) => Buffer.from(bytes)),
  {maxLength: 20},
);

test('output within the limit is kept whole, longer output by its two ends', (t) => {
  fc.assert(
    fc.property(
      chunks,
      fc.integer({min: 1, max: 100}).map((half) => half * 2),
      (parts, limit) => {
        const capture = new Capture(limit);
        for (const part of parts) capture.push(part);
        const whole = Buffer.concat(parts);
        const kept = capture.bytes();
        t.is(capture.truncated, whole.length > limit);
        if (whole.length <= limit) return t.deepEqual(kept, whole);
        const half = limit / 2;
        t.deepEqual(kept.subarray(0, half), whole.subarray(0, half));
        t.deepEqual(kept.subarray(kept.length - half), whole.subarray(whole.length - half));
        const note = kept.subarray(half, kept.length - half).toString();
        t.is(note, `\n[... ${whole.length - limit} bytes left out ...]\n`);
      },
    ),
  );
});

test('many small chunks cost no more than a few big ones', (t) => {
  const capture = new Capture(20_000);
  for (let index = 0; index < 200_000; index++) capture.push(Buffer.from(`${index % 10}`));
  t.is(capture.bytes().subarray(-10_000).toString(), '0123456789'.repeat(1000));
});

test('lines are the same however the stream is cut', (t) => {
  const text = fc
    .array(fc.constantFrom('a', 'ä', '日', '😀', '\n', '\r\n'), {maxLength: 60})
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.array(fc.nat({max: 200})), (value, places) => {
      const bytes = Buffer.from(value);
      const lines: string[] = [];
      const splitter = new LineSplitter((line) => lines.push(line));
      const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      for (const [index, end] of at.slice(1).entries()) splitter.push(bytes.subarray(at[index], end));
      splitter.finish();
      const wanted = value.split('\n');
      if (wanted.at(-1) === '') wanted.pop();
      t.deepEqual(lines, wanted);
    }),
  );
});

test('a line without end is handed on in pieces', (t) => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (let index = 0; index < 10; index++) splitter.push(Buffer.alloc(10_000, 'x'));
  splitter.finish();
  t.is(lines.join('').length, 100_000);
  t.is(lines.length, 2);
});

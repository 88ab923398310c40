import test from 'ava';
import {p} from './index.js';

const mode = p.mode('Bits.');

test('an octal number as YAML 1.1 reads it is the mode it was written as', (t) => {
  for (const octal of ['0644', '0640', '0664', '0400', '0755', '0600', '0700', '1777', '2775', '0444'])
    t.is(mode.parse(Number.parseInt(octal, 8)), octal);
});

test('a mode without quotes and without its zero is refused with the right spelling', (t) => {
  for (const bare of [644, 755, 600, 400, 1777])
    t.regex(
      mode.safeParse(bare).error?.issues[0]?.message ?? '',
      new RegExp(`^${bare} is a decimal number; write the mode as '0?${bare}'`),
    );
});

test('octal and symbolic text stays text', (t) => {
  for (const text of ['0644', 'u=rw,g=r,o=', 'a+X', 'preserve', 'u+s,g-w']) t.is(mode.parse(text), text);
  for (const text of ['rw', '0888', 'u=rw,', '']) t.false(mode.safeParse(text).success, text);
});

import test from 'ava';
import {causeOf, isFinal, lastWords} from './causes.js';

for (const [line, words] of [
  [
    'time="2026-01-01T00:00:00Z" level=fatal msg="starting kubernetes: \\"x\\" failed"',
    'starting kubernetes: "x" failed',
  ],
  ['time="2026-01-01T00:00:00Z" level=error msg="passing"', undefined],
  ['panic: runtime error: invalid memory address', 'panic: runtime error: invalid memory address'],
  ['Nov 28 21:56:58 server1 k3s[467]: panic: runtime error', 'panic: runtime error'],
  ['goroutine 1 [running]:', undefined],
  ['time="2026-01-01T00:00:00Z" level=info msg="recovered from a panic"', undefined],
] as const)
  test(`last words of: ${line}`, (t) => t.is(lastWords(line), words));

test('a cause that may pass is not final', (t) => {
  const passing = 'level=fatal msg="etcdserver: too many learner members in cluster"';
  t.is(causeOf(passing)?.why, 'etcd takes one learner at a time and another server is joining');
  t.false(isFinal(passing));
  t.true(isFinal('level=fatal msg="starting: bootstrap data already found and encrypted with different token"'));
});

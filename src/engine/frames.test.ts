import {spawnSync} from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import {raw, sh} from '../shell/index.js';
import {cutParts, joinParts, type Part} from './frames.js';

const shells: readonly (readonly [string, ...string[]])[] = [['dash'], ['bash', '--posix'], ['busybox', 'ash']];

function run([shell, ...words]: readonly [string, ...string[]], parts: readonly Part[]) {
  const script = joinParts('nonce', parts);
  const {status, stdout, stderr} = spawnSync(shell, [...words, '-c', script.source]);
  return cutParts('nonce', {rc: status ?? -1, stdout, stderr, truncated: false, durationMs: 0}, parts.length);
}

for (const shell of shells) {
  test(`${shell.join(' ')}: parts keep to themselves`, (t) => {
    const parts = [
      {script: sh`echo out; echo err >&2`},
      {script: sh`printf 'no end'; exit 7`},
      {script: raw('if then ((')},
      {script: sh`x=1; cd /; set -e; false`},
      {script: sh`cat; printf '%s' "[$x]"`},
      {script: raw("printf '%s\\n' 'q_rc' \"it's\" '$HOME'")},
    ];
    const outcomes = run(shell, parts);
    t.deepEqual(
      outcomes.map((one) => one?.rc).map((rc, index) => (index === 2 ? (rc ?? 0) > 0 : rc)),
      [0, 7, true, 1, 0, 0],
    );
    t.is(outcomes[0]?.stdout, 'out\n');
    t.is(outcomes[0]?.stderr, 'err\n');
    t.is(outcomes[1]?.stdout, 'no end');
    t.is(outcomes[4]?.stdout, '[]');
    t.is(outcomes[5]?.stdout, "q_rc\nit's\n$HOME\n");
  });

  test(`${shell.join(' ')}: a part that is not to fail ends the frame`, (t) => {
    const outcomes = run(shell, [
      {script: sh`echo one`, okCodes: [0]},
      {script: sh`exit 3`, okCodes: [0, 2]},
      {script: sh`echo three`, okCodes: [0]},
    ]);
    t.deepEqual(
      outcomes.map((one) => one?.rc),
      [0, 3, undefined],
    );
  });
}

test('whatever parts print comes back from each as it was', (t) => {
  const text = fc.string({maxLength: 30}).filter((one) => !one.includes('\0') && !one.includes('nonce'));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text, fc.nat(255)), {minLength: 1, maxLength: 4}), (printed) => {
      const parts = printed.map(([out, err, rc]) => ({script: sh`printf %s ${out}; printf %s ${err} >&2; exit ${rc}`}));
      t.deepEqual(
        run(['dash'], parts),
        printed.map(([stdout, stderr, rc]) => ({stdout, stderr, rc})),
      );
    }),
    {numRuns: 30},
  );
});

test('an output that lost its marks gives nothing for the parts they stood behind', (t) => {
  const outcome = {
    rc: 0,
    stdout: Buffer.from('a\nn 0 0 \ncut'),
    stderr: Buffer.from('\nn 0 \n'),
    truncated: true,
    durationMs: 0,
  };
  t.deepEqual(cutParts('n', outcome, 2), [{rc: 0, stdout: 'a', stderr: ''}, undefined]);
});

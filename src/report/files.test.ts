import test from 'ava';
import {outcome, plainOptions, reported, sampleRun, task, timed} from '../../test/support/run_events.js';
import {diffLines} from './diffs.js';
import {jsonlReporter} from './jsonl.js';
import {junitReporter} from './junit.js';
import {plainPalette} from './palette.js';
import {planReporter} from './plan.js';
import {profileReporter} from './profile.js';
import {valueLines} from './values.js';

const stars = (head: string): string => `${head} ${'*'.repeat(60 - head.length - 1)}`;

test('jsonl: one event a line, each with the version; statistics in the last', (t) => {
  const lines = reported(jsonlReporter, sampleRun).text.trimEnd().split('\n');
  t.is(lines.length, sampleRun.length);
  const parsed = lines.map((line) => JSON.parse(line));
  t.true(parsed.every(({v, at}) => v === 1 && typeof at === 'number'));
  t.deepEqual(
    parsed.map(({kind}) => kind),
    sampleRun.map(({kind}) => kind),
  );
  t.is(parsed.at(-1).stats.cp1.rescued, 1);
});

test('jsonl: numbers and mappings that JSON has no form for', (t) => {
  const result = {big: 2n ** 60n, map: new Map([[1, 'one']])};
  const events = timed([
    {kind: 'host-result', host: 'a', task: task('x'), loop: false, outcome: outcome('ok', {result})},
  ]);
  const line = JSON.parse(reported(jsonlReporter, events).text);
  t.deepEqual(line.outcome.result, {big: '1152921504606846976', map: {'1': 'one'}});
});

test('junit: a suite for each play, a case for each host and task', (t) => {
  const one = task('Check <this> & "that"');
  const events = timed([
    {kind: 'play-start', name: 'P', where: {file: 'f', line: 1, column: 1}, hosts: ['a'], batch: {number: 1, of: 2}},
    {kind: 'host-result', host: 'a', task: one, loop: false, outcome: outcome('ok')},
    {kind: 'host-result', host: 'b', task: one, loop: false, outcome: outcome('skipped', {why: 'when: false'})},
    {
      kind: 'host-result',
      host: 'c',
      task: one,
      loop: false,
      outcome: outcome('failed', {failure: {what: 'no\x00pe', details: ['a < b'], hint: 'try'}}),
    },
    {kind: 'host-result', host: 'd', task: one, loop: false, outcome: outcome('unreachable')},
    {kind: 'host-result', host: 'e', task: one, loop: false, outcome: outcome('failed', {ignored: true})},
    {kind: 'run-end', durationMs: 1, trips: {}},
  ]);
  const name = 'Check &lt;this&gt; &amp; &quot;that&quot;';
  const head = (host: string): string =>
    `<testcase name="[${host}] ${name}" classname="site.yml" file="site.yml" line="7" time="0.100"`;
  t.is(
    reported(junitReporter(), events).text,
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="5" failures="1" errors="1" skipped="1" time="0.500">
  <testsuite name="P (batch 1)" tests="5" failures="1" errors="1" skipped="1" time="0.500">
    ${head('a')}/>
    ${head('b')}><skipped message="when: false"/></testcase>
    ${head('c')}><failure message="no\\x00pe">&gt; a &lt; b
hint: try</failure></testcase>
    ${head('d')}><error message="the task unreachable"></error></testcase>
    ${head('e')}/>
  </testsuite>
</testsuites>
`,
  );
});

test('plan: what would change where, what cannot be told, and the sum', (t) => {
  const [one, two] = [task('Write it'), task('Restart', {role: 'web'})];
  const result = (host: string, of: typeof one, status: 'changed' | 'ok' | 'conditional') =>
    ({kind: 'host-result', host, task: of, loop: false, outcome: outcome(status)}) as const;
  const end = {kind: 'run-end', durationMs: 1, trips: {}} as const;
  const events = timed([
    result('a', one, 'changed'),
    result('b', one, 'changed'),
    result('c', one, 'ok'),
    result('b', two, 'conditional'),
    end,
  ]);
  t.is(
    reported(planReporter(plainOptions), events).text,
    `
${stars('PLAN')}
Write it              change a b
web : Restart         perhaps b
Plan: 2 changes, 1 that only a real run can tell on 2 hosts.
`,
  );
  t.is(
    reported(planReporter(plainOptions), timed([result('c', one, 'ok'), end])).text,
    `
${stars('PLAN')}
No changes.
`,
  );
});

test('profile: the slowest tasks first, and trips for each host', (t) => {
  t.is(
    reported(profileReporter(plainOptions), sampleRun).text,
    `
${stars('SLOWEST TASKS')}
k3s_server : Write the co…     0.4s   3 hosts   cp1 0.1s
Install packages               0.4s   2 hosts   cp1 0.1s
Start the service              0.3s   2 hosts   cp1 0.1s
Reload                         0.1s    1 host

${stars('TRIPS')}
cp1                        : 9
cp2                        : 4
cp3                        : 0
`,
  );
});

test('diffs: a missing newline, a new file, hidden content, equal values', (t) => {
  const lines = (before: string, after: string) =>
    diffLines({kind: 'text', path: '/f', before, after}, plainPalette).slice(2);
  t.deepEqual(lines('a', 'a\n'), ['@@ -1,1 +1,1 @@', '-a', '\\ No newline at end of file', '+a']);
  t.deepEqual(lines('', 'x\x1b[2J\n'), ['@@ -0,0 +1,1 @@', '+x\\x1b[2J']);
  t.deepEqual(diffLines({kind: 'hidden', path: '/f', why: 'secret'}, plainPalette).slice(2), [
    '@@ not shown: secret @@',
  ]);
  t.deepEqual(
    diffLines(
      {kind: 'values', path: 'service k3s', before: {a: [1], b: 1}, after: {a: [1], b: {c: 'd'}}},
      plainPalette,
    ),
    ['--- before: service k3s', '+++ after: service k3s', '-b: 1', '+b:', '+  c: d'],
  );
});

test('values read like YAML', (t) => {
  const value = {
    text: 'two\nlines\n',
    empty: '',
    number: '12',
    word: 'yes',
    list: [],
    nested: [{a: 1, b: [2]}, ['x', 'y']],
    none: null,
    colon: 'a: b',
  };
  t.is(
    valueLines(value).join('\n'),
    `text: |
  two
  lines
empty: ""
number: "12"
word: "yes"
list: []
nested:
  - a: 1
    b:
      - 2
  - - x
    - y
none: null
colon: "a: b"`,
  );
});

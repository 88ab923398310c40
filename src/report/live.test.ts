import test from 'ava';
import {outcome, plainOptions, reported, sampleRun, task, timed} from '../../test/support/run_events.js';
import {liveSink} from './attach.js';
import {liveReporter} from './live.js';
import {frameLines} from './live_frame.js';
import {asciiSymbols, unicodeSymbols} from './symbols.js';

const options = {...plainOptions, width: 100, symbols: unicodeSymbols};
const trimmed = (text: string): string => text.replace(/ +$/gm, '');

test('tasks become lines with counts, failures and changes keep their details', (t) => {
  t.is(
    trimmed(reported(liveReporter(options), sampleRun).text),
    `
PLAY [Servers] ─ 3 hosts
    cp1
      --- before: /etc/k3s/config.yaml
      +++ after: /etc/k3s/config.yaml
      @@ -1,2 +1,2 @@
       a: 1
      -b: 2
      +b: 3
      --- before: /etc/k3s/config.yaml
      +++ after: /etc/k3s/config.yaml
      -mode: "644"
      +mode: "600"
      +owner: root
  ✖ Write the configuration ─ cp3 unreachable: cannot connect to 10.0.0.3:22: connection refused
      hint: is sshd running there?
  ✖ k3s_server : Write the configuration       1 unreachable  1 changed  1 ok    0.4s   cp3
  ✎ Install packages                           1 changed  1 skipped        0.4s   cp1
  ✖ Start the service ─ cp1 failed: start k3s: exit code 1
      at site.yml:12:7
      > level=fatal msg="etcd join failed"
      > exit
      > stopped\\x07
      hint: cp1's token is of another cluster
  warning: the unit file changed on disk
  ✖ Start the service ─ cp2 failed, ignored: busy
  ✖ Start the service                          2 failed                    0.3s   cp1 cp2
  ✎ handler: Reload                            1 changed                   0.1s   cp1

PLAY RECAP ${'*'.repeat(89)}
cp1                        : ok=3  changed=3  rescued=1
cp2                        : ok=2  changed=0  skipped=1  ignored=1
cp3                        : ok=0  changed=0  unreachable=1

Took 12.4s, at most 9 trips to a host
`,
  );
});

const join = task('Join the cluster', {role: 'k3s_server'});
const joining = timed([
  {kind: 'task-start', task: join, hosts: ['server1', 'server2', 'server3', 'server4']},
  {kind: 'host-start', host: 'server1', task: join},
  {kind: 'host-start', host: 'server2', task: join},
  {kind: 'host-start', host: 'server3', task: join},
  {kind: 'progress', host: 'server2', task: join, message: 'etcd: learner,\n3 of 5 checks'},
  {kind: 'retry', host: 'server3', task: join, attempt: 2, left: 1, delayMs: 500},
  {kind: 'host-result', host: 'server1', task: join, loop: false, outcome: outcome('ok')},
]);

test('the frame has a line for each running host with its time and progress', (t) => {
  const {state} = reported(liveReporter(options), joining);
  const frame = frameLines(state, 1_005_100, {columns: 100, rows: 24}, options);
  t.deepEqual(frame, [
    '  ⠙ k3s_server : Join the cluster  1 of 4 hosts done',
    '    server2              4.9s  etcd: learner, 3 of 5 checks',
    '    server3              4.8s  try 2 failed, 1 retry left',
  ]);
});

test('the frame never reaches the last column or fills the screen', (t) => {
  const {state} = reported(liveReporter(options), joining);
  t.deepEqual(frameLines(state, 1_005_100, {columns: 34, rows: 4}, {...options, symbols: asciiSymbols}), [
    '  / k3s_server : Join the clus...',
    '    ... and 2 more hosts',
  ]);
});

test('a narrow terminal gets the counts and the time before the names', (t) => {
  const narrow = reported(liveReporter({...options, width: 48}), sampleRun).text.split('\n');
  t.true(narrow.includes('  ✎ Install packages 1 changed  1 skipped 0.4s …'), narrow.join('\n'));
});

test('a task that all hosts skip leaves no line, and a play flushes what did not end', (t) => {
  const [one, two] = [task('One'), task('Two')];
  const events = timed([
    {kind: 'task-start', task: one, hosts: ['a']},
    {kind: 'host-result', host: 'a', task: one, loop: false, outcome: outcome('skipped')},
    {kind: 'task-start', task: two, hosts: ['a', 'b']},
    {kind: 'host-result', host: 'a', task: two, loop: false, outcome: outcome('ok')},
    {kind: 'play-start', name: 'Next', where: {file: 'f', line: 1, column: 1}, hosts: ['b'], batch: {number: 2, of: 3}},
  ]);
  t.is(
    trimmed(reported(liveReporter(options), events).text),
    `  ✔ Two                                        1 ok                        0.2s

PLAY [Next] ─ 1 host (batch 2 of 3)
`,
  );
});

test('the live area takes its frame back before it writes, also after the terminal became narrower', async (t) => {
  const written: string[] = [];
  const stream = {columns: 40, rows: 10, write: (text: string) => written.push(text)};
  let tick = (): void => undefined;
  let resized = (): void => undefined;
  const sink = liveSink({
    ...options,
    symbols: asciiSymbols,
    stream,
    now: () => 1_001_000,
    every: (callback) => {
      tick = callback;
      return () => undefined;
    },
    onResize: (callback) => {
      resized = callback;
      return () => undefined;
    },
  });
  const stats = new Map();
  for (const event of joining.slice(0, 2)) sink.event(event, stats);
  tick();
  t.is(written.pop(), '\x1b[?25l  | k3s_server : Join the cluster  0...\n    server1              0.9s\n');
  stream.columns = 20;
  resized();
  // The first line takes two rows of the narrower terminal, the second too.
  t.true(written.pop()?.startsWith('\r\x1b[4A\x1b[J') ?? false);
  const answer = await sink.paused(async () => {
    t.is(written.pop(), '\r\x1b[2A\x1b[J\x1b[?25h');
    tick();
    return 'typed';
  });
  t.is(answer, 'typed');
  t.deepEqual(written, []);
  sink.event({kind: 'notice', level: 'info', message: 'Done.', at: 1_001_500}, stats);
  t.true(written.pop()?.startsWith('\x1b[?25lDone.\n') ?? false);
  sink.close();
  t.is(written.pop(), '\r\x1b[2A\x1b[J\x1b[?25h');
});

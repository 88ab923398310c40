import test from 'ava';
import {outcome, plainOptions, reported, sampleRun, task, timed} from '../../test/support/run_events.js';
import {defaultReporter} from './default.js';
import {createPalette} from './palette.js';

const stars = (head: string): string => `${head} ${'*'.repeat(60 - head.length - 1)}`;
const sources: Record<number, string> = {12: '    - service: name=k3s state=started'};
const options = {...plainOptions, lineAt: ({line}: {line: number}) => sources[line]};

test('a run with every status reads as it would from ansible-playbook', (t) => {
  const expected = `
${stars('PLAY [Servers]')}

${stars('TASK [k3s_server : Write the configuration]')}
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

changed: [cp1]
ok: [cp2]
fatal: [cp3]: UNREACHABLE! => cannot connect to 10.0.0.3:22: connection refused
    hint: is sshd running there?

${stars('TASK [Install packages]')}
ok: [cp1] => (item=curl)
changed: [cp1] => (item=jq)
skipping: [cp2]

${stars('TASK [Start the service]')}
FAILED - RETRYING: [cp1]: Start the service (2 retries left).
fatal: [cp1]: FAILED! => start k3s: exit code 1
    at site.yml:12:7
    | - service: name=k3s state=started
    |   ^
    > level=fatal msg="etcd join failed"
    > exit
    > stopped\\x07
    hint: cp1's token is of another cluster
[WARNING]: the unit file changed on disk
fatal: [cp2]: FAILED! => busy
...ignoring

${stars('RUNNING HANDLER [Reload]')}
changed: [cp1]

${stars('PLAY RECAP')}
cp1                        : ok=3    changed=3    unreachable=0    failed=0    skipped=0    rescued=1    ignored=0   
cp2                        : ok=2    changed=0    unreachable=0    failed=0    skipped=1    rescued=0    ignored=1   
cp3                        : ok=0    changed=0    unreachable=1    failed=0    skipped=0    rescued=0    ignored=0   

Took 12.4s, at most 9 trips to a host
`;
  t.is(reported(defaultReporter(options), sampleRun).text, expected);
});

test('check mode says so first, and counts what it cannot tell', (t) => {
  const read = task('Read the version');
  const events = timed([
    {kind: 'run-start', playbooks: ['/w/site.yml'], check: true, diff: false, hosts: 1},
    {kind: 'task-start', task: read, hosts: ['a']},
    {
      kind: 'host-result',
      host: 'a',
      task: read,
      loop: false,
      outcome: outcome('conditional', {why: "'version' is known only after a real run"}),
    },
    {kind: 'run-end', durationMs: 100, trips: {}},
  ]);
  const text = reported(defaultReporter({...options, nameOf: (file) => file.replace('/w/', '')}), events).text;
  t.is(
    text,
    `
${stars('DRY RUN [site.yml]')}

${stars('TASK [Read the version]')}
conditional: [a] => 'version' is known only after a real run

${stars('PLAY RECAP')}
a                          : ok=0    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0    conditional=1   

Took 0.1s
`,
  );
});

test('debug speaks without -v, other results only with it', (t) => {
  const say = task('Say', {module: 'ansible.builtin.debug'});
  const run = task('Run', {module: 'command'});
  const result = {
    changed: true,
    rc: 0,
    stdout: 'one\ntwo',
    stdout_lines: ['one', 'two'],
    stderr: '',
    list: [1, {a: []}],
  };
  const events = timed([
    {
      kind: 'host-result',
      host: 'a',
      task: say,
      loop: false,
      outcome: outcome('ok', {result: {changed: false, msg: 'hi'}}),
    },
    {kind: 'item', host: 'a', task: say, label: 'x', outcome: outcome('ok', {result: {changed: false, msg: 'yes'}})},
    {kind: 'host-result', host: 'a', task: run, loop: false, outcome: outcome('changed', {result})},
  ]);
  t.is(
    reported(defaultReporter(options), events).text,
    `
${stars('TASK [Say]')}
ok: [a] =>
    msg: hi
ok: [a] => (item=x) =>
    msg: "yes"

${stars('TASK [Run]')}
changed: [a]
`,
  );
  t.is(
    reported(defaultReporter({...options, verbosity: 2}), events.slice(2)).text,
    `
${stars('TASK [Run]')}
task path: site.yml:7:7
changed: [a] =>
    changed: true
    rc: 0
    stdout: |-
      one
      two
    stderr: ""
    list:
      - 1
      - a: []
`,
  );
});

test('tasks that run at the same time get their banner again when they alternate', (t) => {
  const [one, two] = [task('One'), task('Two')];
  const events = timed([
    {kind: 'task-start', task: one, hosts: ['a', 'b']},
    {kind: 'host-result', host: 'a', task: one, loop: false, outcome: outcome('ok')},
    {kind: 'task-start', task: two, hosts: ['a']},
    {kind: 'host-result', host: 'b', task: one, loop: false, outcome: outcome('ok', {delegatedTo: 'c'})},
  ]);
  t.is(
    reported(defaultReporter(options), events).text,
    ['', stars('TASK [One]'), 'ok: [a]', '', stars('TASK [Two]'), '', stars('TASK [One]'), 'ok: [b -> c]', ''].join(
      '\n',
    ),
  );
});

test('progress is silent for half a minute, then a line now and then', (t) => {
  const wait = task('Wait for k3s');
  const progress = (message: string) => ({kind: 'progress', host: 'a', task: wait, message}) as const;
  const events = timed(
    [
      {kind: 'task-start', task: wait, hosts: ['a']},
      {kind: 'host-start', host: 'a', task: wait},
      progress('1 of 3'),
      progress('2 of 3'),
      progress('3 of 3'),
      progress('almost'),
    ],
    20_000,
  );
  t.is(
    reported(defaultReporter(options), events).text,
    ['', stars('TASK [Wait for k3s]'), 'waiting: [a] 2 of 3 (40.0s)', 'waiting: [a] almost (1m 20s)', ''].join('\n'),
  );
});

test('lines of a group module, notices once each, plays without hosts, an interruption, nobody left', (t) => {
  const roles = task('Roles');
  const where = {file: 'inventory.yml', line: 3, column: 1};
  const events = timed([
    {kind: 'task-start', task: roles, hosts: ['a']},
    {kind: 'show', task: roles, lines: ['a  first server', 'b  joins a']},
    {kind: 'notice', level: 'warning', message: 'duplicate key', where},
    {kind: 'notice', level: 'warning', message: 'duplicate key', where},
    {kind: 'notice', level: 'info', message: 'reading again'},
    {kind: 'play-skipped', name: 'Agents', why: 'no hosts matched'},
    {kind: 'interrupted', inFlight: [{host: 'a', task: roles}]},
    {kind: 'no-hosts-left'},
  ]);
  t.is(
    reported(defaultReporter(options), events).text,
    `
${stars('TASK [Roles]')}

    a  first server
    b  joins a

[WARNING]: duplicate key (inventory.yml:3:1)
reading again

${stars('PLAY [Agents]')}
skipping: no hosts matched

${stars('INTERRUPTED')}
in flight: [a] Roles

${stars('NO MORE HOSTS LEFT')}
`,
  );
});

test("colours are Ansible's", (t) => {
  const events = timed([
    {kind: 'host-result', host: 'a', task: task('x'), loop: false, outcome: outcome('changed')},
    {kind: 'host-result', host: 'b', task: task('x'), loop: false, outcome: outcome('ok')},
  ]);
  const {text} = reported(defaultReporter({...options, palette: createPalette(true)}), events);
  t.true(text.includes('\x1b[33mchanged: [a]\x1b[39m'));
  t.true(text.includes('\x1b[32mok: [b]\x1b[39m'));
});

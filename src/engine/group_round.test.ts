import test from 'ava';
import {type EngineRunOptions, runYaml} from '../../test/support/engine_run.js';
import {defineModule, type GroupEntry, type GroupPlan, type Module, p} from '../module/index.js';
import {sh} from '../shell/index.js';

type Entry = GroupEntry<{readonly of: string}, string>;

/** Looks at all of a group, and lets the test plan. */
const looking = (plan: (entries: readonly Entry[]) => GroupPlan): Module =>
  defineModule({
    kind: 'group',
    name: 'look',
    summary: 'Looks at a group.',
    params: p.object({of: p.string('The group.')}),
    examples: [],
    scope: ({of}) => [of],
    probe: () => sh`printf 'seen %s' "$(basename "$ROOT")"`,
    parse: ({stdout}) => stdout,
    plan,
  });

const inventory = `
all:
  children:
    server: {hosts: {h1: {colour: red, box: {lid: blue}}, h2: {}, far: {}}}
    agent: {hosts: {a1: {}}}
`;

const playbook = (hosts: string, more = ''): string => `
- hosts: ${hosts}
  gather_facts: false
  tasks:
    - name: look
      look: {of: server}
      register: r
      ${more}
    - name: after
      debug: {msg: "{{ role | default('none') }}"}
`;

const options = (plan: (entries: readonly Entry[]) => GroupPlan, more: EngineRunOptions = {}): EngineRunOptions => ({
  inventory,
  modules: [looking(plan)],
  arrange: (pool) => {
    pool.session({host: 'far'}).rules.unreachable = 'tcp';
  },
  ...more,
});

const nothing: GroupPlan = {refusals: []};

test('is planned once over all hosts of the play and of its scope, whatever the limit', async (t) => {
  const plans: string[][] = [];
  const run = await runYaml(
    playbook('all', ''),
    options(
      (entries) => {
        plans.push(
          entries.map(
            ({host, inPlay, sighting}) =>
              `${host} ${inPlay} ${sighting.seen === 'known' ? sighting.value : sighting.why}`,
          ),
        );
        return nothing;
      },
      {settings: {limit: 'h2,a1'}},
    ),
  );
  t.deepEqual(plans, [['h1 false seen h1', 'h2 true seen h2', 'far false far does not answer', 'a1 true seen a1']]);
  t.deepEqual(run.lines, ['look: a1 ok, h2 ok', 'after: a1 ok, h2 ok']);
});

test('gives variables to each host, and its data to the registered result', async (t) => {
  const run = await runYaml(
    playbook('h1,h2'),
    options((entries) => ({
      refusals: [],
      shows: ['h1 leads'],
      variables: new Map(entries.map(({host}) => [host, {role: `role of ${host}`}])),
      data: {leader: 'h1'},
    })),
  );
  t.is(run.outcome('h2', 'after').result.msg, 'role of h2');
  t.is((run.value('h1', 'r') as {leader: string}).leader, 'h1');
  t.deepEqual(
    run.events.flatMap((event) => (event.kind === 'show' ? event.lines : [])),
    ['h1 leads'],
  );
});

test('hosts of the scope that only a later play has get their variables as well', async (t) => {
  const run = await runYaml(
    `${playbook('h1')}
- hosts: h2
  gather_facts: false
  tasks: [{name: later, debug: {msg: "{{ role }}"}}]
`,
    options((entries) => ({
      refusals: [],
      variables: new Map(entries.map(({host}) => [host, {role: `role of ${host}`}])),
    })),
  );
  t.is(run.outcome('h2', 'later').result.msg, 'role of h2');
});

test('an unreachable host of the play is an entry, and leaves the play afterwards', async (t) => {
  const run = await runYaml(
    playbook('server'),
    options((entries) => {
      t.is(entries.find(({host}) => host === 'far')?.sighting.seen, 'unknown');
      return nothing;
    }),
  );
  t.deepEqual(run.lines, ['look: far unreachable, h1 ok, h2 ok', 'after: h1 ok, h2 ok']);
  t.is(run.exitCode, 4);
});

test('refusals fail the hosts they name, in full, before anything else', async (t) => {
  const run = await runYaml(
    playbook('h1,h2'),
    options(() => ({
      refusals: [
        {hosts: ['h1'], what: 'first fault', where: 'group_vars/all.yml:3:5', hint: 'mend one'},
        {hosts: ['h1'], what: 'second fault', hint: 'mend two'},
      ],
    })),
  );
  t.deepEqual(run.lines, ['look: h1 failed, h2 ok', 'after: h2 ok']);
  t.deepEqual(run.outcome('h1', 'look').failure, {
    what: 'refused, for 2 reasons',
    details: [],
    reasons: [
      {
        what: 'first fault',
        where: {file: 'group_vars/all.yml', line: 3, column: 5},
        hint: 'mend one',
        details: [],
      },
      {what: 'second fault', hint: 'mend two', details: []},
    ],
  });
});

test('a refusal that names nobody, or nobody of the play, fails all of it', async (t) => {
  for (const hosts of [[], ['far']]) {
    const run = await runYaml(
      playbook('h1,h2'),
      options(() => ({refusals: [{hosts, what: 'no', hint: 'never'}]})),
    );
    t.deepEqual(run.lines, ['look: h1 failed, h2 failed']);
    t.is(run.exitCode, 2);
    t.deepEqual(run.outcome('h1', 'look').failure, {what: 'no', hint: 'never', details: []});
    t.deepEqual(run.outcome('h2', 'look').failure, {
      what: 'refused with h1, for the reason told there',
      details: [],
    });
    const end = run.events.at(-1);
    t.deepEqual(end?.kind === 'run-end' ? end.failedForAll : undefined, ['h1', 'h2']);
  }
});

test('a fault in the module fails the hosts and does not end the run', async (t) => {
  const run = await runYaml(
    playbook('h1,h2'),
    options(() => {
      throw new TypeError('cannot read x');
    }),
  );
  t.deepEqual(run.lines, ['look: h1 failed, h2 failed']);
  t.is(run.outcome('h1', 'look').failure?.what, 'TypeError: cannot read x');
});

test('entries tell variables, with their places, and groups', async (t) => {
  await runYaml(
    playbook('h1,h2'),
    options((entries) => {
      const [first] = entries;
      t.is(first?.variable('colour'), 'red');
      t.is(first?.variable('nobody_set_this'), undefined);
      t.regex(first?.whereOf('colour') ?? '', /inventory\.yml:4:/);
      t.regex(first?.whereOf('box', 'lid') ?? '', /inventory\.yml:4:46$/);
      t.is(first?.whereOf('box', 'bottom'), first?.whereOf('box'));
      t.regex(first?.where ?? '', /inventory\.yml:\d+:/);
      t.deepEqual(first?.groups, ['all', 'server']);
      return nothing;
    }),
  );
});

test('hosts that when leaves out are looked at only if they are in the scope', async (t) => {
  const seen: string[] = [];
  const run = await runYaml(
    playbook('all', "when: inventory_hostname != 'a1'"),
    options((entries) => {
      seen.push(...entries.map(({host}) => host));
      return nothing;
    }),
  );
  t.deepEqual(seen, ['h1', 'h2', 'far']);
  t.is(run.lines[0], 'look: a1 skipped, far unreachable, h1 ok, h2 ok');
});

test('a host that was lost earlier is unknown, and is not asked again', async (t) => {
  const run = await runYaml(
    `
- hosts: far
  gather_facts: false
  tasks:
    - {name: lose, command: echo, ignore_unreachable: false}
${playbook('h1')}`,
    options((entries) => {
      t.is(entries.find(({host}) => host === 'far')?.sighting.seen, 'unknown');
      return nothing;
    }),
  );
  t.is(run.exitCode, 4);
});

test('under the free strategy it waits for all hosts', async (t) => {
  const run = await runYaml(
    `
- hosts: h1,h2
  gather_facts: false
  strategy: free
  tasks:
    - {name: slow, command: "sleep 0.3", when: inventory_hostname == 'h1'}
    - name: look
      look: {of: server}
    - {name: after, debug: {msg: x}}
`,
    options((entries) => {
      t.is(entries.filter(({inPlay}) => inPlay).length, 2);
      return nothing;
    }),
  );
  t.is(run.events.filter((event) => event.kind === 'task-start' && event.task.name === 'look').length, 1);
});

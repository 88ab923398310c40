import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {type EngineRun, type EngineRunOptions, frozenClock, runYaml} from '../../test/support/engine_run.js';
import {FakePool} from '../../test/support/fake_session.js';

const play = (tasks: string, more = ''): string => `
- hosts: all
  gather_facts: false
  tasks:
${tasks.replace(/^/gm, '    ')}
${more}`;

const files = (count: number, from = 0): string =>
  Array.from(
    {length: count},
    (_, index) => `- {name: t${index + from}, file: {path: f${index + from}, content: x}}`,
  ).join('\n');

/** Trips of the second run of the same playbook on the same hosts. */
async function tripsAgain(playbook: string, options: EngineRunOptions = {}): Promise<EngineRun & {again: number}> {
  const pool = await FakePool.make();
  try {
    await runYaml(playbook, {inventory: 'h1', clock: frozenClock, ...options, pool});
    const before = pool.session({host: 'h1'}).counters.trips;
    const run = await runYaml(playbook, {inventory: 'h1', clock: frozenClock, ...options, pool});
    return {...run, again: run.trips('h1') - before};
  } finally {
    await pool.close();
  }
}

const tripCases: readonly {name: string; tasks: string; more?: string; trips: number}[] = [
  {name: 'twenty unchanged tasks', tasks: files(20), trips: 1},
  {name: 'a loop over twenty', tasks: "- {name: l, file: {path: '{{ item }}'}, with_sequence: count=20}", trips: 1},
  {
    name: 'blocks, skipped tasks, debug and set_fact in between',
    tasks: `
- {name: a, file: {path: a}}
- {name: no, command: echo, when: false}
- name: blk
  block:
    - {name: b, file: {path: b}}
    - {name: say, debug: {msg: hi}}
  rescue:
    - {name: c, file: {path: c}}
  always:
    - {name: d, file: {path: d}}
- {name: set, set_fact: {x: 1}}
- {name: e, file: {path: e}}`,
    trips: 1,
  },
  {name: 'a command ends it', tasks: `${files(3)}\n- {name: c, command: echo}\n${files(3, 3)}`, trips: 3},
  {
    name: 'what is volatile is asked in its own turn, and others ride with it',
    tasks: `
- {name: s, service: {name: s, state: started}}
- {name: a, file: {path: a}}
- {name: t, service: {name: s, state: started}}
- {name: b, file: {path: b}}`,
    trips: 2,
  },
  {
    name: 'a result still to come is waited for',
    tasks: `
- {name: a, file: {path: a}, register: r}
- {name: b, file: {path: '{{ r.path }}2'}}
- {name: c, file: {path: c}}`,
    trips: 2,
  },
  {
    name: 'so is one behind a variable',
    tasks: `
- {name: a, file: {path: a}, register: r}
- {name: b, file: {path: '{{ v }}'}, vars: {v: '{{ w }}', w: '{{ r.path }}2'}}`,
    trips: 2,
  },
  {
    name: 'nothing that acts or gives another answer each time is evaluated ahead',
    tasks: `
- {name: a, file: {path: a}}
- {name: b, file: {path: b, content: "{{ 1 if lookup('pipe', 'true') == '' else 2 }}"}}`,
    trips: 2,
  },
  {
    name: 'a retry lies between',
    tasks: `
- {name: a, file: {path: a}}
- {name: b, file: {path: b}, register: r, until: r is succeeded, retries: 1, delay: 0}
- {name: c, file: {path: c}}`,
    trips: 2,
  },
  {
    name: 'another user is another question',
    tasks: `
- {name: a, file: {path: a}}
- {name: b, file: {path: b}, become: true}
- {name: c, file: {path: c}}
- {name: d, file: {path: d}, become: true}`,
    trips: 2,
  },
  {
    name: 'another environment is another question',
    tasks: `
- {name: a, file: {path: a}}
- {name: b, file: {path: b}, environment: {A: 1}}`,
    trips: 2,
  },
  {
    name: 'gathered facts carry what does not rest on them',
    tasks: `
- setup:
- {name: a, file: {path: a}}
- {name: b, file: {path: b}}`,
    trips: 1,
  },
  {
    name: 'handlers that nobody wakes stand in nobody’s way',
    tasks: `
- {name: a, file: {path: a}, notify: h}
- meta: flush_handlers
- {name: b, file: {path: b}}`,
    more: '  handlers:\n    - {name: h, command: echo}\n',
    trips: 1,
  },
  {
    name: 'an include ends it',
    tasks: `
- {name: a, file: {path: a}}
- include_tasks: more.yml
- {name: b, file: {path: b}}`,
    trips: 2,
  },
];

for (const {name, tasks, more, trips} of tripCases)
  test(`trips: ${name}`, async (t) => {
    const run = await tripsAgain(play(tasks, more), {files: {'more.yml': '- {name: m, file: {path: m}}'}});
    t.is(run.exitCode, 0, run.lines.join('\n'));
    t.is(run.again, trips);
  });

test('without reading ahead every task makes its own trip', async (t) => {
  const run = await tripsAgain(play(files(20)), {settings: {readAhead: false}});
  t.is(run.again, 20);
});

test('steps in a row share a trip', async (t) => {
  const run = await runYaml(play('- {name: d, file: {path: d, state: directory}}'), {inventory: 'h1'});
  t.is(run.trips('h1'), 2);
});

test('tasks that change something cost two trips each, not more', async (t) => {
  const run = await runYaml(play(files(10)), {inventory: 'h1'});
  t.is(run.trips('h1'), 20);
  const sent = run.session('h1').scripts.join('\n');
  const asked = sent.split('echo absent').length - 1;
  // Answers that come to nothing are asked for less and less.
  t.true(asked < 45, `${asked} probes for 10 tasks`);
});

test('an answer is not used once a command has run, on whatever host', async (t) => {
  const run = await runYaml(
    play(`
- {name: a, file: {path: a, content: x}}
- {name: spoil, command: echo y > "$ROOT"/../h2/s, when: inventory_hostname == 'h1'}
- {name: seen, file: {path: s, content: x}}`),
    {
      inventory: 'h1,h2',
      clock: frozenClock,
      arrange: (pool) => {
        for (const host of ['h1', 'h2']) {
          const {root} = pool.session({host});
          mkdirSync(root, {recursive: true});
          for (const name of ['a', 's']) writeFileSync(path.join(root, name), 'x');
        }
      },
    },
  );
  const [first = ''] = run.session('h2').scripts;
  t.true(first.includes('/a;') && first.includes('/s;'), 'the last question rides with the first');
  t.deepEqual(run.lines, ['a: h1 ok, h2 ok', 'spoil: h1 changed, h2 skipped', 'seen: h1 ok, h2 changed']);
});

test('an answer that takes too long is asked for again, and its frame is ended', async (t) => {
  const slow = `
- {name: a, file: {path: a}}
- {name: b, file: {path: slow}}`;
  const run = await runYaml(play(slow), {
    inventory: 'h1',
    settings: {check: true},
    arrange: (pool) => {
      let first = true;
      pool.session({host: 'h1'}).rules.rewrite = (text) => {
        const hangs = first && text.includes('slow');
        first = false;
        return hangs ? `${text.replaceAll('f="$ROOT"/slow', 'sleep 30; f="$ROOT"/slow')}` : text;
      };
    },
  });
  t.deepEqual(run.lines, ['a: h1 changed', 'b: h1 changed']);
  t.is(run.trips('h1'), 2);
});

test('a rider that breaks is nobody’s failure', async (t) => {
  const run = await runYaml(
    play(`
- {name: a, file: {path: a}}
- {name: b, file: {path: '{{ nothing }}'}, when: inventory_hostname == 'x'}
- {name: c, file: {state: nonsense}, ignore_errors: true}
- {name: d, file: {path: d}}`),
    {inventory: 'h1'},
  );
  t.deepEqual(run.lines, ['a: h1 changed', 'b: h1 skipped', 'c: h1 ignored', 'd: h1 changed']);
});

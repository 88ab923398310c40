import {readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {type EngineRun, runYaml} from '../../test/support/engine_run.js';
import {FakePool} from '../../test/support/fake_session.js';

/** `host task path` of everything that is said to change. */
const changes = (run: EngineRun): string[] =>
  run.events
    .flatMap((event) =>
      event.kind === 'host-result'
        ? event.outcome.diff.map((diff) => `${event.host} ${event.task.id.replace(/^.*?:/, '')} ${diff.path}`)
        : [],
    )
    .sort();

/** Every file and folder of a host, with its content. */
function treeOf(root: string): string[] {
  try {
    return readdirSync(root, {recursive: true, encoding: 'utf8'})
      .map((name) => {
        const full = path.join(root, name);
        return statSync(full).isDirectory() ? `${name}/` : `${name}=${readFileSync(full, 'utf8')}`;
      })
      .sort();
  } catch {
    return [];
  }
}

const check = {settings: {check: true, diff: true}};
const real = {settings: {diff: true}};

const plays = (tasks: string, more = ''): string => `
- hosts: all
  gather_facts: false
  tasks:
${tasks.replace(/^/gm, '    ')}
${more}`;

test('check mode changes nothing and says what would change', async (t) => {
  const playbook = plays(`
- {name: d, file: {path: d, state: directory}}
- {name: f, file: {path: d/f, content: one}}
- {name: again, file: {path: d/f, content: one}}
- {name: other, file: {path: d/f, content: two}}
- {name: gone, file: {path: d, state: absent}}
- {name: back, file: {path: d/f, state: absent}}`);
  const pool = await FakePool.make();
  try {
    const dry = await runYaml(playbook, {...check, pool, inventory: 'h1'});
    t.deepEqual(dry.lines, [
      'd: h1 changed',
      'f: h1 changed',
      'again: h1 ok',
      'other: h1 changed',
      'gone: h1 changed',
      'back: h1 ok',
    ]);
    t.deepEqual(treeOf(dry.session('h1').root), []);
    const wet = await runYaml(playbook, {...real, pool, inventory: 'h1'});
    t.deepEqual(changes(wet), changes(dry));
    t.deepEqual(wet.lines, dry.lines);
  } finally {
    await pool.close();
  }
});

const conditionalCases: readonly {readonly name: string; readonly tasks: string; readonly lines: readonly string[]}[] =
  [
    {
      name: 'a when that reads a result of a command that was left out',
      tasks: `
- {name: c, command: echo, register: r}
- {name: w, file: {path: a}, when: r.rc == 0}
- {name: d, file: {path: b}, when: r is defined}
- {name: s, file: {path: c}, when: [inventory_hostname == 'nobody', r.rc == 0]}`,
      lines: ['c: h1 skipped', 'w: h1 conditional', 'd: h1 changed', 's: h1 skipped'],
    },
    {
      name: 'an argument that comes from such a result',
      tasks: `
- {name: c, command: echo, register: r}
- {name: a, file: {path: x, content: "{{ r.stdout }}"}}
- {name: l, file: {path: "{{ item }}"}, loop: "{{ r.stdout_lines }}"}
- {name: e, file: {path: "{{ r.stdout | from_json }}"}}`,
      lines: ['c: h1 skipped', 'a: h1 conditional', 'l: h1 conditional', 'e: h1 conditional'],
    },
    {
      name: 'variables made of such a result, and asserts on them',
      tasks: `
- {name: c, command: echo, register: r}
- {name: f, set_fact: {x: "{{ r.stdout }}"}}
- {name: w, file: {path: a}, when: x == 'on'}
- {name: n, assert: {that: r.rc == 1}}
- {name: y, set_fact: {x: sure}}
- {name: v, file: {path: b}, when: x == 'sure'}`,
      lines: [
        'c: h1 skipped',
        'f: h1 conditional',
        'w: h1 conditional',
        'n: h1 conditional',
        'y: h1 ok',
        'v: h1 changed',
      ],
    },
    {
      name: 'a result that is conditional makes others so',
      tasks: `
- {name: c, command: echo, register: r}
- {name: w, file: {path: a}, when: r.rc == 0, register: s}
- {name: x, debug: {msg: "{{ s.path }}"}}
- {name: y, debug: {msg: hi}, when: s is changed}`,
      lines: ['c: h1 skipped', 'w: h1 conditional', 'x: h1 conditional', 'y: h1 conditional'],
    },
    {
      name: 'a task that really runs gives sure results',
      tasks: `
- {name: c, command: echo on, register: r, check_mode: false}
- {name: w, file: {path: a}, when: r.stdout == 'on'}`,
      lines: ['c: h1 changed', 'w: h1 changed'],
    },
    {
      name: 'what reads a path that a command may have touched',
      tasks: `
- {name: f, file: {path: a, content: x}}
- {name: r, slurp: {src: a}, register: s}
- {name: u, debug: {msg: "{{ s.content }}"}}`,
      lines: ['f: h1 changed', 'r: h1 conditional', 'u: h1 conditional'],
    },
    {
      name: 'retries of what was left out are not waited for',
      tasks: `
- {name: c, command: echo, register: r, until: r.stdout == 'x', retries: 5}
- {name: d, debug: {msg: x}}`,
      lines: ['c: h1 skipped', 'd: h1 ok'],
    },
  ];

for (const {name, tasks, lines} of conditionalCases)
  test(`conditional: ${name}`, async (t) => {
    const run = await runYaml(plays(tasks), {...check, inventory: 'h1'});
    t.deepEqual(run.lines, lines);
    t.is(run.exitCode, 0);
    t.is(run.stats.h1?.failed, 0);
  });

test('handlers of predicted changes are predicted, those of unsure ones are conditional', async (t) => {
  const run = await runYaml(
    plays(
      `
- {name: c, command: echo, register: r}
- {name: sure, file: {path: a}, notify: one}
- {name: open, file: {path: b}, when: r.rc == 0, notify: two}
- {name: both, file: {path: c}, when: r.rc == 0, notify: three}
- {name: settled, file: {path: d}, notify: three}`,
      `
  handlers:
    - {name: one, service: {name: s, state: restarted}}
    - {name: two, service: {name: t, state: restarted}}
    - {name: three, command: echo}`,
    ),
    {...check, inventory: 'h1'},
  );
  t.deepEqual(run.lines.slice(-3), ['one: h1 changed', 'two: h1 conditional', 'three: h1 skipped']);
});

test('a task in check mode in a real run keeps no prediction', async (t) => {
  const run = await runYaml(
    plays(`
- {name: dry, file: {path: a}, check_mode: true}
- {name: wet, file: {path: a}}
- {name: again, file: {path: a}}`),
    {inventory: 'h1'},
  );
  t.deepEqual(run.lines, ['dry: h1 changed', 'wet: h1 changed', 'again: h1 ok']);
});

const contents = fc.constantFrom('one', 'two', "it's $HOME");
const fileTask = fc.oneof(
  fc.record({
    path: fc.constantFrom('f', 'g', 'd/f', 'd/e/f', 'e/f'),
    state: fc.constant('file'),
    content: contents,
  }),
  fc.record({path: fc.constantFrom('d', 'd/e', 'e', 'k'), state: fc.constant('directory')}),
  fc.record({path: fc.constantFrom('f', 'g', 'd', 'd/e', 'd/f', 'k'), state: fc.constant('absent')}),
);

test('what check mode predicts is what the real run then does, whatever the tasks', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fileTask, {minLength: 1, maxLength: 8}), async (tasks) => {
      const playbook = plays(
        tasks.map((task, index) => `- {name: t${index}, file: ${JSON.stringify(task)}}`).join('\n'),
      );
      const pool = await FakePool.make();
      try {
        const dry = await runYaml(playbook, {...check, pool, inventory: 'h1'});
        const untouched = treeOf(dry.session('h1').root);
        const wet = await runYaml(playbook, {...real, pool, inventory: 'h1'});
        t.deepEqual(untouched, []);
        t.deepEqual(changes(dry), changes(wet));
        t.deepEqual(dry.lines, wet.lines);
      } finally {
        await pool.close();
      }
    }),
    {numRuns: 25},
  );
});

test('after a real run a second check predicts nothing', async (t) => {
  const wanted = fc.uniqueArray(
    fc.oneof(
      fc.record({path: fc.constantFrom('f', 'g', 'd/f', 'd/e/f'), state: fc.constant('file'), content: contents}),
      fc.record({path: fc.constantFrom('d', 'd/e', 'k'), state: fc.constant('directory')}),
      fc.record({path: fc.constantFrom('n', 'd/n'), state: fc.constant('absent')}),
    ),
    {selector: ({path: at}) => at, minLength: 1, maxLength: 8},
  );
  await fc.assert(
    fc.asyncProperty(wanted, async (tasks) => {
      const playbook = plays(
        tasks.map((task, index) => `- {name: t${index}, file: ${JSON.stringify(task)}}`).join('\n'),
      );
      const pool = await FakePool.make();
      try {
        await runYaml(playbook, {...real, pool, inventory: 'h1'});
        const dry = await runYaml(playbook, {...check, pool, inventory: 'h1'});
        t.deepEqual(changes(dry), []);
        t.is(dry.stats.h1?.changed, 0);
        t.is(dry.stats.h1?.conditional, 0);
      } finally {
        await pool.close();
      }
    }),
    {numRuns: 15},
  );
});

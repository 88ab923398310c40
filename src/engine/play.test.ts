import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {type EngineRun, type EngineRunOptions, runYaml} from '../../test/support/engine_run.js';
import type {FakePool} from '../../test/support/fake_session.js';
import {defineModule, type Module, p} from '../module/index.js';
import {Secret, sh} from '../shell/index.js';

const play = (tasks: string, head = 'gather_facts: false'): string => `
- hosts: all
  ${head}
  tasks:
${tasks.replace(/^/gm, '    ')}
`;

const facts = (kind: string) => (pool: FakePool) => {
  for (const host of ['h1', 'h2']) {
    const {root} = pool.session({host});
    mkdirSync(path.join(root, 'etc'), {recursive: true});
    writeFileSync(path.join(root, 'etc', 'kind'), `${kind}\n`);
  }
};

test('facts are gathered unless the play says no', async (t) => {
  const tasks = play('- {name: k, debug: {msg: "{{ ansible_facts.kind }}"}}', 'name: with facts');
  const run = await runYaml(tasks, {inventory: 'h1', arrange: facts('server')});
  t.deepEqual(run.lines, ['Gathering Facts: h1 ok', 'k: h1 ok']);
  t.is(run.outcome('h1', 'k').result.msg, 'server');
});

test('with --start-at-task facts are gathered in the play that holds the task', async (t) => {
  const run = await runYaml(
    `
- hosts: all
  tasks: [{name: early, debug: {msg: x}}]
- hosts: all
  tasks: [{name: before, debug: {msg: x}}, {name: here, debug: {msg: x}}, {name: later, debug: {msg: x}}]`,
    {inventory: 'h1', settings: {startAtTask: 'here'}},
  );
  t.deepEqual(run.lines, ['Gathering Facts: h1 ok', 'here: h1 ok', 'later: h1 ok']);
});

test('vars_prompt asks once, and not for what is given', async (t) => {
  const asked: string[] = [];
  const run = await runYaml(
    play(
      '- {name: a, debug: {msg: "{{ user }} {{ pass }} {{ kept }}"}}',
      `gather_facts: false
  vars_prompt:
    - {name: user, prompt: Who, private: false}
    - {name: pass, prompt: Secret word}
    - {name: kept, prompt: Kept, default: same, private: false}`,
    ),
    {
      inventory: 'h1,h2',
      prompt: async (text) => {
        asked.push(text);
        return text.startsWith('Secret') ? 'hush-hush' : text.startsWith('Who') ? 'ann' : '';
      },
    },
  );
  t.is(asked.length, 3);
  t.is(run.outcome('h2', 'a').result.msg, 'ann *** same');
});

test('vars_files may rest on facts, and are read once they are known', async (t) => {
  const run = await runYaml(
    `
- hosts: all
  vars_files: ["{{ ansible_facts.kind }}.yml"]
  tasks: [{name: a, debug: {msg: "{{ colour }}"}}]`,
    {inventory: 'h1', arrange: facts('server'), files: {'server.yml': 'colour: red\n'}},
  );
  t.is(run.outcome('h1', 'a').result.msg, 'red');
});

test('a vars file that is not there ends the run with its places', async (t) => {
  const error = await t.throwsAsync(
    runYaml(play('- {debug: {msg: x}}', 'gather_facts: false\n  vars_files: [missing.yml]'), {inventory: 'h1'}),
  );
  t.regex(error?.message ?? '', /missing\.yml/);
});

/** The most tasks that ran at the same time. */
async function atOnce(task: string, options: EngineRunOptions = {}, head?: string): Promise<number> {
  let now = 0;
  let most = 0;
  await runYaml(play(task, head), {
    inventory: 'h1,h2,h3,h4',
    ...options,
    arrange: (pool) => {
      for (const host of ['h1', 'h2', 'h3', 'h4']) {
        const {rules} = pool.session({host});
        rules.before = () => {
          now += 1;
          most = Math.max(most, now);
        };
        rules.after = (_, outcome) => {
          now -= 1;
          return outcome;
        };
      }
    },
  });
  return most;
}

test('forks and throttle limit how many hosts work at once', async (t) => {
  const task = '- {name: a, command: sleep 0.1}';
  const throttled = '- {name: a, command: sleep 0.1, throttle: 1}';
  t.is(await atOnce(task), 4);
  t.is(await atOnce(task, {settings: {forks: 2}}), 2);
  t.is(await atOnce(throttled), 1);
  t.is(await atOnce(throttled, {}, 'gather_facts: false\n  strategy: free'), 1);
});

test('under the free strategy hosts do not wait for each other', async (t) => {
  const run = await runYaml(
    play(
      `
- {name: slow, command: "sleep {{ '0.4' if inventory_hostname == 'h1' else '0' }}"}
- {name: next, debug: {msg: x}}
- {name: once, command: echo, run_once: true}`,
      'gather_facts: false\n  strategy: free',
    ),
    {inventory: 'h1,h2'},
  );
  const order = run.events.flatMap((event) =>
    event.kind === 'host-result' ? [`${event.host} ${event.task.name}`] : [],
  );
  t.deepEqual(order, ['h2 slow', 'h2 next', 'h1 slow', 'h1 next', 'h1 once']);
});

test('--step asks before each task', async (t) => {
  const answers = ['no', 'yes', 'continue', 'no'] as const;
  const asked: string[] = [];
  const tasks = ['a', 'b', 'c', 'd'].map((name) => `- {name: ${name}, debug: {msg: x}}`).join('\n');
  const run = await runYaml(play(tasks), {
    inventory: 'h1',
    step: async (name) => {
      asked.push(name);
      return answers[asked.length - 1] ?? 'no';
    },
  });
  t.deepEqual(asked, ['a', 'b', 'c']);
  t.deepEqual(run.lines, ['b: h1 ok', 'c: h1 ok', 'd: h1 ok']);
});

const secretModule: Module = defineModule({
  kind: 'action',
  name: 'sealed',
  summary: 'Takes a secret.',
  reach: 'host',
  check: 'skip',
  params: p.object({password: p.secret('Hidden.')}),
  examples: [],
  steps: ({password}) => [{step: 'script', title: 'use it', script: sh`printf 'got %s\n' ${password} >&2; exit 1`}],
  result: () => ({changed: true}),
});

const textOf = (run: EngineRun): string => JSON.stringify(run.events);

test('a secret parameter is masked in everything that is told', async (t) => {
  const run = await runYaml(play('- {name: a, sealed: {password: pa55word}}\n'), {
    inventory: 'h1',
    modules: [secretModule],
  });
  t.is(run.outcome('h1', 'a').failure?.what, 'use it: exit code 1: got ***');
  t.false(textOf(run).includes('pa55word'));
  t.true(run.session('h1').scripts[0]?.includes('pa55word'));
  t.false(String(new Secret('x')).includes('x'));
});

test('no_log hides results, items, diffs and failures, but not from later tasks', async (t) => {
  const run = await runYaml(
    play(`
- {name: a, command: "echo {{ item }}", loop: [hidden1, hidden2], no_log: true, register: r}
- {name: b, file: {path: f, content: hidden3}, no_log: true}
- {name: c, command: "echo hidden4 >&2; exit 1", no_log: true, ignore_errors: true}
- {name: d, debug: {msg: "{{ nothing.hidden5 }}"}, no_log: true, ignore_errors: true}
- {name: seen, assert: {that: "r.results[1].stdout == 'hidden2'"}}`),
    {inventory: 'h1', settings: {diff: true}},
  );
  t.false(/hidden[1-5]/.test(textOf(run)), textOf(run).match(/.{60}hidden[1-5].{40}/)?.[0]);
  t.is(run.lines.at(-1), 'seen: h1 ok');
});

test('why a host cannot be reached is told under no_log too', async (t) => {
  const run = await runYaml(play('- {name: a, command: echo, no_log: true}'), {
    inventory: 'h1',
    arrange: (pool) => {
      pool.session({host: 'h1'}).rules.unreachable = 'auth';
    },
  });
  t.is(run.outcome('h1', 'a').failure?.what, 'h1 does not answer');
});

const failures: readonly {
  readonly name: string;
  readonly task: string;
  readonly what: RegExp;
  readonly column: number;
}[] = [
  {name: 'an unknown parameter', task: '- file: {path: a, contnt: x}', what: /no parameter 'contnt'/, column: 23},
  {name: 'a wrong value', task: '- file: {path: a, state: fil}', what: /state is 'fil'/, column: 23},
  {name: 'an undefined variable', task: '- file: {path: "{{ nowhere }}"}', what: /nowhere/, column: 14},
  {name: 'a broken when', task: '- file: {path: a}\n  when: nowhere == 1', what: /nowhere/, column: 13},
  {
    name: 'a keyword of the wrong kind',
    task: '- debug: {msg: a}\n  run_once: perhaps',
    what: /run_once is "perhaps"/,
    column: 17,
  },
];

for (const {name, task, what, column} of failures)
  test(`a failure says where: ${name}`, async (t) => {
    const run = await runYaml(play(task), {inventory: 'h1'});
    const failed = run.events.find((event) => event.kind === 'host-result');
    const failure = failed?.kind === 'host-result' ? failed.outcome.failure : undefined;
    t.regex(failure?.what ?? '', what);
    t.is(path.basename(failure?.where?.file ?? ''), 'play.yml');
    t.is(failure?.where?.column, column);
  });

test('a result that a module calls failed tells its last words', async (t) => {
  const run = await runYaml(play('- {name: a, command: "echo one >&2; echo two >&2; exit 5"}'), {inventory: 'h1'});
  const {failure} = run.outcome('h1', 'a');
  t.is(failure?.what, 'non-zero return code');
  t.deepEqual(failure?.details, ['one', 'two']);
});

test('delegation takes the connection of the delegate, and is counted there', async (t) => {
  const run = await runYaml(
    play(`
- {name: a, command: pwd, delegate_to: h2, register: r, when: inventory_hostname == 'h1'}`),
    {inventory: 'h1,h2'},
  );
  t.is((run.value('h1', 'r') as {stdout: string}).stdout, run.session('h2').root);
  t.is(run.outcome('h1', 'a').delegatedTo, 'h2');
  t.is(run.trips('h1'), 0);
});

test('become and environment reach the host', async (t) => {
  const run = await runYaml(
    play('- {name: a, command: echo, become: true, become_user: ann, environment: {A: 1, B: true, C: null}}'),
    {inventory: 'h1'},
  );
  const [options] = run.session('h1').options;
  t.deepEqual(options?.become, {method: 'sudo', user: 'ann'});
  t.deepEqual(options?.environment, {A: '1', B: 'True', C: ''});
});

test('meta: reset_connection ends the link', async (t) => {
  const run = await runYaml(play('- {name: a, command: echo}\n- meta: reset_connection'), {inventory: 'h1'});
  t.deepEqual(run.session('h1').resets, ['link']);
});

test('a play that matches no host is passed over, with a word if the name is nowhere', async (t) => {
  const run = await runYaml('- hosts: h11\n  tasks: [{debug: {msg: x}}]', {inventory: 'h1'});
  t.true(run.events.some((event) => event.kind === 'play-skipped' && event.why === 'no hosts matched'));
  t.true(run.events.some((event) => event.kind === 'notice' && event.message.includes("'h11'")));
  t.is(run.exitCode, 0);
});

test('events of a run come in order, with the hosts of each play and task', async (t) => {
  const run = await runYaml(play('- {name: a, debug: {msg: x}}', 'gather_facts: false\n  serial: 1'), {
    inventory: 'h1,h2',
  });
  t.deepEqual(
    run.events.map((event) => {
      if (event.kind === 'play-start') return `play ${event.hosts.join()} ${event.batch?.number}/${event.batch?.of}`;
      if (event.kind === 'task-start') return `task ${event.task.name} ${event.hosts.join()}`;
      return 'host' in event ? `${event.kind} ${event.host}` : event.kind;
    }),
    [
      'run-start',
      'play h1 1/2',
      'task a h1',
      'host-start h1',
      'host-result h1',
      'play h2 2/2',
      'task a h2',
      'host-start h2',
      'host-result h2',
      'run-end',
    ],
  );
});

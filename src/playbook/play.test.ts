import test, {type ExecutionContext} from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {testLoader} from '../../test/support/test_loader.js';
import type {Play, Task, TaskNode} from './types.js';
import {titleOf, walkPlay} from './walk.js';

function play(t: ExecutionContext, text: string, files: Readonly<Record<string, string>> = {}): Play {
  const folder = tempFiles(t, {...files, 'p.yml': text});
  const [first] = testLoader().loadPlaybook(`${folder}/p.yml`).plays;
  if (!first) throw new Error('no play');
  return first;
}

const oneTask = (t: ExecutionContext, task: string): Task => {
  const indented = task.replace(/^(?=.)/gm, '    ');
  const [first] = play(t, `- hosts: all\n  tasks:\n${indented}`).tasks;
  if (first?.kind !== 'task') throw new Error('no task');
  return first;
};

test('a play with everything', (t) => {
  const made = play(
    t,
    `- name: Servers
  hosts: [server, agent]
  become: true
  gather_facts: false
  serial: [1, "50%"]
  strategy: free
  order: sorted
  max_fail_percentage: 10
  force_handlers: true
  any_errors_fatal: true
  environment: {A: b}
  vars: {x: 1}
  vars_files: [a.yml, "{{ b }}.yml"]
  vars_prompt:
    - {name: secret, prompt: The secret, confirm: true}
    - {name: shown, private: false, default: d}
  tags: [k3s, "a, b"]
  pre_tasks:
    - debug:
  tasks:
    - debug: {msg: hi}
  post_tasks:
    - meta: flush_handlers
  handlers:
    - name: restart
      listen: [one, two]
      service: {name: k3s, state: restarted}
`,
  );
  t.is(made.name.value, 'Servers');
  t.deepEqual(made.hosts.value, ['server', 'agent']);
  t.is(made.gatherFacts?.value, false);
  t.deepEqual(made.serial?.value, [1, '50%']);
  t.is(made.strategy?.value, 'free');
  t.is(made.order, 'sorted');
  t.deepEqual(made.scope.keywords.tags, ['k3s', 'a', 'b']);
  t.is(made.scope.keywords.become?.value, true);
  t.is(made.scope.keywords.become?.where.line, 3);
  t.deepEqual(
    made.scope.layers.map(({level, values, template}) => ({level, values, template})),
    [{level: 'playVars', values: {x: 1}, template: true}],
  );
  t.deepEqual(
    made.varsFiles.map(({value}) => value),
    ['a.yml', '{{ b }}.yml'],
  );
  t.deepEqual(made.varsPrompt, [
    {name: 'secret', prompt: 'The secret', private: true, confirm: true},
    {name: 'shown', prompt: 'shown', private: false, confirm: false, default: 'd'},
  ]);
  t.deepEqual(
    [made.preTasks, made.tasks, made.postTasks, made.handlers].map((list) => list.length),
    [1, 1, 1, 1],
  );
  const [handler] = made.handlers;
  t.deepEqual(handler?.kind === 'task' && handler.listen, ['one', 'two']);
});

test('a play without a name is called by its hosts', (t) => {
  t.is(play(t, '- hosts: [a, b]\n').name.value, 'a,b');
});

test('a task with everything', (t) => {
  const task = oneTask(
    t,
    `- name: Do it
  ansible.builtin.command: run creates=/x
  args: {chdir: /tmp}
  when: [a is defined, "b"]
  register: result
  loop: [1, 2]
  loop_control: {loop_var: it, index_var: i, label: "{{ it }}", pause: 0.5, extended: true}
  until: result is succeeded
  retries: 5
  delay: 2
  changed_when: false
  failed_when: [x, y]
  notify: [one, "{{ two }}"]
  delegate_to: "{{ groups.server[0] }}"
  run_once: true
  no_log: true
  async: 10
  poll: 0
  vars: {v: 1}
  tags: t
`,
  );
  t.is(task.name?.value, 'Do it');
  t.like(task.module, {written: 'ansible.builtin.command', name: 'command'});
  t.like(task.args, {kind: 'freeForm', text: 'run', extra: {chdir: '/tmp', creates: '/x'}});
  t.is(task.register, 'result');
  t.like(task.loop, {kind: 'loop', loopVar: 'it', indexVar: 'i', pauseMs: 500, extended: true});
  t.deepEqual(
    task.until?.map(({text}) => text),
    ['result is succeeded'],
  );
  t.deepEqual(
    task.changedWhen?.map(({text}) => text),
    [false],
  );
  t.deepEqual(
    task.failedWhen?.map(({text}) => text),
    ['x', 'y'],
  );
  t.is(task.retries?.value, 5);
  t.is(task.async?.value, 10);
  const own = task.scopes.at(-1);
  t.deepEqual(
    own?.keywords.when?.map(({text}) => text),
    ['a is defined', 'b'],
  );
  t.deepEqual(
    own?.keywords.notify?.map(({value}) => value),
    ['one', '{{ two }}'],
  );
  t.is(own?.keywords.delegateTo?.value, '{{ groups.server[0] }}');
  t.deepEqual(
    own?.layers.map(({level, values}) => ({level, values})),
    [{level: 'taskVars', values: {v: 1}}],
  );
  t.is(own?.keywords.when?.[1]?.where.line, 6);
});

test('blocks nest, and what they say reaches the tasks in them', (t) => {
  const made = play(
    t,
    `- hosts: all
  tasks:
    - name: outer
      when: a
      tags: x
      vars: {o: 1}
      block:
        - when: b
          block:
            - debug:
              when: c
      rescue:
        - debug:
      always:
        - debug:
        - debug:
`,
  );
  const [outer] = made.tasks;
  if (outer?.kind !== 'block') return t.fail();
  t.deepEqual([outer.block.length, outer.rescue.length, outer.always.length], [1, 1, 2]);
  const [inner] = outer.block;
  const task = inner?.kind === 'block' ? inner.block[0] : undefined;
  t.deepEqual(
    task?.scopes.flatMap((scope) => scope.keywords.when ?? []).map(({text}) => text),
    ['a', 'b', 'c'],
  );
  t.deepEqual(
    task?.scopes.map((scope) => scope.origin),
    ['play', 'block', 'block', 'task'],
  );
  t.deepEqual(
    outer.rescue[0]?.scopes.map((scope) => scope.origin),
    ['play', 'block', 'task'],
  );
});

test('every node has an id of its own, the same at each load', (t) => {
  const files = {
    'p.yml': '- hosts: all\n  tasks:\n    - import_tasks: a.yml\n    - import_tasks: a.yml\n    - debug:\n',
    'a.yml': '- debug:\n- include_tasks: b.yml\n',
  };
  const folder = tempFiles(t, files);
  const ids = (): string[] =>
    testLoader()
      .loadPlaybook(`${folder}/p.yml`)
      .plays.flatMap((made) => [...walkPlay(made)].map((node) => node.id));
  t.is(new Set(ids()).size, 5);
  t.deepEqual(ids(), ids());
});

test('import_playbook hands its tags, conditions and variables down', (t) => {
  const folder = tempFiles(t, {
    'p.yml': '- import_playbook: sub/q.yml\n  tags: outer\n  when: w\n  vars: {x: 1}\n- hosts: b\n',
    'sub/q.yml': '- hosts: a\n  tags: inner\n  vars: {x: 0, y: 0}\n  tasks:\n    - debug:\n',
  });
  const {plays} = testLoader().loadPlaybook(`${folder}/p.yml`);
  t.deepEqual(
    plays.map((made) => made.hosts.value),
    ['a', 'b'],
  );
  const [first] = plays;
  t.deepEqual(first?.scope.keywords.tags, ['outer', 'inner']);
  t.deepEqual(
    first?.scope.keywords.when?.map(({text}) => text),
    ['w'],
  );
  t.deepEqual(
    first?.scope.layers.map(({values}) => values),
    [{x: 0, y: 0}, {x: 1}],
  );
  t.is(first?.directory, `${folder}/sub`);
});

test('names of static imports may be templates that the command line settles', (t) => {
  const folder = tempFiles(t, {
    'p.yml': '- hosts: all\n  vars: {n: a}\n  tasks:\n    - import_tasks: "{{ n }}.yml"\n',
    'a.yml': '- debug:\n',
  });
  const renderStatic = (text: string): string => text.replace('{{ n }}', 'a');
  const [made] = testLoader({renderStatic}).loadPlaybook(`${folder}/p.yml`).plays;
  t.is(made?.tasks.length, 1);
  t.throws(() => testLoader().loadPlaybook(`${folder}/p.yml`), {message: /must be known before the run/});
});

test('conditions with braces draw a warning', (t) => {
  const folder = tempFiles(t, {'p.yml': '- hosts: all\n  tasks:\n    - debug:\n      when: "{{ x }}"\n'});
  const warnings: string[] = [];
  testLoader({warn: (text, where) => warnings.push(`${where?.line}: ${text}`)}).loadPlaybook(`${folder}/p.yml`);
  t.deepEqual(warnings, ['4: when is an expression already: write it without {{ }} and {% %}']);
});

test('titles are those of lists and banners', (t) => {
  const made = play(t, '- hosts: all\n  roles: [r]\n  tasks:\n    - command: ls\n    - include_tasks: x.yml\n', {
    'roles/r/tasks/main.yml': '- name: in role\n  debug:\n',
  });
  t.deepEqual([...walkPlay(made)].map(titleOf), ['r : in role', 'command', 'include_tasks']);
});

test('a file that imports itself is refused, one that includes itself is not', (t) => {
  const folder = tempFiles(t, {
    'p.yml': '- hosts: all\n  tasks:\n    - import_tasks: a.yml\n',
    'a.yml': '- import_tasks: a.yml\n',
    'q.yml': '- hosts: all\n  tasks:\n    - include_tasks: b.yml\n',
    'b.yml': '- include_tasks: b.yml\n',
  });
  const loader = testLoader();
  t.throws(() => loader.loadPlaybook(`${folder}/p.yml`), {message: /a\.yml imports itself/});
  let nodes: readonly TaskNode[] = loader.loadPlaybook(`${folder}/q.yml`).plays[0]?.tasks ?? [];
  for (let depth = 0; depth < 5; depth++) {
    const [node] = nodes;
    if (node?.kind !== 'include') return t.fail();
    nodes = loader.includeTasks(node, 'b.yml', []);
  }
  t.is(nodes[0]?.scopes.filter((scope) => scope.origin === 'include').length, 6);
});

import {writeFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {describeError, QuorateError} from '../errors/index.js';
import {UnsafeString} from '../yaml/index.js';
import {testLoader} from './test_loader.js';
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

/** Ways to write a call of a module, and what comes of it. */
const forms: readonly (readonly [string, object])[] = [
  ['- debug:', {module: {name: 'debug'}, args: {kind: 'mapping', values: {}}}],
  ['- debug: {msg: x}', {args: {kind: 'mapping', values: {msg: 'x'}}}],
  ['- debug: msg="a b" verbosity=1', {args: {kind: 'mapping', values: {msg: 'a b', verbosity: '1'}}}],
  ['- copy: "{{ params }}"', {args: {kind: 'template', text: '{{ params }}'}}],
  ['- copy: {src: a}\n  args: {src: b, dest: c}', {args: {kind: 'mapping', values: {src: 'a', dest: 'c'}}}],
  [
    '- copy: {src: a}\n  args: "{{ more }}"',
    {args: {kind: 'mapping', values: {src: 'a'}, beneath: {value: '{{ more }}'}}},
  ],
  ['- command: ls -l', {args: {kind: 'freeForm', text: 'ls -l', extra: {}}}],
  ['- command: {cmd: ls}', {args: {kind: 'mapping', values: {cmd: 'ls'}}}],
  ['- command: "{{ cmd }}"', {args: {kind: 'freeForm', text: '{{ cmd }}'}}],
  ['- shell: |\n    a\n    b', {args: {kind: 'freeForm', text: 'a\nb'}}],
  ['- action: copy src=a dest=b', {module: {name: 'copy'}, args: {kind: 'mapping', values: {src: 'a', dest: 'b'}}}],
  ['- action: {module: copy, src: a}', {module: {name: 'copy'}, args: {kind: 'mapping', values: {src: 'a'}}}],
  ['- action: command ls -l', {args: {kind: 'freeForm', text: 'ls -l'}}],
  ['- local_action: command ls', {module: {name: 'command'}, args: {kind: 'freeForm', text: 'ls'}}],
  ['- meta: flush_handlers', {args: {kind: 'freeForm', text: 'flush_handlers'}}],
  ['- include_vars: x.yml', {args: {kind: 'freeForm', text: 'x.yml'}}],
  ['- include_vars: file=x.yml name=n', {args: {kind: 'mapping', values: {file: 'x.yml', name: 'n'}}}],
  ['- set_fact: a=1', {args: {kind: 'mapping', values: {a: '1'}}}],
  ['- debug:\n  with_items: [1]', {loop: {kind: 'items', loopVar: 'item'}}],
  ['- debug:\n  with_first_found: [a]', {loop: {kind: 'first_found'}}],
  ['- debug:\n  with_ansible.builtin.dict: {a: 1}', {loop: {kind: 'ansible.builtin.dict'}}],
];
for (const [text, expected] of forms) {
  test(`${JSON.stringify(text)} is understood`, (t) => {
    t.like(oneTask(t, `${text}\n`), expected as Partial<Task>);
  });
}

test('text that is never a template stays so as the text of a command', (t) => {
  const {args} = oneTask(t, "- shell: !unsafe 'docker ps --format {{.Names}}'\n  when: !unsafe x\n");
  t.deepEqual(args.kind === 'mapping' && args.values, {cmd: new UnsafeString('docker ps --format {{.Names}}')});
});

test('a file that the run has written anew is read anew', (t) => {
  const folder = tempFiles(t, {'v.yml': 'a: 1\n'});
  const loader = testLoader();
  t.deepEqual(loader.loadVars(`${folder}/v.yml`, 'includeVars').values, {a: 1});
  writeFileSync(`${folder}/v.yml`, 'a: 22\n');
  t.deepEqual(loader.loadVars(`${folder}/v.yml`, 'includeVars').values, {a: 22});
});

test('local_action is a task delegated to localhost', (t) => {
  t.is(oneTask(t, '- local_action: debug\n').scopes.at(-1)?.keywords.delegateTo?.value, 'localhost');
});

test('parameters know where they stand', (t) => {
  const {args} = oneTask(t, '- copy:\n    src: a\n    dest: b\n  args:\n    mode: 0644\n');
  t.is(args.kind === 'mapping' && args.whereOf('dest').line, 5);
  t.is(args.kind === 'mapping' && args.whereOf('mode').line, 7);
  t.is(args.kind === 'mapping' && args.values.mode, 420);
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

/** Broken plays and the whole of what a person sees; the play's head is put before tasks. */
const mistakes: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a name no variable can have',
    '- debug:\n  vars: {my-port: 1}\n',
    [
      "'my-port' is no name a variable can have",
      '  at p.yml:4:14',
      '  hint: names have letters, digits and underscores: my_port',
    ],
  ],
  [
    'a misspelt keyword',
    '- debug:\n  notfiy: x\n',
    ["'notfiy' is no keyword of a task", '  at p.yml:4:7', "  hint: did you mean 'notify'?"],
  ],
  [
    'a misspelt module',
    '- copi: {src: a}\n',
    ["there is no module 'copi'", '  at p.yml:3:7', "  hint: did you mean 'copy'?"],
  ],
  [
    'a parameter beside its module',
    '- copy:\n  src: a\n',
    ["'src' is no keyword of a task", '  at p.yml:4:7', '  hint: if it is a parameter of copy, indent it below copy:'],
  ],
  [
    'two modules',
    '- copy: {src: a}\n  file: {path: b}\n',
    [
      "this task calls two modules: 'copy' (line 3) and 'file' (line 4)",
      '  at p.yml:4:7',
      '  hint: make two tasks of it; parameters of a module are indented below the module',
    ],
  ],
  [
    'no module',
    '- name: nothing\n',
    [
      'this task calls no module',
      '  at p.yml:3:7',
      '  hint: a task has one member that is a module: `command: true`, or a block with block:',
    ],
  ],
  [
    'a text instead of a task',
    '- just text\n',
    [
      "a task is a mapping, this is the text 'just text'",
      '  at p.yml:3:7',
      '  hint: write `- name: ...` and below it the module',
    ],
  ],
  [
    'a loop on a block',
    '- block: []\n  loop: [1]\n',
    [
      "'loop' is no keyword of a block",
      '  at p.yml:4:7',
      '  hint: a block cannot loop: put its tasks into a file and loop over include_tasks',
    ],
  ],
  [
    'two loops',
    '- debug:\n  loop: [1]\n  with_items: [2]\n',
    ['this task loops twice, by loop and by with_items', '  at p.yml:5:7', '  hint: keep one'],
  ],
  [
    'a loop over a mapping',
    '- debug:\n  loop: {a: 1}\n',
    ['loop is a mapping, and goes over a list', '  at p.yml:4:13', '  hint: use "{{ mapping | dict2items }}"'],
  ],
  [
    'a misspelt loop_control',
    '- debug:\n  loop: []\n  loop_control: {loopvar: x}\n',
    ["'loopvar' is no part of loop_control", '  at p.yml:5:22', "  hint: did you mean 'loop_var'?"],
  ],
  [
    'a bad register',
    '- debug:\n  register: my-result\n',
    [
      "register is the text 'my-result', which is no name of a variable",
      '  at p.yml:4:17',
      '  hint: names have letters, digits and underscores, and do not begin with a digit',
    ],
  ],
  [
    'a list for a command',
    '- command: [ls, -l]\n',
    [
      'command is given a list, and takes text or parameters',
      '  at p.yml:3:16',
      '  hint: a list of words goes below argv:',
    ],
  ],
  [
    'a text for a module without free form',
    '- copy: somewhere\n',
    [
      "copy is given the text 'somewhere', and takes parameters",
      '  at p.yml:3:13',
      '  hint: write `name: value` lines below it',
    ],
  ],
  [
    'listen on a task',
    '- debug:\n  listen: x\n',
    ['listen belongs to handlers', '  at p.yml:4:7', '  hint: did you mean notify?'],
  ],
  [
    'a loop on an import',
    '- import_tasks: x.yml\n  loop: [1]\n',
    ['import_tasks cannot loop, since it is expanded before the run', '  at p.yml:3:7', '  hint: use include_tasks'],
  ],
  [
    'the old include',
    '- include: x.yml\n',
    [
      "'include' is no longer part of the language",
      '  at p.yml:3:7',
      '  hint: say include_tasks (when the run reaches it) or import_tasks (at load)',
    ],
  ],
  [
    'vars beside an include',
    '- include_tasks: {file: x.yml, port: 1}\n',
    ["include_tasks takes no 'port'", '  at p.yml:3:36', '  hint: it takes file, apply; variables go below vars:'],
  ],
  [
    'a mapping for when',
    '- debug:\n  when: {a: b}\n',
    ['when is a mapping, not a condition', '  at p.yml:4:13', '  hint: write an expression: when: name is defined'],
  ],
  [
    'rescue without a block',
    '- rescue: []\n',
    ['rescue and always need a block', '  at p.yml:3:7', '  hint: put the tasks they belong to below block:'],
  ],
  [
    'a tasks file that is missing',
    '- import_tasks: nope.yml\n',
    ["the tasks file 'nope.yml' does not exist", '  at p.yml:3:21', '  hint: looked for tasks/nope.yml, nope.yml'],
  ],
];
for (const [name, task, lines] of mistakes) {
  test(`the message for ${name}`, (t) => {
    const text = `- hosts: all\n  tasks:\n${task.replace(/^(?=.)/gm, '    ')}`;
    t.deepEqual(messageOf(t, {'p.yml': text}), lines);
  });
}

const playMistakes: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a misspelt play keyword',
    '- hosts: all\n  taks: []\n',
    ["'taks' is no keyword of a play", '  at p.yml:2:3', "  hint: did you mean 'tasks'?"],
  ],
  [
    'a condition on a play',
    '- hosts: all\n  when: x\n',
    [
      "'when' is no keyword of a play",
      '  at p.yml:2:3',
      '  hint: a play has no condition: give when to its tasks, roles or to import_playbook',
    ],
  ],
  ['no hosts', '- tasks: []\n', ['this play names no hosts', '  at p.yml:1:3', '  hint: write hosts: all, or a group']],
  [
    'tasks that are a mapping',
    '- hosts: all\n  tasks:\n    debug:\n',
    ['tasks of a play is a mapping, not a list', '  at p.yml:3:5', '  hint: begin each entry with a dash'],
  ],
  [
    'a task where a play stands',
    '- name: x\n  debug:\n',
    [
      'a task stands here where a play is expected',
      '  at p.yml:1:3',
      '  hint: a play has hosts: and, below tasks:, its tasks; a file of tasks alone is brought in with import_tasks',
    ],
  ],
  [
    'a mapping instead of plays',
    'hosts: all\n',
    [
      'a playbook is a list of plays, p.yml is a mapping',
      '  at p.yml:1:1',
      '  hint: begin each play with a dash: `- hosts: all`',
    ],
  ],
  [
    'an empty playbook',
    '',
    ['the playbook p.yml is empty', '  at p.yml:1:1', '  hint: a play begins with `- hosts: all`'],
  ],
  [
    'a role that is nowhere',
    '- hosts: all\n  roles: [k3s_serve]\n',
    ["there is no role 'k3s_serve'", '  at p.yml:2:11', "  hint: did you mean 'k3s_server'?"],
  ],
  [
    'a playbook that imports itself',
    '- import_playbook: p.yml\n',
    ['the playbook p.yml imports itself', '  at p.yml:1:20'],
  ],
  [
    'a bad order',
    '- hosts: all\n  order: sortd\n',
    ["order is 'sortd'", '  at p.yml:2:10', "  hint: did you mean 'sorted'?"],
  ],
];
for (const [name, text, lines] of playMistakes) {
  test(`the message for ${name}`, (t) => {
    t.deepEqual(messageOf(t, {'p.yml': text, 'roles/k3s_server/tasks/main.yml': ''}), lines);
  });
}

function messageOf(t: ExecutionContext, files: Readonly<Record<string, string>>): string[] {
  const folder = tempFiles(t, files);
  const error = t.throws(() => testLoader().loadPlaybook(`${folder}/p.yml`), {instanceOf: QuorateError});
  return describeError(error).map((line) => line.replaceAll(`${folder}/`, ''));
}

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

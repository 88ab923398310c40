import test, {type ExecutionContext} from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {testLoader} from '../../test/support/test_loader.js';
import {describeError, QuorateError} from '../errors/index.js';

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

import test from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {loadPlay, task, testLoader, titles} from '../../test/support/test_loader.js';
import {describeError, QuorateError} from '../errors/index.js';
import type {Include} from './types.js';
import {walkPlay} from './walk.js';

test('include_role at run time keeps its variables to itself and brings its handlers', (t) => {
  const {play, loader} = loadPlay(t, {
    'p.yml': `- hosts: all
  tags: p
  tasks:
    - block:
        - include_role: {name: a, tasks_from: "{{ which }}", apply: {tags: applied, become: true}}
          when: not inherited
          tags: own
          vars: {here: 1}
      when: around
`,
    'roles/a/tasks/main.yml': task('t'),
    'roles/a/defaults/main.yml': 'd: 1\n',
    'roles/a/handlers/main.yml': task('h'),
  });
  const [block] = play.tasks;
  const include = block?.kind === 'block' ? (block.block[0] as Include) : undefined;
  if (!include) return t.fail();
  t.like(include, {kind: 'include', what: 'role', target: {value: 'a'}, tasksFrom: {value: '{{ which }}'}});
  const item = {level: 'includeParams', label: 'loop', values: {item: 1}, template: false} as const;
  const {tasks, handlers} = loader.includeRole(include, 'a', {tasksFrom: 'main'}, [item]);
  t.deepEqual(titles(tasks), ['a : t']);
  t.is(handlers.length, 1);
  const [made] = tasks;
  t.deepEqual(
    made?.scopes.flatMap((scope) => scope.keywords.tags ?? []),
    ['p', 'applied'],
  );
  t.deepEqual(
    made?.scopes.flatMap((scope) => scope.keywords.when ?? []).map(({text}) => text),
    ['around'],
  );
  t.deepEqual(
    made?.scopes.flatMap((scope) => scope.layers).map(({level}) => level),
    ['includeParams', 'includeParams', 'roleDefaults'],
  );
  t.true(made?.id.startsWith(`${include.id}>`));
  t.deepEqual(play.scope.layers, []);
});

test('included files may import roles, whose handlers come along', (t) => {
  const {play, loader} = loadPlay(t, {
    'p.yml': '- hosts: all\n  tasks:\n    - include_tasks: sub.yml\n',
    'sub.yml': '- import_role: {name: a}\n',
    'roles/a/tasks/main.yml': task('t'),
    'roles/a/handlers/main.yml': task('h'),
  });
  const {tasks, handlers} = loader.includeTasksAndHandlers(play.tasks[0] as Include, 'sub.yml', []);
  t.deepEqual([titles(tasks), handlers.length], [['a : t'], 1]);
});

test('a role with an argument spec begins with its check, where there is a module for it', (t) => {
  const files = {
    'p.yml': '- hosts: all\n  roles: [a]\n',
    'roles/a/tasks/main.yml': task('t'),
    'roles/a/meta/argument_specs.yml':
      'argument_specs:\n  main:\n    short_description: Main\n    options: {x: {type: str, required: true}}\n',
  };
  const names = {
    resolve: (written: string) => (['debug', 'validate_argument_spec'].includes(written) ? {name: written} : undefined),
    nearest: () => undefined,
  };
  const {play} = loadPlay(t, files, {names});
  t.deepEqual(titles(play.roles), ["a : Validating arguments against arg spec 'main' - Main", 'a : t']);
  const [check] = play.roles;
  t.like(check?.kind === 'task' ? check.args : {}, {
    kind: 'mapping',
    values: {argument_spec: {x: {type: 'str', required: true}}},
  });
  t.deepEqual(check?.scopes.at(-1)?.keywords.tags, ['always']);
  const plain = loadPlay(t, files).play;
  t.deepEqual(titles(plain.roles), ['a : t']);
  t.deepEqual(plain.roles[0]?.scopes[1]?.role?.argumentSpec?.value, {
    short_description: 'Main',
    options: {x: {type: 'str', required: true}},
  });
});

test('files are looked for in the role, beside the tasks, and beside the playbook', (t) => {
  const {play, loader, folder} = loadPlay(t, {
    'p.yml': '- hosts: all\n  roles: [a]\n  tasks:\n    - import_tasks: sub/t.yml\n',
    'roles/a/tasks/main.yml': task('r'),
    'roles/a/templates/x.j2': '',
    'roles/a/plain.txt': '',
    'sub/t.yml': task('s'),
    'sub/files/own.txt': '',
    'files/all.txt': '',
    'templates/x.j2': '',
  });
  const [inRole, inSub] = [...walkPlay(play)];
  if (!inRole || !inSub) return t.fail();
  t.is(loader.findFile('templates', 'x.j2', inRole), `${folder}/roles/a/templates/x.j2`);
  t.is(loader.findFile('files', 'plain.txt', inRole), `${folder}/roles/a/plain.txt`);
  t.is(loader.findFile('files', 'all.txt', inRole), `${folder}/files/all.txt`);
  t.is(loader.findFile('files', 'own.txt', inSub), `${folder}/sub/files/own.txt`);
  t.is(loader.findFile('templates', 'x.j2', inSub), `${folder}/templates/x.j2`);
  const error = t.throws(() => loader.findFile('files', 'nope', inSub), {instanceOf: QuorateError});
  t.deepEqual(
    describeError(error).map((line) => line.replaceAll(`${folder}/`, '')),
    [
      "the file 'nope' does not exist",
      '  at sub/t.yml:1:3',
      `  hint: looked for sub/files/nope, sub/nope, files/nope, nope`,
    ],
  );
});

test('tasks of a role import from its tasks folder and from the folder of the file', (t) => {
  const {play} = loadPlay(t, {
    'p.yml': '- hosts: all\n  roles: [a]\n',
    'roles/a/tasks/main.yml': '- import_tasks: deep/one.yml\n',
    'roles/a/tasks/deep/one.yml': '- import_tasks: two.yml\n- import_tasks: top.yml\n- import_tasks: deep/two.yml\n',
    'roles/a/tasks/deep/two.yml': task('two'),
    'roles/a/tasks/top.yml': task('top'),
  });
  t.deepEqual(titles(play.roles), ['a : two', 'a : top', 'a : two']);
});

const mistakes: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
  [
    'roles that depend on each other',
    {
      'p.yml': '- hosts: all\n  roles: [a]\n',
      'roles/a/meta/main.yml': 'dependencies: [b]\n',
      'roles/b/meta/main.yml': 'dependencies: [a]\n',
    },
    ["the role 'a' depends on itself", '  at roles/b/meta/main.yml:1:16', '  hint: by way of b'],
  ],
  [
    'tasks_from that is not there',
    {
      'p.yml': '- hosts: all\n  tasks:\n    - import_role: {name: a, tasks_from: instal}\n',
      'roles/a/tasks/install.yml': '',
    },
    ['the role roles/a has no tasks/instal', '  at p.yml:3:21', "  hint: did you mean 'install'?"],
  ],
  [
    'an entry without a name',
    {'p.yml': '- hosts: all\n  roles: [{tags: x}]\n'},
    ['this entry names no role', '  at p.yml:2:11', '  hint: write `role: NAME` beside its keywords'],
  ],
  [
    'variables that are a list',
    {'p.yml': '- hosts: all\n  roles: [a]\n', 'roles/a/vars/main.yml': '- x\n'},
    [
      'a variables file holds a mapping, roles/a/vars/main.yml holds a list',
      '  at roles/a/vars/main.yml:1:1',
      '  hint: write name: value lines',
    ],
  ],
  [
    'a tasks file that is a mapping',
    {'p.yml': '- hosts: all\n  roles: [a]\n', 'roles/a/tasks/main.yml': 'tasks: []\n'},
    [
      'a tasks file is a list of tasks, roles/a/tasks/main.yml is a mapping',
      '  at roles/a/tasks/main.yml:1:1',
      '  hint: begin each task with a dash',
    ],
  ],
];
for (const [name, files, lines] of mistakes) {
  test(`the message for ${name}`, (t) => {
    const folder = tempFiles(t, files);
    const error = t.throws(() => testLoader().loadPlaybook(`${folder}/p.yml`), {instanceOf: QuorateError});
    t.deepEqual(
      describeError(error).map((line) => line.replaceAll(`${folder}/`, '')),
      lines,
    );
  });
}

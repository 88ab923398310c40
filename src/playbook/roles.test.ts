import test, {type ExecutionContext} from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {describeError, QuorateError} from '../errors/index.js';
import type {LoaderOptions} from './loader.js';
import {testLoader} from './test_loader.js';
import type {Include, Loader, Play, TaskNode} from './types.js';
import {titleOf, walkNodes, walkPlay} from './walk.js';

interface Loaded {
  readonly play: Play;
  readonly loader: Loader;
  readonly folder: string;
}

function load(
  t: ExecutionContext,
  files: Readonly<Record<string, string>>,
  options: Partial<LoaderOptions> = {},
): Loaded {
  const folder = tempFiles(t, files);
  const loader = testLoader(options);
  const [play] = loader.loadPlaybook(`${folder}/p.yml`).plays;
  if (!play) throw new Error('no play');
  return {play, loader, folder};
}

const titles = (nodes: Iterable<TaskNode>): string[] => [...walkNodes(nodes)].map(titleOf);
const task = (name: string): string => `- name: ${name}\n  debug:\n`;

test('dependencies come first, and inherit tags and conditions', (t) => {
  const {play} = load(t, {
    'p.yml': '- hosts: all\n  roles:\n    - {role: a, tags: x, when: wa, become: true}\n',
    'roles/a/tasks/main.yml': task('ta'),
    'roles/a/meta/main.yml': 'dependencies:\n  - {role: b, tags: y, when: wb}\n',
    'roles/b/tasks/main.yaml': task('tb'),
    'roles/b/handlers/main.yml': task('hb'),
    'roles/a/handlers/main.yml': task('ha'),
  });
  t.deepEqual(titles(play.roles), ['b : tb', 'a : ta']);
  const [inner] = play.roles;
  t.deepEqual(
    inner?.scopes.flatMap((scope) => scope.keywords.tags ?? []),
    ['x', 'y'],
  );
  t.deepEqual(
    inner?.scopes.flatMap((scope) => scope.keywords.when ?? []).map(({text}) => text),
    ['wa', 'wb'],
  );
  t.is(inner?.scopes.findLast((scope) => scope.keywords.become)?.keywords.become?.value, true);
  t.deepEqual(inner?.scopes.at(-2)?.role?.parents, ['a']);
  t.deepEqual(
    play.handlers.map((handler) => handler.kind === 'task' && titleOf(handler)),
    ['b : hb', 'a : ha'],
  );
});

/** `roles:` of a play and the titles that run; both roles depend on `common`. */
const repeats: readonly (readonly [string, string, readonly string[]])[] = [
  ['the same role twice', '[a, a]', ['common : c', 'a : a']],
  ['a shared dependency', '[a, b]', ['common : c', 'a : a', 'b : b']],
  ['other parameters', '[{role: a, x: 1}, {role: a, x: 2}]', ['common : c', 'a : a', 'a : a']],
  ['other tags', '[{role: a, tags: s}, {role: a, tags: u}]', ['common : c', 'a : a', 'common : c', 'a : a']],
  ['a dependency that was conditional before', '[{role: a, when: w}, common]', ['common : c', 'a : a', 'common : c']],
  ['a dependency that ran before without conditions', '[common, {role: a, when: w}]', ['common : c', 'a : a']],
  ['a role that may run again', '[again, again]', ['again : g', 'again : g']],
];
for (const [name, roles, expected] of repeats) {
  test(`roles asked for more than once: ${name}`, (t) => {
    const depends = 'dependencies: [common]\n';
    const {play} = load(t, {
      'p.yml': `- hosts: all\n  roles: ${roles}\n`,
      'roles/a/tasks/main.yml': task('a'),
      'roles/a/meta/main.yml': depends,
      'roles/b/tasks/main.yml': task('b'),
      'roles/b/meta/main.yml': depends,
      'roles/common/tasks/main.yml': task('c'),
      'roles/again/tasks/main.yml': task('g'),
      'roles/again/meta/main.yml': 'allow_duplicates: true\n',
    });
    t.deepEqual(titles(play.roles), expected);
  });
}

test('instances of one call are marked, so that the run can pass over the second', (t) => {
  const {play} = load(t, {
    'p.yml': '- hosts: all\n  roles: [{role: a, when: w}, common]\n',
    'roles/a/meta/main.yml': 'dependencies: [common]\n',
    'roles/common/tasks/main.yml': task('c'),
  });
  const marks = play.roles.map((node) => node.scopes.findLast((scope) => scope.role)?.role?.once);
  t.is(marks.length, 2);
  t.is(marks[0]?.key, marks[1]?.key);
  t.deepEqual(
    marks.map((mark) => mark?.instance),
    [0, 1],
  );
});

test('variables of a role: files, folders of files, entry and parameters', (t) => {
  const {play} = load(t, {
    'p.yml': '- hosts: all\n  roles:\n    - {role: a, vars: {v: entry}, param: 1}\n',
    'roles/a/tasks/main.yml': task('t'),
    'roles/a/defaults/main/one.yml': 'd: 1\n',
    'roles/a/defaults/main/two.yml': 'e: 2\n',
    'roles/a/vars/main.yml': 'v: file\n',
  });
  const scope = play.roles[0]?.scopes.find(({origin}) => origin === 'role');
  t.deepEqual(
    scope?.layers.map(({level, values}) => [level, values]),
    [
      ['roleDefaults', {d: 1}],
      ['roleDefaults', {e: 2}],
      ['roleVars', {v: 'file'}],
      ['roleVars', {v: 'entry'}],
      ['roleParams', {param: 1}],
    ],
  );
  t.deepEqual(
    play.scope.layers.map(({values}) => values),
    [{d: 1}, {e: 2}, {v: 'file'}],
  );
});

test('roles are found beside the playbook, in roles_path, by path, and by their full name', (t) => {
  const folder = tempFiles(t, {
    'plays/p.yml': '- hosts: all\n  roles: [near, far, ../odd/place, k3s.orchestration.last, ns.col.packed, sibling]\n',
    'plays/roles/near/tasks/main.yml': task('near'),
    'plays/roles/last/tasks/main.yml': task('last'),
    'shared/far/tasks/main.yml': task('far'),
    'odd/place/tasks/main.yml': task('odd'),
    'col/ansible_collections/ns/col/roles/packed/tasks/main.yml': task('packed'),
    'roles/sibling/tasks/main.yml': task('sibling'),
  });
  const loader = testLoader({rolesPath: [`${folder}/shared`], collectionsPath: [`${folder}/col`]});
  const [play] = loader.loadPlaybook(`${folder}/plays/p.yml`).plays;
  t.deepEqual(titles(play?.roles ?? []), [
    'near : near',
    'far : far',
    'place : odd',
    'k3s.orchestration.last : last',
    'ns.col.packed : packed',
    'sibling : sibling',
  ]);
});

test('import_role stands in place, with the files it asks for', (t) => {
  const {play} = load(t, {
    'p.yml': `- hosts: all
  tasks:
    - import_role: {name: a, tasks_from: other, vars_from: two, defaults_from: three.yml}
      tags: x
      vars: {here: 1}
`,
    'roles/a/tasks/main.yml': task('main'),
    'roles/a/tasks/other.yml': task('other'),
    'roles/a/vars/two.yml': 'v: 2\n',
    'roles/a/defaults/three.yml': 'd: 3\n',
    'roles/a/handlers/main.yml': task('h'),
  });
  t.deepEqual(titles(play.tasks), ['a : other']);
  t.deepEqual(
    play.tasks[0]?.scopes.map(({origin}) => origin),
    ['play', 'include', 'role', 'task'],
  );
  t.deepEqual(play.tasks[0]?.scopes[1]?.keywords.tags, ['x']);
  t.deepEqual(
    play.scope.layers.map(({values}) => values),
    [{d: 3}, {v: 2}],
  );
  t.is(play.handlers.length, 1);
});

test('handlers of a role that is imported twice are there once', (t) => {
  const {play} = load(t, {
    'p.yml': '- hosts: all\n  tasks:\n    - import_role: {name: a}\n    - import_role: {name: a, tasks_from: main}\n',
    'roles/a/tasks/main.yml': task('t'),
    'roles/a/handlers/main.yml': task('h'),
  });
  t.is(play.handlers.length, 1);
});

test('include_role at run time keeps its variables to itself and brings its handlers', (t) => {
  const {play, loader} = load(t, {
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
  const {play, loader} = load(t, {
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
  const {play} = load(t, files, {names});
  t.deepEqual(titles(play.roles), ["a : Validating arguments against arg spec 'main' - Main", 'a : t']);
  const [check] = play.roles;
  t.like(check?.kind === 'task' ? check.args : {}, {
    kind: 'mapping',
    values: {argument_spec: {x: {type: 'str', required: true}}},
  });
  t.deepEqual(check?.scopes.at(-1)?.keywords.tags, ['always']);
  const plain = load(t, files).play;
  t.deepEqual(titles(plain.roles), ['a : t']);
  t.deepEqual(plain.roles[0]?.scopes[1]?.role?.argumentSpec?.value, {
    short_description: 'Main',
    options: {x: {type: 'str', required: true}},
  });
});

test('files are looked for in the role, beside the tasks, and beside the playbook', (t) => {
  const {play, loader, folder} = load(t, {
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
  const {play} = load(t, {
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

import test from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {loadPlay, task, testLoader, titles} from '../../test/support/test_loader.js';
import {titleOf} from './walk.js';

test('dependencies come first, and inherit tags and conditions', (t) => {
  const {play} = loadPlay(t, {
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
    const {play} = loadPlay(t, {
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
  const {play} = loadPlay(t, {
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
  const {play} = loadPlay(t, {
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
  const {play} = loadPlay(t, {
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
  const {play} = loadPlay(t, {
    'p.yml': '- hosts: all\n  tasks:\n    - import_role: {name: a}\n    - import_role: {name: a, tasks_from: main}\n',
    'roles/a/tasks/main.yml': task('t'),
    'roles/a/handlers/main.yml': task('h'),
  });
  t.is(play.handlers.length, 1);
});

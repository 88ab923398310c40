import test from 'ava';
import {paramsOf, planOf, stepsOf} from '../../test/support/plans.js';
import module from './module.js';
import type {FileSeen} from './seen.js';
import {readTime} from './times.js';

const root = {type: 'directory', mode: 0o755, uid: 0, gid: 0, owner: 'root', group: 'root', size: 4096} as const;
const file = {...root, type: 'file', mode: 0o644, size: 3, modified: 100, accessed: 100} as const;

const seen = (more: Partial<FileSeen>): FileSeen => ({
  self: {path: '/a/b'},
  emptyDirectory: false,
  accounts: {},
  times: {access: 'preserve', modification: 'preserve'},
  tree: [],
  ...more,
});

const above = {path: '/', stat: root};

test('a folder with its parents is one step, each made private before it is given its bits', (t) => {
  const plan = planOf(module, {path: '/a/b', state: 'directory', mode: '0755'}, seen({above}));
  t.is(plan.plan, 'change');
  t.deepEqual(plan.plan === 'change' && plan.diff.map(({path}) => path), ['/a', '/a/b']);
  t.deepEqual(
    stepsOf(plan)
      .join('')
      .match(/mkdir -m 0700/g)?.length,
    2,
  );
});

const same: readonly (readonly [string, Record<string, unknown>, Partial<FileSeen>])[] = [
  ['nothing to remove', {path: '/a/b', state: 'absent'}, {}],
  [
    'a file with the wanted bits',
    {path: '/a/b', mode: '0644', owner: 'root'},
    {self: {path: '/a/b', stat: file}, accounts: {uid: 0}},
  ],
  ['symbolic bits it has', {path: '/a/b', mode: 'u=rw,g=r,o=r'}, {self: {path: '/a/b', stat: file}}],
  ['a folder', {path: '/a/b', state: 'directory'}, {self: {path: '/a/b', stat: root}}],
  [
    'a link that points there',
    {path: '/a/b', src: 'c', state: 'link'},
    {
      self: {path: '/a/b', stat: {...file, type: 'link'}, target: 'c'},
      real: {path: '/a/c', stat: file},
      src: {path: '/a/c', stat: file, text: 'c'},
    },
  ],
  [
    'a touched file, times kept',
    {path: '/a/b', state: 'touch', access_time: 'preserve', modification_time: 'preserve'},
    {self: {path: '/a/b', stat: file}},
  ],
];
for (const [title, params, more] of same)
  test(`as it is: ${title}`, (t) => {
    t.is(planOf(module, params, seen(more)).plan, 'same');
  });

const refused: readonly (readonly [string, Record<string, unknown>, Partial<FileSeen>, RegExp])[] = [
  [
    'a problem',
    {path: '/a/b'},
    {self: {path: '/a/b', problem: 'Permission denied'}},
    /cannot be looked at: Permission denied/,
  ],
  [
    'a fifo as folder',
    {path: '/a/b', state: 'directory'},
    {self: {path: '/a/b', stat: {...file, type: 'other'}}},
    /is a device, pipe or socket, not a folder/,
  ],
  [
    'a dangling link',
    {path: '/a/b', state: 'file'},
    {self: {path: '/a/b', stat: {...file, type: 'link'}, target: 'c'}, real: {path: '/a/c'}},
    /symbolic link to c, which does not exist/,
  ],
  ['an unknown user', {path: '/a/b', owner: 'eve'}, {accounts: {uid: 'missing'}}, /no user 'eve'/],
];
for (const [title, params, more, why] of refused)
  test(`refused: ${title}`, (t) => {
    const plan = planOf(module, params, seen(more));
    t.regex(plan.plan === 'fail' ? plan.why : '', why);
  });

test('owner before mode, since chown clears setuid', (t) => {
  const [script = ''] = stepsOf(
    planOf(
      module,
      {path: '/a/b', mode: '4755', owner: 'ann'},
      seen({self: {path: '/a/b', stat: file}, accounts: {uid: 1000}}),
    ),
  );
  t.true(script.indexOf('chown') < script.indexOf('chmod -- 04755'));
});

const wrong: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{path: '/a', state: 'touch', recurse: true}, /recurse works with state directory only/],
  [{path: '/a', state: 'hard'}, /a hard link needs 'src'/],
  [{path: '/', state: 'absent'}, /cannot be removed/],
  [{path: '/a', mode: 'preserve'}, /'preserve' is for copy/],
];
for (const [params, message] of wrong)
  test(`wrong parameters: ${JSON.stringify(params)}`, (t) => {
    t.throws(() => paramsOf(module, params), {message});
  });

test('times in their format', (t) => {
  t.is(readTime('202601311200.05', '%Y%m%d%H%M.%S'), '2026-01-31 12:00:05');
  t.is(readTime('31/01/2026', '%d/%m/%Y'), '2026-01-31 00:00:00');
  t.throws(() => readTime('yesterday', '%Y'), {message: /not in the format/});
  t.throws(() => readTime('1', '%j'), {message: /has %j/});
});

import test from 'ava';
import {paramsOf} from '../../test/support/plans.js';
import module, {replaceIn} from './module.js';

type Given = Parameters<typeof replaceIn>[1];

const after = (params: Record<string, unknown>, before: string) =>
  replaceIn(before, paramsOf(module, {path: '/f', ...params}) as Given);

// What Ansible 2.14 makes of the same files.
const table: readonly (readonly [
  params: Record<string, unknown>,
  before: string,
  after: string | undefined,
  msg?: string,
])[] = [
  [{regexp: 'a', replace: 'b'}, 'a\nxa\n', 'b\nxb\n', '2 replacements made'],
  [{regexp: '^a'}, 'a1\nxa\na2\n', '1\nxa\n2\n', '2 replacements made'],
  [{regexp: 'b$', replace: 'c'}, 'ab\nbb\n', 'ac\nbc\n'],
  [{regexp: '(\\w+)=(\\w+)', replace: '\\2=\\1'}, 'k=v\n', 'v=k\n'],
  [{regexp: '(?P<k>\\w+)=', replace: '\\g<k>: '}, 'k=v\n', 'k: v\n'],
  [{regexp: 'a*', replace: '-'}, 'baac', '-b--c-'],
  [{regexp: 'z', replace: 'y'}, 'a\n', undefined, ''],
  [{regexp: 'a', replace: 'a'}, 'a\n', undefined, ''],
  [
    {regexp: 'x', replace: 'y', after: '^#\\s*here'},
    'x\n# here\nx\nx\n',
    undefined,
    'Pattern for before/after params did not match the given file: /f',
  ],
  [{regexp: 'x', replace: 'y', after: '# here'}, 'x\n# here\nx\nx\n', 'x\n# here\ny\ny\n'],
  [{regexp: 'x', replace: 'y', before: '# here'}, 'x\n# here\nx\n', 'y\n# here\nx\n'],
  [{regexp: 'x', replace: 'y', after: 'A', before: 'B'}, 'xAxBxAxB', 'xAyBxAxB'],
  [{regexp: 'a', replace: 'l1\\nl2'}, 'a\n', 'l1\nl2\n'],
];
for (const [params, before, expected, msg] of table)
  test(`${JSON.stringify(params)} in ${JSON.stringify(before)}`, (t) => {
    const edited = after(params, before);
    t.is(edited.text, expected);
    if (msg !== undefined) t.is(edited.msg, msg);
  });

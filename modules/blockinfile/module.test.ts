import test from 'ava';
import {paramsOf} from '../../test/support/plans.js';
import {type BlockWish, editBlock} from './edit.js';
import module from './module.js';

const after = (params: Record<string, unknown>, before: string | undefined): string | undefined =>
  editBlock(before, paramsOf(module, {path: '/f', marker: '# {mark} M', ...params}) as BlockWish).text;

// What Ansible 2.14 makes of the same files.
const table: readonly (readonly [
  params: Record<string, unknown>,
  before: string | undefined,
  after: string | undefined,
])[] = [
  [{block: 'x\ny'}, 'a\n', 'a\n# BEGIN M\nx\ny\n# END M\n'],
  [{block: 'x'}, 'a', 'a\n# BEGIN M\nx\n# END M\n'],
  [{block: 'x'}, undefined, '# BEGIN M\nx\n# END M\n'],
  [{block: 'x'}, '# BEGIN M\nx\n# END M\n', undefined],
  [{block: 'y'}, 'a\n# BEGIN M\nx\n# END M\nb\n', 'a\n# BEGIN M\ny\n# END M\nb\n'],
  [{block: ''}, 'a\n# BEGIN M\nx\n# END M\nb\n', 'a\nb\n'],
  [{state: 'absent', block: 'x'}, 'a\n# BEGIN M\nx\n# END M\n', 'a\n'],
  [{state: 'absent'}, 'a\n', undefined],
  [{block: 'x', insertbefore: 'BOF'}, 'a\n', '# BEGIN M\nx\n# END M\na\n'],
  [{block: 'x', insertafter: '^a'}, 'a\na\nb\n', 'a\na\n# BEGIN M\nx\n# END M\nb\n'],
  [{block: 'x', insertbefore: '^b'}, 'a\nb\n', 'a\n# BEGIN M\nx\n# END M\nb\n'],
  [{block: 'x', insertafter: '(?m)^a\\nb$'}, 'a\nb\nc\n', 'a\nb\n# BEGIN M\nx\n# END M\nc\n'],
  [{block: 'x', insertafter: 'z'}, 'a\n', 'a\n# BEGIN M\nx\n# END M\n'],
  [
    {block: 'x', prepend_newline: true, append_newline: true, insertafter: '^a'},
    'a\nb\n',
    'a\n\n# BEGIN M\nx\n# END M\n\nb\n',
  ],
  [{block: 'x', prepend_newline: true}, 'a\n\n# BEGIN M\nx\n# END M\n', undefined],
  [
    {block: 'x', marker: '<!-- {mark} -->', marker_begin: 'from', marker_end: 'to'},
    '',
    '<!-- from -->\nx\n<!-- to -->\n',
  ],
];
for (const [params, before, expected] of table)
  test(`${JSON.stringify(params)} in ${JSON.stringify(before)}`, (t) => {
    t.is(after(params, before), expected);
    if (expected !== undefined) t.is(after(params, expected), undefined, 'a second time');
  });

test('a marker without {mark} is refused', (t) => {
  t.throws(() => after({block: 'x', marker: '# mine'}, ''), {message: /no \{mark\}/});
});

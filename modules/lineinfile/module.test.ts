import test from 'ava';
import {paramsOf, planOf} from '../../test/support/plans.js';
import type {EditSeen} from '../support/edit_file.js';
import module from './module.js';

const stat = {type: 'file', mode: 0o644, uid: 0, gid: 0, owner: 'root', group: 'root'} as const;
const above = {path: '/etc', stat: {type: 'directory'}} as const;
const seenWith = (text: string): EditSeen => ({
  file: {path: '/etc/f', stat: {...stat, size: text.length}, content: Buffer.from(text)},
  above,
  accounts: {},
});

/** The text afterwards; undefined where nothing is done. */
const after = (params: Record<string, unknown>, text: string): string | undefined => {
  const plan = planOf(module, {path: '/etc/f', ...params}, seenWith(text));
  const diff = plan.plan === 'change' ? plan.diff[0] : undefined;
  return diff?.kind === 'text' ? diff.after : undefined;
};

// What Ansible 2.14 makes of the same files.
const table: readonly (readonly [params: Record<string, unknown>, before: string, after: string | undefined])[] = [
  [{line: 'new'}, 'a\nb\n', 'a\nb\nnew\n'],
  [{line: 'new'}, 'a', 'a\nnew\n'],
  [{line: 'new'}, '', 'new\n'],
  [{line: 'a'}, 'a\nb\n', undefined],
  [{line: 'a'}, 'b\na', 'b\na\n'],
  [{line: 'a=9', regexp: '^a='}, 'a=1\nb\na=2\n', 'a=1\nb\na=9\n'],
  [{line: 'a=9', regexp: '^a=', firstmatch: true}, 'a=1\nb\na=2\n', 'a=9\nb\na=2\n'],
  [{line: 'a=9', regexp: '^a='}, 'a=9\n', undefined],
  [{line: 'a=9', regexp: '^c='}, 'b\na=9\n', undefined],
  [{line: 'a=9', search_string: '=1'}, 'a=1\nb\n', 'a=9\nb\n'],
  [{line: 'x', insertafter: '^a'}, 'a\nb\na\nc\n', 'a\nb\na\nx\nc\n'],
  [{line: 'x', insertafter: '^a', firstmatch: true}, 'a\nb\na\nc\n', 'a\nx\nb\na\nc\n'],
  [{line: 'x', insertbefore: '^b'}, 'a\nb\n', 'a\nx\nb\n'],
  [{line: 'x', insertbefore: 'BOF'}, 'a\nb\n', 'x\na\nb\n'],
  [{line: 'x', insertafter: 'nothing'}, 'a\n', 'a\nx\n'],
  [{line: 'p=\\2', regexp: '^(\\w+)=(.*)$', backrefs: true}, 'k=v\n', 'p=v\n'],
  [{line: 'p=\\g<v>', regexp: '(?P<k>\\w+)=(?P<v>.*)', backrefs: true}, 'k=v\n', 'p=v\n'],
  [{line: 'p=\\1', regexp: '^z(.)', backrefs: true}, 'k=v\n', undefined],
  [{line: 'p=\\1', regexp: '^k'}, 'k=v\n', 'p=\\1\n'],
  [{state: 'absent', regexp: '^a'}, 'a\nb\nab\n', 'b\n'],
  [{state: 'absent', search_string: '.b'}, 'a.b\nab\n', 'ab\n'],
  [{state: 'absent', line: 'a'}, 'a\nb\na', 'b\n'],
  [{state: 'absent', line: 'z'}, 'a\n', undefined],
  // Ansible joins the two lines here.
  [{line: 'x', insertafter: 'b'}, 'a\nb', 'a\nb\nx\n'],
];
for (const [params, before, expected] of table)
  test(`${JSON.stringify(params)} in ${JSON.stringify(before)}`, (t) => {
    t.is(after(params, before), expected);
    if (expected !== undefined && params.backrefs !== true) t.is(after(params, expected), undefined, 'a second time');
  });

test('bytes that are no UTF-8 stay as they are', (t) => {
  const content = Buffer.from([0xff, 0xfe, 0x0a]);
  const plan = planOf(
    module,
    {path: '/etc/f', line: 'x'},
    {...seenWith(''), file: {path: '/etc/f', stat: {...stat, size: 3}, content}},
  );
  const step = plan.plan === 'change' ? plan.steps[0] : undefined;
  t.deepEqual(
    step?.step === 'upload' && step.content.kind === 'bytes' && [...step.content.bytes],
    [0xff, 0xfe, 0x0a, 0x78, 0x0a],
  );
});

const refused: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{}, /state present needs 'line'/],
  [{state: 'absent'}, /state absent needs/],
  [{line: 'x', backrefs: true}, /'backrefs' needs 'regexp'/],
  [{line: 'x', insertafter: 'a', insertbefore: 'b'}, /exclude each other/],
];
for (const [params, message] of refused)
  test(`wrong parameters: ${JSON.stringify(params)}`, (t) => {
    t.throws(() => paramsOf(module, {path: '/x', ...params}), {message});
  });

test('a pattern that is none is named', (t) => {
  t.throws(() => after({line: 'x', regexp: '(['}, 'a\n'), {message: /^lineinfile: .*\(\[/});
});

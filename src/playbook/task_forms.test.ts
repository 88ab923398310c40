import {writeFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {testLoader} from '../../test/support/test_loader.js';
import {UnsafeString} from '../yaml/index.js';
import type {Task} from './types.js';

function oneTask(t: ExecutionContext, task: string): Task {
  const text = `- hosts: all\n  tasks:\n${task.replace(/^(?=.)/gm, '    ')}`;
  const folder = tempFiles(t, {'p.yml': text});
  const [first] = testLoader().loadPlaybook(`${folder}/p.yml`).plays[0]?.tasks ?? [];
  if (first?.kind !== 'task') throw new Error('no task');
  return first;
}

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

import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {UndefinedVariableError} from '../src/errors/index.js';
import type {ControlModule, Data, Module, RunView} from '../src/module/index.js';
import {paramsOf} from '../test/support/plans.js';
import addHost from './add_host/module.js';
import assert from './assert/module.js';
import debug from './debug/module.js';
import fail from './fail/module.js';
import groupBy from './group_by/module.js';
import includeVars from './include_vars/module.js';
import meta from './meta/module.js';
import pause from './pause/module.js';
import setFact from './set_fact/module.js';

const view = (more: Partial<RunView> = {}): RunView => ({
  host: 'box',
  checkMode: false,
  verbosity: 0,
  evaluate(expression) {
    if (expression === 'missing') throw new UndefinedVariableError({what: "'missing' is undefined"});
    return {of: expression};
  },
  test: (expression) => expression !== 'false' && expression !== false,
  playHosts: ['box'],
  findFile: (_kind, name) => `/roles/x/${name}`,
  prompt: async () => 'yes',
  sleep: async () => undefined,
  ...more,
});

const run = (module: Module, raw: Data, more: Partial<RunView> = {}) =>
  (module as ControlModule).run(paramsOf(module, raw), view(more));

const results: readonly (readonly [string, Module, Data, Data])[] = [
  ['debug', debug, {}, {changed: false, data: {msg: 'Hello world!'}}],
  ['debug with a value', debug, {msg: {a: 1}}, {data: {msg: {a: 1}}}],
  ['debug with a variable', debug, {var: 'x.y'}, {data: {'x.y': {of: 'x.y'}}}],
  ['debug with no such variable', debug, {var: 'missing'}, {data: {missing: 'VARIABLE IS NOT DEFINED!'}}],
  [
    'debug for -v',
    debug,
    {msg: 'x', verbosity: 2},
    {data: {skipped: true, skipped_reason: 'Verbosity threshold not met.'}},
  ],
  ['assert', assert, {that: ['true', 'x is defined']}, {changed: false, msg: 'All assertions passed'}],
  ['assert with words', assert, {that: 'true', success_msg: 'good'}, {msg: 'good'}],
  [
    'assert that fails',
    assert,
    {that: ['true', 'false'], msg: 'bad'},
    {failed: true, msg: 'bad', hint: 'this does not hold: false', data: {assertion: 'false', evaluated_to: false}},
  ],
  ['assert without words', assert, {that: false}, {failed: true, msg: 'Assertion failed'}],
  ['fail', fail, {}, {failed: true, msg: 'Failed as requested from task'}],
  ['fail with lines', fail, {msg: ['a', 'b']}, {failed: true, msg: 'a\nb'}],
  [
    'set_fact',
    setFact,
    {a: 'yes', b: [1], cacheable: 'yes'},
    {changed: false, variables: {a: 'yes', b: [1]}, cacheable: true},
  ],
  ['meta', meta, {free_form: 'flush_handlers'}, {effects: [{effect: 'meta', action: 'flush_handlers'}]}],
  [
    'group_by',
    groupBy,
    {key: 'os Debian 12'},
    {changed: true, effects: [{effect: 'group_by', group: 'os-Debian-12', parents: ['all']}]},
  ],
  [
    'add_host',
    addHost,
    {hostname: 'n1:2222', groups: 'a,b', x: 1},
    {
      changed: true,
      effects: [{effect: 'add_host', name: 'n1', groups: ['a', 'b'], values: {ansible_port: 2222, x: 1}}],
    },
  ],
  [
    'include_vars',
    includeVars,
    {file: 'a.yml', name: 'all'},
    {changed: false, effects: [{effect: 'include_vars', file: '/roles/x/a.yml', into: 'all'}]},
  ],
  [
    'pause for an answer',
    pause,
    {prompt: 'Go on?'},
    {changed: false, data: {user_input: 'yes', echo: true, rc: 0, stderr: '', stdout: 'Paused for an answer'}},
  ],
];
for (const [title, module, raw, expected] of results)
  test(title, async (t) => {
    t.like(await run(module, raw), expected);
  });

test('a pause waits as long as it says, and not at all in check mode', async (t) => {
  const waited: number[] = [];
  const sleep = async (durationMs: number): Promise<void> => void waited.push(durationMs);
  await run(pause, {minutes: 1, seconds: '2.5'}, {sleep});
  await run(pause, {seconds: 100}, {sleep, checkMode: true});
  t.deepEqual(waited, [62_500]);
});

const refused: readonly (readonly [string, Module, Data, RegExp])[] = [
  ['set_fact of nothing', setFact, {}, /no variable to set/],
  ['set_fact of a wrong name', setFact, {'a-b': 1}, /'a-b' is no name of a variable/],
  ['meta of something else', meta, {free_form: 'flush'}, /free_form is 'flush'/],
  ['debug of both', debug, {msg: 'x', var: 'y'}, /exclude each other/],
  ['include_vars of nothing', includeVars, {}, /it needs 'file' or 'dir'/],
  ['assert of nothing', assert, {fail_msg: 'x'}, /assert needs 'that'|that/],
];
for (const [title, module, raw, message] of refused)
  test(`refused: ${title}`, async (t) => {
    await t.throwsAsync(async () => run(module, raw), {message});
  });

test('include_vars reads a folder in the order of names', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-vars-'));
  t.teardown(() => rm(folder, {recursive: true, force: true}));
  await mkdir(join(folder, 'm'));
  for (const name of ['b.yml', 'a.yaml', 'm/c.json', 'x.bak']) await writeFile(join(folder, name), '');
  const files = async (raw: Data): Promise<unknown> =>
    (await run(includeVars, {dir: 'd', ...raw}, {findFile: () => folder})).data?.ansible_included_var_files;
  const named = (...names: string[]): string[] => names.map((name) => join(folder, name));
  t.deepEqual(await files({ignore_unknown_extensions: true}), named('a.yaml', 'b.yml', 'm/c.json'));
  t.deepEqual(await files({ignore_files: ['.bak$'], depth: 1}), named('a.yaml', 'b.yml'));
  t.deepEqual(await files({files_matching: '^b'}), named('b.yml'));
  await t.throwsAsync(async () => files({}), {message: /x\.bak ends in none of/});
});

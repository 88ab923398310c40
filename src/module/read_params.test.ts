import test from 'ava';
import {ParamsError} from '../errors/index.js';
import {defineModule, p} from './index.js';
import {paramDocs, readParams} from './read_params.js';

const module = defineModule({
  kind: 'control',
  name: 'thing',
  summary: 'Does a thing.',
  examples: [],
  params: p.object({
    dest: p.path('Where.', {aliases: ['path', 'name']}),
    state: p.choice(['present', 'absent'], 'Whether.').default('present'),
    mode: p.mode('Bits.').optional(),
    count: p.int('How many.').optional(),
    value: p.any('Anything.').optional(),
    names: p.strings('Names.').optional(),
  }),
  run: async () => ({changed: false}),
});

test('aliases, defaults and coercions', (t) => {
  t.deepEqual(readParams(module, {name: '/x', count: '3', names: 'a, b'}), {
    dest: '/x',
    state: 'present',
    count: 3,
    names: ['a', 'b'],
  });
});

test('null is not given, except where anything may be given', (t) => {
  t.deepEqual(readParams(module, {dest: '/x', mode: null, state: null, value: null}), {
    dest: '/x',
    state: 'present',
    value: null,
  });
});

const refusals: readonly (readonly [string, Record<string, unknown>, RegExp, RegExp?])[] = [
  ['a missing parameter', {}, /^thing: the parameter 'dest' is missing$/],
  ['an unknown one', {dest: '/x', stat: 'absent'}, /there is no parameter 'stat'/, /did you mean 'state'/],
  [
    'a wrong choice',
    {dest: '/x', state: 'absnt'},
    /state: 'absnt' is none of present, absent/,
    /did you mean 'absent'/,
  ],
  ['a wrong type', {dest: '/x', count: 'many'}, /count: 'many' is not a whole number/],
  ['a decimal mode', {dest: '/x', mode: 644}, /mode: 644 is a decimal number; write the mode as '0644'/],
  ['no mode', {dest: '/x', mode: 'rw'}, /mode: 'rw' is no mode/],
  ['two names of one', {dest: '/x', path: '/y'}, /'dest' and 'path' are two names of one parameter/],
  ['an empty path', {dest: ''}, /dest: a path may not be empty/],
];
for (const [title, params, what, hint] of refusals) {
  test(`refuses ${title}`, (t) => {
    const where = {file: 'site.yml', line: 3, column: 1};
    const error = t.throws(() => readParams(module, params, () => where), {instanceOf: ParamsError});
    t.regex(error?.what ?? '', what);
    if (hint) t.regex(error?.hint ?? '', hint);
    t.deepEqual(error?.where, where);
  });
}

test('documentation is found under optional and default', (t) => {
  t.deepEqual([...paramDocs(module.params).keys()], ['dest', 'state', 'mode', 'count', 'value', 'names']);
});

test('an octal number as YAML 1.1 reads it is the mode it was written as', (t) => {
  for (const octal of ['0644', '0640', '0664', '0400', '0755', '0600', '0700', '1777', '2775', '0444'])
    t.like(readParams(module, {dest: '/x', mode: Number.parseInt(octal, 8)}), {mode: octal});
  for (const bare of [644, 755, 600, 400, 1777]) t.throws(() => readParams(module, {dest: '/x', mode: bare}));
});

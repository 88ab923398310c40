import test from 'ava';
import {ParamsError} from '../errors/index.js';
import {Secret} from '../shell/index.js';
import {defineModule, p, z} from './index.js';
import {shapeOf} from './shape.js';
import {secretsIn, validateParams} from './validate.js';

const module = defineModule({
  kind: 'control',
  name: 'thing',
  summary: 'Takes every kind of parameter.',
  params: p
    .object({
      path: p.path('Where.', {aliases: ['dest']}),
      state: p.choice(['present', 'absent'], 'Wanted.').default('present'),
      mode: p.mode('Bits.').optional(),
      force: p.bool('Anyway.').optional(),
      count: p.int('How many.').optional(),
      names: p.strings('Names.').optional(),
      extra: p.dict('More.').optional(),
      any: p.any('Whatever.').optional(),
      password: p.secret('Hidden.').optional(),
      items: p.list(p.object({name: p.string('Its name.')}), 'A list of mappings.').optional(),
    })
    .refine(({count, force}) => count !== 1 || force !== true, {message: 'count and force exclude each other'}),
  examples: [],
  run: async () => ({changed: false}),
});

const places = {
  where: {file: 'p.yml', line: 7, column: 5},
  whereOf: (key: string) => ({file: 'p.yml', line: 8, column: key.length}),
};

const validate = (given: Readonly<Record<string, unknown>>) => validateParams(module, given, places);

test('aliases, coercions, defaults and nulls are Ansible’s', (t) => {
  t.deepEqual(validate({dest: '/a', force: 'yes', count: '3', names: 'a, b', mode: 420, extra: null}), {
    path: '/a',
    state: 'present',
    force: true,
    count: 3,
    names: ['a', 'b'],
    mode: '0644',
  });
});

const faults: readonly {
  readonly given: Readonly<Record<string, unknown>>;
  readonly what: string;
  readonly hint?: RegExp;
  readonly column?: number;
}[] = [
  {given: {path: '/a', stat: 'x'}, what: "thing has no parameter 'stat'", hint: /'state'/, column: 4},
  {given: {path: '/a', zzz: 1}, what: "thing has no parameter 'zzz'", hint: /It takes: any, count/},
  {given: {}, what: "thing needs 'path'", hint: /Where/, column: 5},
  {given: {path: null}, what: "thing needs 'path'"},
  {given: {path: '/a', dest: '/b'}, what: "thing: 'path' and 'dest' are the same parameter"},
  {
    given: {path: '/a', state: 'presnt'},
    what: "thing: state is 'presnt', which is none of present, absent",
    hint: /'present'/,
    column: 5,
  },
  {given: {path: '/a', force: 'maybe'}, what: "thing: force is 'maybe', not true or false"},
  {given: {path: '/a', count: 1.5}, what: 'thing: count is 1.5, not a whole number'},
  {given: {path: '/a', extra: [1]}, what: 'thing: extra is [1], not a mapping'},
  {given: {dest: ['/a']}, what: 'thing: dest is ["/a"], not a string', column: 4},
  {
    given: {path: '/a', mode: 'rw'},
    what: "thing: mode is 'rw', which is no mode; write octal in quotes ('0644') or symbolic ('u=rw,g=r')",
  },
  {
    given: {path: '/a', items: [{name: 1}, {nam: 'x'}]},
    what: 'thing: items.1.name is missing; thing: items.1 has unknown keys: nam',
  },
  {given: {path: '/a', password: ['s3cret']}, what: 'thing: password is (secret), not a string'},
  {given: {path: '/a', count: 1, force: true}, what: 'thing: count and force exclude each other', column: 5},
];

for (const {given, what, hint, column} of faults)
  test(`refused: ${JSON.stringify(given)}`, (t) => {
    const error = t.throws(() => validate(given), {instanceOf: ParamsError});
    t.true(error.what.startsWith(what), error.what);
    if (hint) t.regex(error.hint ?? '', hint);
    if (column !== undefined) t.is(error.where?.column, column);
    t.false(error.what.includes('s3cret'));
  });

test('secrets are found at any depth', (t) => {
  const [one, two] = [new Secret('one'), new Secret('two')];
  t.deepEqual(secretsIn({a: one, b: [{c: two}], d: 'plain', e: null}), [one, two]);
});

test('a schema that takes anything takes anything', (t) => {
  t.true(shapeOf(z.record(z.string(), z.unknown())).open);
  t.true(shapeOf(z.looseObject({})).open);
  t.false(shapeOf(module.params).open);
  t.deepEqual(
    shapeOf(module.params)
      .params.filter(({required}) => required)
      .map(({name}) => name),
    ['path'],
  );
});

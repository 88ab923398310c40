import test from 'ava';
import {parseYaml, templateContext} from '../../test/support/template_context.js';
import {TemplateError} from '../errors/index.js';
import {createTemplateEngine} from './index.js';

const engine = createTemplateEngine({parseYaml});

const render = (
  text: string,
  variables: Readonly<Record<string, unknown>> = {},
  data: readonly string[] = [],
): unknown => engine.render(text, templateContext({variables, data}));

const names = [
  'constructor',
  '__proto__',
  'prototype',
  'hasOwnProperty',
  'toString',
  'valueOf',
  '__class__',
  '__globals__',
  '__lookupGetter__',
  'call',
  'bind',
  'caller',
];
const values: Readonly<Record<string, unknown>> = {d: {a: 1}, l: [1], s: 'x', n: 1, b: true, f: 1.5};

for (const name of names)
  test(`nothing of JavaScript is reached through '${name}'`, (t) => {
    for (const owner of [...Object.keys(values), 'range', 'lookup', 's.upper', 'none', '(1, 2)', 'namespace()'])
      for (const text of [
        `{{ ${owner}.${name} is defined }}`,
        `{{ ${owner}['${name}'] is defined }}`,
        `{{ [${owner}] | map(attribute='${name}') | select('defined') | list | length > 0 }}`,
      ])
        t.is(render(text, values), false, text);
    t.throws(() => render(`{{ ${name} }}`), {instanceOf: TemplateError});
  });

test('such names are ordinary keys', (t) => {
  const made = render("{{ {'__proto__': {'polluted': 1}, 'constructor': 2} }}") as Record<string, unknown>;
  t.deepEqual(Object.keys(made), ['__proto__', 'constructor']);
  t.is(({} as Record<string, unknown>).polluted, undefined);
  t.is(render("{{ {'a': 1} | combine({'__proto__': {'polluted': 1}}) | length }}"), 2);
  t.is(render('{{ \'{"__proto__": {"polluted": 1}}\' | from_json | list | first }}'), '__proto__');
  t.is(({} as Record<string, unknown>).polluted, undefined);
  t.is(render("{{ x['__proto__'] }}", {x: JSON.parse('{"__proto__": "own"}')}), 'own');
});

test('formats reach no attributes', (t) => {
  t.throws(() => render("{{ '{0.__class__}'.format(1) }}"), {instanceOf: TemplateError});
  t.throws(() => render("{{ '{0.length}'.format('abc') }}"), {instanceOf: TemplateError});
});

const costly = [
  '{{ range(1000000000) | list }}',
  "{{ 'x' * 1000000000 }}",
  '{{ [1] * 1000000000 }}',
  '{{ 10 ** 10000000 }}',
  "{{ '%1000000000d' % 1 }}",
  "{{ '{:1000000000}'.format(1) }}",
  '{{ range(1000) | product(range(1000), range(1000)) | list | length }}',
  '{{ range(40) | permutations | list | length }}',
  "{{ query('sequence', 'start=1 end=1000000000') }}",
  '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
];

for (const text of costly)
  test(`refused: ${text}`, (t) => void t.throws(() => render(text), {instanceOf: TemplateError}));

test('nesting without end is an error, not a crash', (t) => {
  const deep = 5000;
  for (const text of [
    `{{ ${'('.repeat(deep)}1${')'.repeat(deep)} }}`,
    `{{ ${'['.repeat(deep)}${']'.repeat(deep)} }}`,
    `{{ ${'not '.repeat(deep)}1 }}`,
    `{{ ${'-'.repeat(deep)}1 }}`,
    `{{ ${'1 if 1 else '.repeat(deep)}2 }}`,
    `${'{% if 1 %}'.repeat(deep)}${'{% endif %}'.repeat(deep)}`,
    `{{ a${'.b'.repeat(20_000)} is defined }}`,
  ])
    t.notThrows(
      () => {
        try {
          render(text);
        } catch (error) {
          if (!(error instanceof TemplateError)) throw error;
        }
      },
      text.slice(0, 30),
    );
  const chain = Object.fromEntries(Array.from({length: 500}, (_unused, index) => [`v${index}`, `{{ v${index + 1} }}`]));
  const error = t.throws(() => render('{{ v0 }}', chain), {instanceOf: TemplateError});
  t.regex(error?.what ?? '', /need each other 100 deep/);
});

test('a value that contains itself is an error', (t) => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  for (const text of ['{{ loop_ | to_json }}', '{{ loop_ | to_nice_yaml }}', '{{ loop_ }}'])
    t.throws(() => render(text, {loop_: loop}, ['loop_']), {instanceOf: TemplateError}, text);
  t.notThrows(() => render('{{ loop_ | string }}', {loop_: loop}, ['loop_']));
});

test('templates change copies of variables, never the variables', (t) => {
  const list = [1, 2];
  const dict = {a: [1]};
  const text =
    '{% set _ = list.append(3) %}{% set _ = dict.a.append(2) %}{% set _ = dict.update({"b": 1}) %}{{ list }} {{ dict }}';
  t.is(render(text, {list, dict}, ['list', 'dict']), "[1, 2, 3] {'a': [1, 2], 'b': 1}");
  t.deepEqual([list, dict], [[1, 2], {a: [1]}]);
  t.throws(() => render("{{ [dict] | map('combine', {'x': 1}) | list and dict['a'].__iadd__ }}", {dict}), {
    instanceOf: TemplateError,
  });
});

test('hostile patterns in whitespace handling stay linear', (t) => {
  const blanks = ' '.repeat(50_000);
  t.is(render(`a${blanks}{{- 'b' }}`), 'ab');
  t.is(render("{{ (x ~ 'y') | trim | length }}", {x: blanks}), 1);
  t.is(render("{{ ('a' ~ x ~ 'b') | trim | length }}", {x: blanks}), 50_002);
});

import test from 'ava';
import {parseYaml} from '../../test/support/template_context.js';
import {TemplateError} from '../errors/index.js';
import {createTemplateEngine} from './index.js';

const engine = createTemplateEngine({parseYaml});

const cases: readonly (readonly [unknown, 'text' | 'expression' | 'file', readonly string[], readonly string[]])[] = [
  ['plain', 'text', [], []],
  ['{{ a.b[c] | default(d) }}', 'text', ['a', 'c', 'd'], []],
  [{x: ['{{ a }}', {'{{ k }}': 'b {{ b }}'}]}, 'text', ['a', 'b', 'k'], []],
  ['r.rc == 0 and x is defined', 'expression', ['r', 'x'], []],
  [
    '{% for h in hosts if h.up %}{{ h.name }}{{ loop.index }}{{ z }}{% endfor %}{{ h }}',
    'text',
    ['h', 'hosts', 'z'],
    [],
  ],
  ['{% set a = 1 %}{{ a }}{{ b }}', 'text', ['b'], []],
  ['{% if c %}{% set a = 1 %}{% endif %}{{ a }}', 'text', ['a', 'c'], []],
  ['{% macro m(p, q=d) %}{{ p }}{{ q }}{{ g }}{% endmacro %}{{ m(1) }}', 'file', ['d', 'g'], []],
  ['{% with a = x %}{{ a }}{% endwith %}{{ a }}', 'text', ['a', 'x'], []],
  ["{{ lookup('pipe', cmd) }}", 'text', ['cmd'], ['pipe']],
  ["{{ query('ansible.builtin.password', 'p') }}{{ now() }}", 'text', [], ['now', 'password']],
  ["{{ lookup(which, 'x') }}", 'text', ['which'], ['lookup']],
  ["{{ [1, 2] | random }}{{ 'x' | password_hash }}", 'text', [], ['password_hash', 'random']],
  ["{{ lookup('env', 'HOME') }}{{ lookup('file', f) }}", 'text', ['f'], []],
  ['{{ omit }}{{ range(3) }}{{ dict(a=b) }}', 'text', ['b'], []],
];

for (const [text, kind, variables, impure] of cases)
  test(`${kind} ${JSON.stringify(text)}`, (t) =>
    t.deepEqual(engine.parseOnly(text, kind), {variables: [...variables], impure: [...impure]}));

test('wrong syntax and unknown names are errors with a caret', (t) => {
  const where = {file: 'a.yml', line: 2, column: 3};
  for (const [text, message] of [
    ['{{ a | nosuch }}', /no filter 'nosuch'/],
    ['{{ a is nosuch }}', /no test 'nosuch'/],
    ["{{ lookup('nosuch') }}", /no lookup 'nosuch'/],
    ['{{ a', /not closed/],
    ['{% if a %}', /'endif' is missing/],
  ] as const) {
    const error = t.throws(() => engine.parseOnly(text, 'text', where), {instanceOf: TemplateError});
    t.regex(error?.what ?? '', message);
    t.deepEqual(error?.where, where);
    t.true(error?.excerpt?.endsWith('^'));
  }
});

/** Rules that hold for any data, tried on random data. */

import test from 'ava';
import fc from 'fast-check';
import {parseYaml, templateContext} from '../../test/support/template_context.js';
import {parseYamlValue} from '../yaml/index.js';
import {readJson} from './filters/json_read.js';
import {createTemplateEngine, toPlain} from './index.js';
import {pyEquals} from './python/equality.js';
import {pyRepr} from './python/repr.js';

const engine = createTemplateEngine({parseYaml});

const evaluate = (expression: string, variables: Readonly<Record<string, unknown>> = {}): unknown =>
  engine.render(`{{ ${expression} }}`, templateContext({variables, data: Object.keys(variables)}));

/** Text without lone surrogates, which no encoding can carry. */
const text = fc.string({unit: 'binary', maxLength: 20}).filter((value) => Buffer.from(value).toString() === value);

const data = fc.letrec((tie) => ({
  value: fc.oneof(
    {maxDepth: 4},
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.double({noNaN: true, noDefaultInfinity: true}).filter((value) => !Number.isInteger(value)),
    fc.array(tie('value'), {maxLength: 4}),
    fc.dictionary(
      text.filter((key) => !/^\d+$/.test(key) && key !== '__proto__'),
      tie('value'),
      {maxKeys: 4, noNullPrototype: true},
    ),
  ),
})).value;

test('a value passes through a template unchanged', (t) => {
  fc.assert(fc.property(data, (value) => void t.deepEqual(evaluate('x', {x: value}), value)));
});

test('text of a playbook without delimiters is never touched', (t) => {
  const plain = text.filter((value) => !/\{[{%#]/.test(value) && !value.startsWith('#jinja2:'));
  fc.assert(fc.property(plain, (value) => void t.is(engine.render(value, templateContext()), value)));
});

test('JSON written is JSON read', (t) => {
  fc.assert(
    fc.property(data, (value) => {
      const written = evaluate('x | to_json', {x: value});
      t.deepEqual(JSON.parse(String(written)), value);
      t.true(evaluate('x | to_nice_json | from_json == x', {x: value}) === true);
    }),
  );
});

test('our JSON reader agrees with the built-in one', (t) => {
  fc.assert(
    fc.property(fc.json(), (source) => {
      const wanted: unknown = JSON.parse(source);
      t.deepEqual(JSON.stringify(toPlain(readJson(source))), JSON.stringify(toPlain(wanted)));
    }),
  );
});

test('YAML written is YAML read, at any width and indentation', (t) => {
  const options = fc.record({
    indent: fc.integer({min: 2, max: 9}),
    width: fc.integer({min: 25, max: 200}),
    nice: fc.boolean(),
  });
  fc.assert(
    fc.property(data, options, (value, {indent, width, nice}) => {
      const written = evaluate(`x | ${nice ? 'to_nice_yaml' : 'to_yaml'}(indent=${indent}, width=${width})`, {
        x: value,
      });
      t.true(pyEquals(parseYamlValue(String(written)), value), String(written));
    }),
  );
});

test("a literal of Python's repr reads back as the value", (t) => {
  fc.assert(
    fc.property(data, (value) => {
      const context = templateContext();
      // A file's strings have Python's escapes; the value must not be mistaken for delimiters.
      const source = pyRepr(value).replaceAll('{', '{ ').replaceAll('}', ' }');
      if (/['"][^'"]*[{}][^'"]*['"]/.test(source)) return;
      t.is(
        engine.renderFile(`{{ ${source} | to_json }}`, context, {file: '/x'}),
        String(evaluate('x | to_json', {x: value})),
      );
    }),
  );
});

/** Python's slice, worked out index by index. */
function reference<T>(items: readonly T[], start: number | null, stop: number | null, step: number): T[] {
  const length = items.length;
  const bound = (value: number | null, otherwise: number): number => {
    if (value === null) return otherwise;
    const shifted = value < 0 ? value + length : value;
    return step > 0 ? Math.min(Math.max(shifted, 0), length) : Math.min(Math.max(shifted, -1), length - 1);
  };
  const taken: T[] = [];
  const [first, last] = [bound(start, step > 0 ? 0 : length - 1), bound(stop, step > 0 ? length : -1)];
  for (let index = first; step > 0 ? index < last : index > last; index += step) {
    const item = items[index];
    if (item !== undefined) taken.push(item);
  }
  return taken;
}

test('slices of lists and texts', (t) => {
  const bound = fc.option(fc.integer({min: -12, max: 12}), {nil: null});
  const step = fc.integer({min: -4, max: 4}).filter((value) => value !== 0);
  fc.assert(
    fc.property(fc.array(fc.integer(), {maxLength: 9}), text, bound, bound, step, (items, word, start, stop, by) => {
      const slice = `[${start ?? ''}:${stop ?? ''}:${by}]`;
      t.deepEqual(evaluate(`x${slice}`, {x: items}), reference(items, start, stop, by));
      t.is(evaluate(`x${slice}`, {x: word}), reference([...word], start, stop, by).join(''));
    }),
  );
});

test('whole numbers are exact, however large', (t) => {
  const whole = fc.bigInt({min: -(2n ** 80n), max: 2n ** 80n});
  fc.assert(
    fc.property(whole, whole, (a, b) => {
      const exact = (expression: string): bigint => BigInt(String(evaluate(expression, {a, b})));
      t.is(exact('a + b'), a + b);
      t.is(exact('a * b'), a * b);
      if (b === 0n) return;
      const quotient = exact('a // b');
      const rest = exact('a % b');
      t.is(quotient * b + rest, a);
      t.true(rest === 0n || rest < 0n === b < 0n);
    }),
  );
});

test('sorting agrees with comparing, and keeps equal items in their order', (t) => {
  fc.assert(
    fc.property(fc.array(fc.record({k: fc.integer({min: 0, max: 3}), n: fc.integer()})), (items) => {
      const sorted = evaluate("x | sort(attribute='k')", {x: items}) as typeof items;
      const wanted = items
        .map((item, index) => ({item, index}))
        .sort((a, b) => a.item.k - b.item.k || a.index - b.index);
      t.deepEqual(
        sorted,
        wanted.map(({item}) => item),
      );
    }),
  );
});

test('splitting and joining are opposites', (t) => {
  fc.assert(
    fc.property(
      text,
      text.filter((value) => value !== ''),
      (word, mark) => {
        t.is(evaluate('m.join(w.split(m))', {w: word, m: mark}), word);
        t.is(evaluate('(w | b64encode | b64decode) == w', {w: word}), true);
        t.is(evaluate("(w | regex_replace('x', 'y')) == w.replace('x', 'y')", {w: word}), true);
        t.is(evaluate('(m | regex_escape) is string and m is match(m | regex_escape)', {m: mark}), true);
      },
    ),
  );
});

test('random templates never crash: they give a value or a template error', (t) => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '#}',
    ' a ',
    ' if ',
    ' for ',
    ' in ',
    ' endif ',
    ' endfor ',
    "'x'",
    '(',
    ')',
    '[',
    ']',
    '|',
    'upper',
    '.',
    '1',
    '-',
    '~',
    ' is ',
    ' not ',
    ' set ',
    '=',
    '\n',
    ':',
    ',',
    'raw',
    'endraw',
    'else',
  );
  fc.assert(
    fc.property(fc.array(piece, {maxLength: 14}), (pieces) => {
      try {
        engine.render(pieces.join(''), templateContext({variables: {a: [1]}}));
      } catch (error) {
        t.true(error instanceof Error && 'what' in error, String(error));
      }
      t.pass();
    }),
    {numRuns: 2000},
  );
});

import test from 'ava';
import fc from 'fast-check';
import {dump} from 'js-yaml';
import {tempFiles} from '../../test/support/temp_files.js';
import {YamlError} from '../errors/index.js';
import {
  PositionMap,
  parseYaml,
  parseYamlValue,
  parseYamlValues,
  readYamlFile,
  UnsafeString,
  VaultString,
} from './index.js';

const at = (text: string, ...path: (string | number)[]): string => {
  const document = parseYaml(text, {file: 'f'});
  let container: unknown = document.value;
  for (const step of path.slice(0, -1)) container = (container as Record<string | number, unknown>)[step];
  const {line, column} = document.at(container as object, path.at(-1));
  return `${line}:${column}`;
};

test('members know where they stand', (t) => {
  const text = 'a: 1\nb:\n  - x\n  - {c: "d"}\ne: |\n  line one\nf:\ng: !!str 5\n';
  t.is(at(text, 'a'), '1:4');
  t.is(at(text, 'b'), '3:3');
  t.is(at(text, 'b', 0), '3:5');
  t.is(at(text, 'b', 1, 'c'), '4:9');
  t.is(at(text, 'e'), '6:3');
  t.is(at(text, 'f'), '7:2');
  t.is(at(text, 'g'), '8:10');
  const document = parseYaml(text, {file: 'f'});
  t.deepEqual(document.keyAt(document.value as object, 'e'), {file: 'f', line: 5, column: 1});
});

test('positions of one run are shared', (t) => {
  const positions = new PositionMap();
  const first = parseYaml('a: 1', {file: 'one', positions}).value as object;
  const second = parseYaml('\na: 1', {file: 'two', positions}).value as object;
  t.deepEqual(positions.at(first, 'a'), {file: 'one', line: 1, column: 4});
  t.deepEqual(positions.at(second, 'a'), {file: 'two', line: 2, column: 4});
  t.is(positions.at({}), undefined);
});

test('merge keys: own members win, earlier sources win over later ones, and keep their place', (t) => {
  const text = 'x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  c: 3\n';
  const document = parseYaml(text, {file: 'f'});
  const {z} = document.value as {z: object};
  t.deepEqual(z, {b: 1, c: 3, a: 1});
  t.is(document.at(z, 'a').line, 1);
  t.is(document.at(z, 'c').line, 5);
  t.deepEqual(document.warnings, []);
});

test('a key that stands twice draws a warning, and the last one counts', (t) => {
  const document = parseYaml('a: 1\nb: 2\na: 3\n', {file: 'f'});
  t.deepEqual(document.value, {a: 3, b: 2});
  t.deepEqual(document.warnings, [
    {
      what: "the key 'a' stands twice in one mapping (first on line 1); the last one counts",
      where: {file: 'f', line: 3, column: 1},
    },
  ]);
});

test('sealed and unsafe values are marked', (t) => {
  const value = parseYamlValue(
    'a: !vault |\n  $ANSIBLE_VAULT\n  00\nb: !unsafe "{{ x }}"\nc: !unsafe [y, {d: z}]\n',
  ) as Record<string, unknown>;
  t.true(value.a instanceof VaultString);
  t.is((value.a as VaultString).sealed, '$ANSIBLE_VAULT\n00\n');
  t.deepEqual(value.b, new UnsafeString('{{ x }}'));
  t.deepEqual(value.c, [new UnsafeString('y'), {d: new UnsafeString('z')}]);
});

test('keys that are no text become text as in Python', (t) => {
  t.deepEqual(parseYamlValue('{True: 1, null: 2, 80: 3, 1.0: 4, yes: 5}'), {80: 3, True: 5, None: 2, '1.0': 4});
});

test('__proto__ is an ordinary key', (t) => {
  const value = parseYamlValue('__proto__: {a: 1}\nb: 2\n') as object;
  t.deepEqual(Object.keys(value), ['__proto__', 'b']);
  t.is(Object.getPrototypeOf(value), Object.prototype);
});

/** What PyYAML accepts and YAML 1.2 does not: continued lines at column 0. */
const lenient: readonly (readonly [string, unknown])[] = [
  ['a: "{{ x\n}}"\nb: 1\n', {a: '{{ x }}', b: 1}],
  ["a: 'one\ntwo'\nb: 1\n", {a: 'one two', b: 1}],
  ['a: [\n1,\n2\n]\nb: 1\n', {a: [1, 2], b: 1}],
  ['- a: {\nb: 1\n}\n- c\n', [{a: {b: 1}}, 'c']],
];
for (const [text, expected] of lenient) {
  test(`accepted as PyYAML does: ${JSON.stringify(text)}`, (t) => {
    t.deepEqual(parseYamlValue(text), expected);
  });
}

test('positions after lines that were indented anew are those of the file', (t) => {
  t.is(at('a: "x\n}}"\nb:\n  c: 1\n', 'b', 'c'), '4:6');
});

/** The end of a block without a final line break, as PyYAML reads it. */
const blocks: readonly (readonly [string, string])[] = [
  ['|\n  x', 'x'],
  ['|\n  x\n', 'x\n'],
  ['|\n  x\n\n\n', 'x\n'],
  ['|+\n  x\n\n', 'x\n\n'],
  ['|-\n  x\n', 'x'],
  ['>\n  x\n  y\n', 'x y\n'],
  ['|\n  x\n  ', 'x\n'],
];
for (const [block, expected] of blocks) {
  test(`the block ${JSON.stringify(block)} is ${JSON.stringify(expected)}`, (t) => {
    t.deepEqual(parseYamlValue(`a: ${block}`), {a: expected});
  });
}

test('several documents are read, one is expected of a file', (t) => {
  t.deepEqual(parseYamlValues('a: 1\n---\nb: 2\n'), [{a: 1}, {b: 2}]);
  t.is(parseYamlValue(''), null);
  t.is(parseYamlValue('# nothing\n'), null);
  const error = t.throws(() => parseYaml('a: 1\n---\nb: 2\n', {file: 'f'}), {instanceOf: YamlError});
  t.is(error.where?.line, 3);
});

test('a file is read through its decoder, and a missing one says so', (t) => {
  const folder = tempFiles(t, {'a.yml': 'SEALED'});
  t.deepEqual(readYamlFile(`${folder}/a.yml`, {decode: (text) => (text === 'SEALED' ? 'a: 1' : text)}).value, {a: 1});
  t.throws(() => readYamlFile(`${folder}/b.yml`), {instanceOf: YamlError, message: /b\.yml cannot be read/});
});

test('nested aliases cannot grow without bound', (t) => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 12; i++)
    lines.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  t.throws(() => parseYaml(lines.join('\n'), {file: 'f'}), {instanceOf: YamlError, message: /stand for more than/});
});

const tricky = fc.oneof(
  fc.string({unit: 'grapheme', maxLength: 12}),
  fc.constantFrom(
    'yes',
    '0644',
    '12:30',
    '1_000',
    '~',
    '<<',
    '- a',
    'a: b',
    '{{ x }}',
    '#c',
    "it's",
    '"q"',
    ' lead',
    'trail ',
    'a\nb',
    'a\n\n b\n',
    '',
    '!x',
    '&a',
    '*a',
    '=',
    '1.0',
    '.inf',
  ),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof({depthSize: 'small'}, tricky, fc.boolean(), fc.integer(), fc.constant(null), tie('list'), tie('map')),
  list: fc.array(tie('any'), {maxLength: 4}),
  map: fc.dictionary(
    tricky.filter((key) => key !== '__proto__'),
    tie('any'),
    {maxKeys: 4},
  ),
})).any;

test('data written as YAML is read back as it was', (t) => {
  fc.assert(
    fc.property(value, fc.constantFrom(-1, 0, 1), (data, flowLevel) => {
      t.deepEqual(parseYamlValue(dump({data}, {flowLevel, noRefs: true})), {data});
    }),
  );
});

test('every text either reads or fails with a place in it', (t) => {
  const piece = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    '|',
    '>',
    '#',
    '&x ',
    '*x',
    '!t ',
    '{{',
    '}}',
    '\t',
    ',',
    '%',
    '?',
    '---\n',
  );
  fc.assert(
    fc.property(fc.array(piece, {maxLength: 14}), (pieces) => {
      const text = pieces.join('');
      try {
        parseYaml(text, {file: 'f'});
        return true;
      } catch (error) {
        return error instanceof YamlError && error.where !== undefined && error.where.line <= text.split('\n').length;
      }
    }),
    {numRuns: 2000},
  );
  t.pass();
});

import test from 'ava';
import {describeError, PlaybookError} from '../errors/index.js';
import {commandOptions, parseFreeForm} from './free_form.js';

const where = {file: 'f', line: 1, column: 1};

/** Text of a command, what stays of it, and the options taken out; as ansible.parsing.splitter.parse_kv has it. */
const commands: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['echo hi', 'echo hi', {}],
  ['touch /a creates=/a', 'touch /a', {creates: '/a'}],
  ['chdir="/a b" make -j 2 removes=/x', 'make -j 2', {chdir: '/a b', removes: '/x'}],
  ['FOO=bar run --opt=val', 'FOO=bar run --opt=val', {}],
  ['echo "creates=/a b"', 'echo "creates=/a b"', {}],
  ['echo {{ x | default("a b") }} creates={{ y }}', 'echo {{ x | default("a b") }}', {creates: '{{ y }}'}],
  ['a |\n  b', 'a |\n  b', {}],
  ['a  b   c', 'a  b   c', {}],
  ["awk '{print $1}' f", "awk '{print $1}' f", {}],
  ['{% if a %}x y{% endif %} z', '{% if a %}x y{% endif %} z', {}],
];
for (const [text, rest, options] of commands) {
  test(`the command ${JSON.stringify(text)}`, (t) => {
    t.deepEqual(parseFreeForm(text, where, commandOptions), {text: rest, options});
  });
}

const pairs: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['src=/a dest=/b mode=0644', '', {src: '/a', dest: '/b', mode: '0644'}],
  ['msg="two words" x=\'y z\'', '', {msg: 'two words', x: 'y z'}],
  ['msg={{ a == b }}', '', {msg: '{{ a == b }}'}],
  ['msg="{{ a }} and {{ b }}"', '', {msg: '{{ a }} and {{ b }}'}],
  ['x=y=z', '', {x: 'y=z'}],
  ['msg="a\\tb"', '', {msg: 'a\tb'}],
  ['flush_handlers', 'flush_handlers', {}],
  ['file.yml name=x', 'file.yml', {name: 'x'}],
  ['{{ name }}.yml', '{{ name }}.yml', {}],
  ['a\\=b', 'a=b', {}],
];
for (const [text, rest, options] of pairs) {
  test(`the pairs ${JSON.stringify(text)}`, (t) => {
    t.deepEqual(parseFreeForm(text, where), {text: rest, options});
  });
}

test('what is open at the end is told', (t) => {
  const quote = t.throws(() => parseFreeForm('echo "a', where), {instanceOf: PlaybookError});
  t.deepEqual(describeError(quote), [
    "a quote in '\"a' is not closed",
    '  at f:1:1',
    '  hint: quote the whole value, or write the parameters as a mapping on lines of their own',
  ]);
  t.throws(() => parseFreeForm('x={{ a', where), {message: "'}}' is missing in 'x={{ a'"});
});

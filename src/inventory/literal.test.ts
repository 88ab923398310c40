import test from 'ava';
import {YamlFloat} from '../yaml/index.js';
import {literalOr} from './literal.js';
import {splitWords} from './words.js';

/** Text and what Python's literal_eval makes of it; what it refuses stays text. */
const golden: readonly (readonly [string, unknown])[] = [
  ['5', 5],
  ['-3', -3],
  ['- 3', -3],
  ['+4', 4],
  ['0', 0],
  ['00', 0],
  ['08', '08'],
  ['0644', '0644'],
  ['0x1f', 31],
  ['0o17', 15],
  ['0b11', 3],
  ['1_000', 1000],
  ['1__0', '1__0'],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['5.', new YamlFloat(5)],
  ['1e3', new YamlFloat(1000)],
  ['12345678901234567890', 12345678901234567890n],
  ['True', true],
  ['False', false],
  ['None', null],
  ['true', 'true'],
  ['yes', 'yes'],
  ['', ''],
  ['web', 'web'],
  ['"a b"', 'a b'],
  ["'it\\'s'", "it's"],
  ['"a\\tb\\x41\\u00fc"', 'a\tbAü'],
  ['\'a\' "b"', 'ab'],
  ["r'\\d'", '\\d'],
  ['"open', '"open'],
  ['[1, "a", [True]]', [1, 'a', [true]]],
  ['[1,]', [1]],
  ['[]', []],
  ['[1 2]', '[1 2]'],
  ['(1, 2)', [1, 2]],
  ['(1)', 1],
  ['(1,)', [1]],
  ['()', []],
  ['1,2', [1, 2]],
  ['1,', [1]],
  ['1,,2', '1,,2'],
  ["{'a': 1, 2: 'b'}", {a: 1, '2': 'b'}],
  ['{}', {}],
  ['{1, 2}', [1, 2]],
  ["{'a': 1, 2}", "{'a': 1, 2}"],
  ['5 # tail', 5],
  ['# all', '# all'],
  ['1 + 2', '1 + 2'],
  ['{{ x }}', '{{ x }}'],
  ['10.0.0.1', '10.0.0.1'],
];
for (const [text, expected] of golden) {
  test(`'${text}' as Python reads it`, (t) => {
    t.deepEqual(literalOr(text), expected);
  });
}

const lines: readonly (readonly [string, readonly string[] | undefined])[] = [
  ['web a=1 b="two words"', ['web', 'a=1', 'b=two words']],
  ["web a='x y' # tail", ['web', 'a=x y']],
  ['web a=\\"x\\"', ['web', 'a="x"']],
  ['web a="\\"q\\" \\n"', ['web', 'a="q" \\n']],
  ["web a='\\n'", ['web', 'a=\\n']],
  ['web a=""', ['web', 'a=']],
  ['web a="open', undefined],
  ['', []],
];
for (const [line, expected] of lines) {
  test(`the words of: ${line}`, (t) => {
    t.deepEqual(splitWords(line), expected);
  });
}

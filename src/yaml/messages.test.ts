import test from 'ava';
import {describeError, YamlError} from '../errors/index.js';
import {parseYaml} from './index.js';

/** The whole of what a person sees. */
const mistakes: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'an unquoted template',
    'a: {{ x }}/y\n',
    [
      'this does not fit into the mapping around it',
      '  at f:1:11',
      '  | a: {{ x }}/y',
      '  |           ^',
      '  hint: a value that begins with {{ must be quoted as a whole: "{{ name }}/more"',
    ],
  ],
  [
    'a template alone',
    'a: {{ x }}\n',
    [
      'a mapping or list cannot be a key',
      '  at f:1:5',
      '  hint: a value that begins with {{ must be quoted: "{{ name }}"',
    ],
  ],
  [
    'a tab',
    'a:\n\tb: 1\n',
    ['a tab stands where YAML wants spaces', '  at f:2:1', '  |  b: 1', '  | ^', '  hint: indent with spaces only'],
  ],
  [
    'a colon in a value',
    'msg: say: this\n',
    [
      'this does not fit into the mapping around it',
      '  at f:1:9',
      '  | msg: say: this',
      '  |         ^',
      '  hint: a value with a colon followed by a space must be quoted',
    ],
  ],
  [
    'half a value quoted',
    'a: "{{ x }}"/y\n',
    [
      'this does not fit into the mapping around it',
      '  at f:1:13',
      '  | a: "{{ x }}"/y',
      '  |             ^',
      '  hint: quote the whole value, not only its beginning',
    ],
  ],
  [
    'bad indentation',
    'a: 1\n  b: 2\n',
    [
      'this does not fit into the mapping around it',
      '  at f:2:4',
      '  |   b: 2',
      '  |    ^',
      '  hint: members of one mapping or list begin in the same column; compare with the lines above',
    ],
  ],
  [
    'no space after a colon',
    'key:value\nb: 1\n',
    [
      'this line does not fit what stands above it',
      '  at f:2:2',
      '  | b: 1',
      '  |  ^',
      '  hint: a space is needed after the colon',
    ],
  ],
  [
    'an open quote',
    'a: 1\nb: "x\nc: 2\n',
    ['a double quote that opens here is never closed', '  at f:2:4', '  | b: "x', '  |    ^'],
  ],
  [
    'an open bracket',
    'a: 1\nb: [1, 2\nc: 2\n',
    ['a bracket that opens here is never closed', '  at f:2:4', '  | b: [1, 2', '  |    ^'],
  ],
  [
    'a backslash in quotes',
    'a: "\\s"\n',
    [
      'a backslash sequence in double quotes that YAML does not know',
      '  at f:1:6',
      '  | a: "\\s"',
      '  |      ^',
      '  hint: write the backslash twice, or use single quotes',
    ],
  ],
  [
    'an at sign',
    'a: @x\n',
    [
      'this does not fit into the mapping around it',
      '  at f:1:4',
      '  | a: @x',
      '  |    ^',
      "  hint: a value that begins with '@' must be quoted",
    ],
  ],
  [
    'an asterisk',
    'a: *.log\n',
    [
      "the alias '*.log' names no anchor",
      '  at f:1:4',
      '  hint: if the text is meant to begin with an asterisk, quote it: "*.log"',
    ],
  ],
  [
    'a tag nobody knows',
    'a: !secret x\n',
    [
      "the tag '!secret' is not known",
      '  at f:1:12',
      "  hint: the tags are !vault, !unsafe and YAML's own (!!str, !!int ...); text that begins with '!' must be quoted",
    ],
  ],
  ['a text that is no int', 'a: !!int x\n', ["'x' is no !!int", '  at f:1:10']],
  ['an alias inside itself', 'a: &a [*a]\n', ["the alias '*a' stands inside the very thing it names", '  at f:1:8']],
];
for (const [name, text, lines] of mistakes) {
  test(`the message for ${name}`, (t) => {
    const error = t.throws(() => parseYaml(text, {file: 'f'}), {instanceOf: YamlError});
    t.deepEqual(describeError(error), lines);
  });
}

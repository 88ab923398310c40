import test, {type ExecutionContext} from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {describeError, QuorateError} from '../errors/index.js';
import {type Inventory, loadInventory} from './index.js';

const load = (folder: string, source: string): Promise<Inventory> => loadInventory([source], {cwd: folder});

const message = async (t: ExecutionContext, files: Record<string, string>, source = 'hosts.yml'): Promise<string[]> => {
  const folder = tempFiles(t, files);
  const error = await t.throwsAsync(load(folder, source), {instanceOf: QuorateError});
  return describeError(error).map((line) => line.replaceAll(`${folder}/`, ''));
};

/** A broken inventory and the whole of what a person sees. */
const mistakes: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'hosts as a list',
    'g:\n  hosts:\n    - h1\n',
    [
      "hosts of group 'g' is a list, not a mapping",
      '  at hosts.yml:3:5',
      "  hint: write each on a line of its own with a colon after it and no dash: 'name:'",
    ],
  ],
  [
    'a misspelt section',
    'g:\n  host:\n    h1:\n',
    ["'host' is no part of a group (in group 'g')", '  at hosts.yml:2:3', "  hint: did you mean 'hosts'?"],
  ],
  [
    'a group under hosts',
    'all:\n  hosts:\n    server:\n      hosts:\n        s1:\n',
    [
      "'server' stands under hosts but has hosts of its own, as a group has",
      '  at hosts.yml:3:5',
      '  hint: put groups below children:',
    ],
  ],
  [
    'a host with a bare value',
    'g:\n  hosts:\n    h1: 10.0.0.1\n',
    [
      "the host 'h1' has '10.0.0.1' below it, not a mapping of variables",
      '  at hosts.yml:3:5',
      '  hint: write its variables as `name: value` lines, or nothing',
    ],
  ],
  [
    'a circle of groups',
    'a:\n  children:\n    b:\n      children:\n        a:\n',
    ['the groups form a circle: a > b > a', '  at hosts.yml:5:9', '  hint: a group cannot be its own descendant'],
  ],
  [
    'a list of hosts',
    '- h1\n- h2\n',
    [
      'an inventory is a mapping of groups, this file holds a list',
      '  at hosts.yml:1:1',
      '  hint: begin with a group: `all:` and below it `hosts:`',
    ],
  ],
  [
    'a group that is a text',
    'g: [h1]\n',
    [
      "the group 'g' is a list, not a mapping",
      '  at hosts.yml:1:1',
      '  hint: below a group stand hosts:, children: and vars:',
    ],
  ],
  [
    'a plugin',
    'plugin: aws_ec2\n',
    [
      "this file asks for the inventory plugin 'aws_ec2', and plugins are not supported",
      '  at hosts.yml:1:1',
      '  hint: use an executable script that prints JSON for --list instead',
    ],
  ],
  [
    'a bad range',
    'g: {hosts: {"n[5:1]": }}\n',
    [
      "the range [5:1] in 'n[5:1]' ends before it begins",
      '  at hosts.yml:1:13',
      '  hint: ranges are [1:5], [01:10], [1:9:2] or [a:f]; both ends count',
    ],
  ],
  [
    'all as a child',
    'g: {children: {all: }}\n',
    ["'all' holds every group and cannot be a child of 'g'", '  at hosts.yml:1:16'],
  ],
];
for (const [name, text, lines] of mistakes) {
  test(`the message for ${name}`, async (t) => {
    t.deepEqual(await message(t, {'hosts.yml': text}), lines);
  });
}

const iniMistakes: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a section of a group that is nowhere',
    '[web]\nw1\n[wbe:vars]\nx=1\n',
    ['[wbe:vars] gives variables to a group that is nowhere', '  at hosts.ini:3:1', "  hint: did you mean 'web'?"],
  ],
  [
    'a child that is nowhere',
    '[a:children]\nb\n',
    ["the child group 'b' is nowhere", '  at hosts.ini:2:1', '  hint: add a section [b]'],
  ],
  [
    'a section of no known kind',
    '[a:vras]\n',
    ['[a:vras] is no section an inventory has', '  at hosts.ini:1:1', "  hint: did you mean 'vars'?"],
  ],
  [
    'a setting without an equals sign',
    '[a]\nh1 port 22\n',
    [
      "'port' after the host 'h1' is not name=value",
      '  at hosts.ini:2:1',
      '  hint: quote values that hold spaces; a comment begins with #',
    ],
  ],
  ['an open quote', '[a]\nh1 x="y\n', ["a quote in 'h1 x=\"y' is not closed", '  at hosts.ini:2:1']],
];
for (const [name, text, lines] of iniMistakes) {
  test(`the message for ${name} in INI`, async (t) => {
    t.deepEqual(await message(t, {'hosts.ini': text}, 'hosts.ini'), lines);
  });
}

test('a source that is not there, and a variables file that is no mapping', async (t) => {
  t.deepEqual(await message(t, {}, 'nope'), [
    'the inventory nope does not exist',
    "  hint: for hosts named on the command line, end the list with a comma: -i 'nope,'",
  ]);
  t.deepEqual(await message(t, {'hosts.yml': 'g: {hosts: {h: }}', 'group_vars/g.yml': '- x'}), [
    'a variables file holds a mapping, group_vars/g.yml holds a list',
    '  at group_vars/g.yml:1:1',
    '  hint: write `name: value` lines',
  ]);
});

test('a script that fails says what it printed', async (t) => {
  const folder = tempFiles(t, {script: {text: '#!/bin/sh\necho no token >&2; exit 4\n', mode: 0o755}});
  const error = await t.throwsAsync(load(folder, 'script'), {instanceOf: QuorateError, message: /exit code 4/});
  t.is(error instanceof QuorateError ? error.hint : '', 'no token');
});

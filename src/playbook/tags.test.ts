import test from 'ava';
import fc from 'fast-check';
import {tempFiles} from '../../test/support/temp_files.js';
import {testLoader} from '../../test/support/test_loader.js';
import {isSelected, pruneByTags, selectTags} from './tags.js';
import {findStart, titleOf, walkNodes, walkPlay} from './walk.js';

/** Tags of a task, --tags, --skip-tags, and whether Ansible lists the task. */
const table: readonly (readonly [string, string, string, boolean])[] = [
  ['', '', '', true],
  ['a', '', '', true],
  ['never', '', '', false],
  ['never a', '', '', false],
  ['always', '', '', true],
  ['a', 'a', '', true],
  ['a', 'b', '', false],
  ['', 'a', '', false],
  ['always', 'a', '', true],
  ['never a', 'a', '', true],
  ['never', 'never', '', true],
  ['never', 'all', '', false],
  ['a', 'all', '', true],
  ['a', 'tagged', '', true],
  ['', 'tagged', '', false],
  ['never', 'tagged', '', false],
  ['', 'untagged', '', true],
  ['a', 'untagged', '', false],
  ['a', '', 'a', false],
  ['a b', '', 'b', false],
  ['', '', 'a', true],
  ['always', '', 'always', false],
  ['always', '', 'all', true],
  ['a', '', 'all', false],
  ['always', '', 'tagged', false],
  ['a', '', 'tagged', false],
  ['', '', 'untagged', false],
  ['a b', 'a', 'b', false],
];
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
for (const [own, tags, skipTags, expected] of table) {
  test(`tags [${own}] with -t '${tags}' --skip-tags '${skipTags}'`, (t) => {
    t.is(isSelected(new Set(words(own)), {tags: words(tags), skipTags: words(skipTags)}), expected);
  });
}

test('skipping more never selects more', (t) => {
  const some = fc.uniqueArray(fc.constantFrom('a', 'b', 'always', 'never'));
  fc.assert(
    fc.property(some, some, some, fc.constantFrom('a', 'b', 'always'), (own, tags, skipTags, more) => {
      const before = isSelected(new Set(own), {tags, skipTags});
      return before || !isSelected(new Set(own), {tags, skipTags: [...skipTags, more]});
    }),
  );
  t.pass();
});

const text = `- name: First
  hosts: all
  tasks:
    - block:
        - {name: one, debug: , tags: a}
        - {name: two, debug: , tags: b}
      rescue:
        - {name: saved, debug: , tags: a}
      always:
        - {name: at last, debug: }
    - block:
        - {name: three, debug: , tags: b}
- name: Second
  hosts: all
  roles: [r]
`;

test('pruning keeps what is asked for and drops empty blocks', (t) => {
  const folder = tempFiles(t, {'p.yml': text, 'roles/r/tasks/main.yml': '- {name: in role, debug: }\n'});
  const [play] = testLoader().loadPlaybook(`${folder}/p.yml`).plays;
  if (!play) return t.fail();
  const kept = pruneByTags(play.tasks, {tags: ['a'], skipTags: []});
  t.is(kept.length, 1);
  t.deepEqual([...walkNodes(kept, true)].map(titleOf), ['one', 'saved']);
  t.deepEqual(
    play.tasks.map((node) => selectTags(node, {tags: ['b'], skipTags: []})),
    [true, true],
  );
  t.deepEqual([...walkPlay(play)].map(titleOf), ['one', 'two', 'at last', 'three']);
});

test('the task to start at is found by name, with its role, or by a pattern', (t) => {
  const folder = tempFiles(t, {'p.yml': text, 'roles/r/tasks/main.yml': '- {name: in role, debug: }\n'});
  const playbook = testLoader().loadPlaybook(`${folder}/p.yml`);
  const start = (wanted: string): string | undefined => {
    const found = findStart(playbook, wanted);
    return 'node' in found ? `${String(found.play.name.value)}: ${titleOf(found.node)}` : found.hint;
  };
  t.is(start('two'), 'First: two');
  t.is(start('in role'), 'Second: r : in role');
  t.is(start('r : in role'), 'Second: r : in role');
  t.is(start('*last'), 'First: at last');
  t.is(start('thre'), "did you mean 'three'?");
});

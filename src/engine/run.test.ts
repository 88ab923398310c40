import test from 'ava';
import {runYaml} from '../../test/support/engine_run.js';

test('a play runs task by task on all its hosts', async (t) => {
  const run = await runYaml(`
- hosts: all
  gather_facts: false
  tasks:
    - name: make
      file: {path: a/b, content: hello}
    - name: say
      command: echo {{ inventory_hostname }}
      register: said
    - name: check
      assert: {that: said.stdout == inventory_hostname}
`);
  t.deepEqual(run.lines, [
    'make: h1 changed, h2 changed, h3 changed',
    'say: h1 changed, h2 changed, h3 changed',
    'check: h1 ok, h2 ok, h3 ok',
  ]);
  t.is(run.exitCode, 0);
});

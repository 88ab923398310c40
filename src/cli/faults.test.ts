import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {lineAt} from './faults.js';

const lines = [
  'k3s_version: v1.30.6+k3s1',
  'k3s_token: abc',
  '{"k3s_version": "1", "k3s_agent_token": "abc"}',
  'ansible_become_password=abc',
  "  'agent-token' : abc",
  '    datastore-endpoint: postgres://user:abc@db/k3s',
  '    token-file: /etc/token',
  '- name: Keep the token',
];

test('the line of a place is shown, unless it sets a secret', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'faults-'));
  const file = path.join(folder, 'vars.yml');
  try {
    writeFileSync(file, lines.join('\n'));
    const seen = lines.map((_, index) => lineAt({file, line: index + 1, column: 1}) === lines[index]);
    t.deepEqual(seen, [true, false, false, false, false, false, false, true]);
    t.is(lineAt({file, line: 99, column: 1}), undefined);
    t.is(lineAt({file: path.join(folder, 'none'), line: 1, column: 1}), undefined);
  } finally {
    rmSync(folder, {recursive: true});
  }
});

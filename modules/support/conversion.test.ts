import test from 'ava';
import {parseDisk} from './conversion.js';

for (const [state, running, up] of [
  ['active', true, true],
  ['activating', true, false],
  ['deactivating', true, false],
  ['inactive', false, false],
  ['failed', false, false],
] as const)
  test(`a service that is ${state}`, (t) => {
    t.like(parseDisk(`wal\nmigrated\nactive ${state}\n-- record --\n`), {wal: true, migrated: true, running, up});
  });

test('a record that cannot be read counts as none', (t) => {
  t.is(parseDisk('state-db\nactive active\n-- record --\n{"stage":').record, undefined);
  t.like(parseDisk('state-db\nactive active\n-- record --\n{"stage":"compared","at":""}').record, {stage: 'compared'});
});

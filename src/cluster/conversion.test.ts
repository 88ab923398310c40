import test from 'ava';
import {
  type ConversionDisk,
  type ConversionPhase,
  conversionPhase,
  defaultConversionDir,
  isHeartbeat,
  parseRecord,
  recordFile,
} from './conversion.js';

const disk = (change: Partial<ConversionDisk>): ConversionDisk => ({
  stateDb: false,
  wal: false,
  migrated: false,
  running: false,
  guarded: false,
  ...change,
});
const record = (stage: string, more = {}) => ({
  record: {stage, at: 'now', ...more} as NonNullable<ConversionDisk['record']>,
});

const cases: readonly [string, Partial<ConversionDisk>, ConversionPhase][] = [
  ['a bare host', {}, 'empty'],
  ['SQLite', {stateDb: true, running: true}, 'sqlite'],
  ['SQLite, backed up', {stateDb: true, ...record('backed-up')}, 'sqlite'],
  ['killed midway, and started again by systemd', {stateDb: true, wal: true, running: true}, 'died'],
  ['killed midway under the guard', {stateDb: true, wal: true, guarded: true}, 'died'],
  [
    'copying under the guard',
    {stateDb: true, wal: true, guarded: true, running: true, ...record('backed-up')},
    'under-way',
  ],
  ['converted', {wal: true, migrated: true, running: true, ...record('backed-up')}, 'unproven'],
  ['compared, without a snapshot', {wal: true, migrated: true, ...record('compared')}, 'unproven'],
  ['differs', {wal: true, migrated: true, ...record('compared', {differs: true})}, 'unproven'],
  [
    'finished once, and differs in a later comparison',
    {wal: true, migrated: true, ...record('snapshot', {differs: true})},
    'unproven',
  ],
  ['running under the guard with no SQLite beside', {wal: true, running: true, guarded: true}, 'done'],
  ['finished', {wal: true, migrated: true, ...record('snapshot')}, 'done'],
  ['converted by another hand', {wal: true, migrated: true}, 'done'],
  ['a member from the start', {wal: true}, 'done'],
  [
    'a new state.db beside a finished conversion',
    {wal: true, migrated: true, stateDb: true, ...record('snapshot')},
    'done',
  ],
  ['half back', {stateDb: true, ...record('rolling-back')}, 'rolling-back'],
  ['back, the record not yet put away', {stateDb: true, running: true, ...record('restored')}, 'rolling-back'],
];

for (const [name, found, phase] of cases) test(name, (t) => t.is(conversionPhase(disk(found)), phase));

test('where backup and record lie, which other runs look for', (t) => {
  t.deepEqual([defaultConversionDir, recordFile], ['/var/lib/quorate/conversion', 'record.json']);
});

test('a record that cannot be read counts as none', (t) => {
  t.is(parseRecord(''), undefined);
  t.is(parseRecord('{"stage": "backed'), undefined);
  t.is(parseRecord('{"stage": "other", "at": ""}'), undefined);
  const whole = {
    at: 'x',
    differs: true,
    revision: 7,
    keys: 8,
    list_sha256: 'ab',
    keys_then: 9,
    snapshot: 'on-demand',
  };
  for (const stage of ['backed-up', 'compared', 'snapshot', 'rolling-back', 'restored'] as const)
    t.deepEqual(parseRecord(JSON.stringify({stage, ...whole})), {stage, ...whole});
  t.deepEqual(parseRecord('{"stage": "compared", "at": "x"}'), {stage: 'compared', at: 'x'});
});

for (const [key, renewed] of [
  ['/registry/events/default/a.1', true],
  ['/registry/leases/kube-system/x', true],
  ['/registry/masterleases/10.0.0.1', true],
  ['/registry/minions/server1', true],
  ['/registry/configmaps/kube-system/k3s', true],
  ['/registry/configmaps/kube-system/k3s-etcd', true],
  ['/registry/configmaps/kube-system/k3s-other', false],
  ['/registry/configmaps/default/a', false],
  ['/other/registry/events/a', false],
] as const) {
  test(`${key} is ${renewed ? '' : 'not '}renewed by the cluster itself`, (t) => {
    t.is(isHeartbeat(key), renewed);
  });
}

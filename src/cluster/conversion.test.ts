import test from 'ava';
import {type ConversionDisk, type ConversionPhase, conversionPhase, isHeartbeat, parseRecord} from './conversion.js';

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

test('a record that cannot be read counts as none', (t) => {
  t.is(parseRecord(''), undefined);
  t.is(parseRecord('{"stage": "backed'), undefined);
  t.is(parseRecord('{"stage": "other", "at": ""}'), undefined);
  t.like(parseRecord('{"stage": "compared", "at": "x", "revision": 7}'), {stage: 'compared', revision: 7});
});

test('what the cluster renews by itself', (t) => {
  t.true(isHeartbeat('/registry/events/default/a.1'));
  t.false(isHeartbeat('/registry/configmaps/default/a'));
});

import test from 'ava';
import {refuseDiscard, refuseRollback} from './conversion_back.js';
import {type ConversionFacts, refuseConversion} from './conversion_gates.js';

const gib = 1024 ** 3;
const facts = (change: Partial<ConversionFacts> = {}): ConversionFacts => ({
  host: 's1',
  phase: 'sqlite',
  version: 'v1.30.6+k3s1',
  wantedVersion: 'v1.30.6+k3s1',
  config: {},
  systemd: true,
  curl: true,
  dataDir: '/var/lib/rancher/k3s',
  dir: '/var/lib/quorate/conversion',
  backupBytes: 50 * 1024 * 1024,
  databaseBytes: 40 * 1024 * 1024,
  freeDirBytes: 10 * gib,
  freeDataBytes: 10 * gib,
  oneFilesystem: true,
  takenPorts: [],
  ...change,
});

test('a server that may be converted', (t) => t.deepEqual(refuseConversion(facts()), []));

const refused: readonly [string, Partial<ConversionFacts>, RegExp][] = [
  ['too old', {version: 'v1.22.1+k3s1', wantedVersion: ''}, /does not copy SQLite to etcd: .*empty etcd/],
  ['far too old', {version: 'v1.19.5+k3s2', wantedVersion: ''}, /does not copy/],
  ['a broken release', {version: 'v1.32.5+k3s1', wantedVersion: 'v1.32.5+k3s1'}, /a release whose conversion .* fails/],
  ['another broken release', {version: 'v1.30.13+k3s1', wantedVersion: ''}, /a release whose conversion/],
  ['no binary', {version: ''}, /cannot be read/],
  ['an update at the same time', {wantedVersion: 'v1.31.0+k3s1'}, /a conversion and an update are two things/],
  ['told to join', {config: {server: 'https://x:6443'}}, /is told to join https:\/\/x:6443/],
  ['an external datastore', {config: {'datastore-endpoint': 'mysql://'}}, /has a datastore-endpoint/],
  ['etcd switched off', {config: {'disable-etcd': true}}, /told not to run etcd/],
  ['nothing there', {phase: 'empty'}, /nothing to convert/],
  ['no systemd', {systemd: false}, /does not run systemd/],
  ['no curl', {curl: false}, /no curl/],
  ['a port that is taken', {takenPorts: [2380]}, /port 2380 .* belongs to another program/],
  [
    'a full disk',
    {freeDirBytes: 100 * 1024 * 1024},
    /100 MiB left at \/var\/lib\/quorate\/conversion, and the conversion needs 306 MiB/,
  ],
  ['no room for etcd', {oneFilesystem: false, freeDataBytes: 1000}, /left at \/var\/lib\/rancher\/k3s/],
  ['half back', {phase: 'rolling-back'}, /a rollback of s1 to SQLite was begun/],
];
for (const [name, change, what] of refused)
  test(`refused: ${name}`, (t) => t.regex(refuseConversion(facts(change))[0]?.what ?? '', what));

test('the first version that copies, and the ones that mended it', (t) => {
  for (const version of ['v1.22.2+k3s1', 'v1.22.5+k3s1', 'v1.32.6+k3s1', 'v1.30.14+k3s1'])
    t.deepEqual(refuseConversion(facts({version, wantedVersion: ''})), [], version);
});

test('what is past the copying is not held back by it', (t) => {
  for (const phase of ['under-way', 'unproven', 'done'] as const)
    t.deepEqual(refuseConversion(facts({phase, version: 'v1.32.5+k3s1', curl: true, freeDirBytes: 0})), [], phase);
});

const back = {host: 's1', phase: 'done', backup: '/b', hasBackup: true, hasRecord: true, members: 1} as const;

test('going back', (t) => {
  t.deepEqual(refuseRollback(back), []);
  t.deepEqual(refuseRollback({...back, phase: 'died', members: 0}), []);
  t.regex(refuseRollback({...back, members: 2})[0]?.what ?? '', /one of 2 members/);
  t.regex(refuseRollback({...back, hasRecord: false})[0]?.what ?? '', /no conversion on s1/);
  t.regex(refuseRollback({...back, hasBackup: false})[0]?.what ?? '', /the backup \/b is gone/);
  t.regex(refuseRollback({...back, phase: 'under-way'})[0]?.what ?? '', /copying its keys/);
});

test('what was written since is lost only by its number', (t) => {
  const since = {written: 3, deleted: 2, heartbeats: 4};
  t.is(refuseDiscard({written: 0, deleted: 0, heartbeats: 9}, undefined), undefined);
  t.regex(refuseDiscard(since, undefined)?.hint ?? '', /-e rollback_discard=5/);
  t.truthy(refuseDiscard(since, 4));
  t.is(refuseDiscard(since, 5), undefined);
});

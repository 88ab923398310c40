import test from 'ava';
import type {ClusterStatus, ServerStatus} from '../cluster/index.js';
import {createPalette, plainPalette, widthOf} from '../report/index.js';
import {statusJson, statusVersion} from './cluster_json.js';
import {ageText, sizeText, statusLines, wrap} from './cluster_screen.js';

const now = new Date('2026-06-01T12:00:00Z');
const certificate = {
  file: 'server/tls/client-admin.crt',
  notAfter: new Date('2027-06-01T12:00:00Z'),
  authority: false,
};

const server = (host: string, change: Partial<ServerStatus> = {}): ServerStatus => ({
  host,
  address: '10.0.0.1',
  nodeName: host,
  state: 'ready',
  found: 'member',
  version: 'v1.30.6+k3s1',
  member: {id: '1', name: `${host}-0123abcd`, role: 'voter'},
  node: {
    name: host,
    ready: true,
    cordoned: false,
    restarting: false,
    roles: 'etcd',
    version: 'v1.30.6+k3s1',
    address: '10.0.0.1',
  },
  certificate,
  certificates: [certificate],
  differences: [],
  dbSizeBytes: 21_000_000,
  ...change,
});

const status: ClusterStatus = {
  health: 'degraded',
  datastore: 'etcd',
  clusterIds: ['77'],
  quorum: {voters: 2, healthy: 1, unknown: 1, needed: 2, mayFail: 0, held: true},
  servers: [
    server('a', {member: {id: '1', name: 'a-0123abcd', role: 'leader'}}),
    {
      host: 'a-long-name',
      address: '10.0.0.2',
      nodeName: 'a-long-name',
      state: 'unknown',
      found: 'unknown',
      why: 'refused',
      certificates: [],
      differences: [],
    },
  ],
  agents: [server('w', {differences: [{what: 'config.yaml would change in disable', restart: true}]})],
  strangers: [],
  versions: new Map([['v1.30.6+k3s1', ['a', 'w']]]),
  snapshot: {name: 'etcd-snapshot-a-1', savedEpochSeconds: now.getTime() / 1000 - 7300, sizeBytes: 4096, host: 'a'},
  findings: [
    {
      level: 'degraded',
      hosts: ['a-long-name'],
      what: 'a-long-name cannot be reached: \u001b[31mrefused\u0007',
      hint: 'look there',
    },
    {level: 'note', hosts: [], what: 'word '.repeat(30).trim()},
  ],
};

test('the whole screen at 80 columns', (t) => {
  t.deepEqual(statusLines(status, {palette: plainPalette, width: 80, now}), [
    'K3s cluster: degraded',
    '  datastore       embedded etcd, cluster 77',
    '  etcd            1 of 2 voters healthy, 1 unknown, quorum 2: none may fail',
    '  last snapshot   2 h ago, 4.0 KiB: etcd-snapshot-a-1 on a',
    '',
    'SERVER       STATE    ETCD    DB        NODE   CERTS  VERSION       ADDRESS',
    'a            ready    leader  20.0 MiB  Ready  365 d  v1.30.6+k3s1  10.0.0.1',
    'a-long-name  unknown  -       -         -      -      -             10.0.0.2',
    '',
    'AGENT  STATE  NODE   CERTS  VERSION       ADDRESS',
    'w      ready  Ready  365 d  v1.30.6+k3s1  10.0.0.1',
    '',
    '  degraded  a-long-name cannot be reached: refused\\x07',
    '            hint: look there',
    '  note      word word word word word word word word word word word word word',
    '            word word word word word word word word word word word word word',
    '            word word word word',
    '',
    'site.yml would act on:',
    '  w            config.yaml would change in disable',
  ]);
});

for (const width of [40, 80, 120])
  test(`no line is wider than ${width} columns, and colours take none`, (t) => {
    const plain = statusLines(status, {palette: plainPalette, width, now});
    const painted = statusLines(status, {palette: createPalette(true), width, now});
    for (const line of plain) t.true(widthOf(line) <= width, line);
    t.deepEqual(painted.map(widthOf), plain.map(widthOf));
    t.true(painted.some((line) => line.includes('\u001b[')));
  });

test('lost quorum, two clusters and unknown are said in words, not by colour alone', (t) => {
  const head = (change: Partial<ClusterStatus>): string =>
    statusLines({...status, ...change}, {palette: plainPalette, width: 100, now})
      .slice(0, 3)
      .join('\n');
  const quorum = {voters: 3, healthy: 1, unknown: 0, needed: 2, mayFail: 0} as const;
  t.regex(head({quorum: {...quorum, held: false}}), /1 of 3 voters healthy, quorum 2: LOST/);
  t.regex(head({quorum: {...quorum, held: 'unknown'}}), /nobody can tell whether it is held/);
  t.regex(head({clusterIds: ['1', '2']}), /cluster 1 AND 2/);
});

test('words for sizes and ages', (t) => {
  t.deepEqual([0, 1023, 1536, 200 * 1024, 3 * 1024 ** 3].map(sizeText), [
    '0 B',
    '1023 B',
    '1.5 KiB',
    '200 KiB',
    '3.0 GiB',
  ]);
  t.deepEqual([-5, 90, 600, 10_000, 300_000].map(ageText), ['0 s', '90 s', '10 min', '2 h', '3 d']);
});

test('wrapping keeps long words whole', (t) => {
  t.deepEqual(wrap('a: ', 'one two averyverylongword x', 12), ['a: one two', '   averyverylongword', '   x']);
});

test('the data says its version, and days where the screen does', (t) => {
  const data = JSON.parse(JSON.stringify(statusJson(status, now)));
  t.is(data.version, statusVersion);
  t.is(data.health, 'degraded');
  t.deepEqual(data.servers[0].firstToEnd, {file: 'server/tls/client-admin.crt', daysLeft: 365});
  t.is(data.servers[0].certificates[0].notAfter, '2027-06-01T12:00:00.000Z');
  t.deepEqual(data.versions, {'v1.30.6+k3s1': ['a', 'w']});
  t.is(data.servers[1].why, 'refused');
});

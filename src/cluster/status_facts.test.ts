/** What is told of single hosts and of the cluster, beside what is made of it. */
import test from 'ava';
import {
  clusterHost,
  memberFor,
  runningMember,
  sightingOf,
  sqliteServer,
  three,
} from '../../test/support/cluster_hosts.js';
import {
  asWanted,
  daysFromNow,
  healthyServers,
  member,
  nodeOf,
  now,
  runningAgent,
  seen,
  status,
  unit,
  well,
} from '../../test/support/cluster_status.js';
import type {NodeRow} from './nodes.js';
import type {EtcdMember, EtcdSighting, Sighting} from './sighting.js';
import type {Certificate} from './status_look.js';
import type {SeenHost} from './status_types.js';

const leaf: Certificate = {file: 'server/tls/client-admin.crt', notAfter: daysFromNow(364), authority: false};

/** What etcd of a member says. */
const withEtcd = (sighting: Sighting, change: Partial<EtcdSighting>): Sighting => {
  const {etcd, ...rest} = sighting;
  return etcd === undefined ? rest : {...rest, etcd: {...etcd, ...change}};
};

const listing = (name: string, members: readonly EtcdMember[], change: Partial<EtcdSighting> = {}): Sighting =>
  withEtcd(member(name), {members, ...change});

test('a member that serves, to the last word', (t) => {
  const {servers} = status([
    seen('server1', withEtcd(member('server1'), {isLeader: true})),
    ...healthyServers.slice(1),
  ]);
  t.deepEqual(servers[0], {
    host: 'server1',
    address: '10.0.0.1',
    nodeName: 'server1',
    state: 'ready',
    version: 'v1.30.6+k3s1',
    node: nodeOf('server1'),
    certificate: leaf,
    certificates: well.certificates,
    differences: [],
    found: 'member',
    member: {id: 'server1-id', name: 'server1-0123abcd', role: 'leader'},
    dbSizeBytes: 1024,
    snapshot: {name: 'etcd-snapshot-server1-1', savedEpochSeconds: now.getTime() / 1000 - 3600, sizeBytes: 4096},
  });
});

test('a server of which nothing is known, to the last word', (t) => {
  const {servers} = status([seen('server1', undefined)], [], 'none answered');
  t.deepEqual(servers[0], {
    host: 'server1',
    address: '10.0.0.1',
    nodeName: 'server1',
    state: 'unknown',
    why: 'unreachable',
    certificates: [],
    differences: [],
    found: 'unknown',
  });
});

test('a bare server, to the last word', (t) => {
  const {why: _why, ...bare} = clusterHost('server1', sightingOf('server1'));
  const {servers} = status([{host: bare, more: {certificates: [], apiReady: false, logged: []}}], [], 'none answered');
  const [{differences: _differences, ...said} = {differences: []}] = servers;
  t.deepEqual(said, {
    host: 'server1',
    address: '10.0.0.1',
    nodeName: 'server1',
    state: 'bare',
    certificates: [],
    found: 'bare',
  });
});

test('why nothing is known of a host', (t) => {
  const {why: _why, ...silent} = clusterHost('server2', undefined);
  const {servers} = status(
    [{host: {...clusterHost('server1', undefined), why: 'its host key has changed'}}, {host: silent}],
    [],
    'none answered',
  );
  t.deepEqual(
    servers.map(({why}) => why),
    ['its host key has changed', 'unreachable'],
  );
});

const states: Record<string, readonly [NodeRow | undefined, server: string, agent: string]> = {
  'its Node is ready': [nodeOf('x'), 'ready', 'ready'],
  'its Node is not ready': [nodeOf('x', {ready: false}), 'running', 'running'],
  'it has no Node, as a server without its agent': [undefined, 'ready', 'running'],
};

for (const [title, [node, server, agent]] of Object.entries(states))
  test(`K3s runs, and ${title}`, (t) => {
    const nodes = node === undefined ? [] : ['server1', 'agent1'].map((name) => ({...node, name}));
    const {servers, agents} = status(healthyServers.slice(0, 1), [seen('agent1', runningAgent('agent1'))], nodes);
    t.deepEqual([servers[0]?.state, agents[0]?.state], [server, agent]);
    t.deepEqual([servers[0]?.why, agents[0]?.why], [undefined, undefined]);
  });

test('of two certificates that end together the first is told', (t) => {
  const certificates = ['a.crt', 'b.crt'].map((file) => ({file, notAfter: daysFromNow(200), authority: false}));
  const {servers} = status([seen('server1', member('server1'), {certificates}), ...healthyServers.slice(1)]);
  t.is(servers[0]?.certificate?.file, 'a.crt');
});

test('the known cause counts, though it is not in the last line', (t) => {
  const failing = {...member('server3'), server: {...unit, active: 'failed'}};
  const logged = ['level=fatal msg="no space left on device"', 'status=1/FAILURE'];
  const {servers} = status([...healthyServers.slice(0, 2), seen('server3', failing, {logged})]);
  t.is(servers[2]?.why, 'its service has failed: the disk is full');
});

test('the size of a database is that of members alone, where it is told', (t) => {
  const {dbSizeBytes: _size, ...unsized} = well;
  const one = status([seen('server1', asWanted(sqliteServer('server1')))]);
  const three = status([
    ...healthyServers.slice(0, 2),
    {host: clusterHost('server3', member('server3')), more: unsized},
  ]);
  t.deepEqual(
    [...one.servers, ...three.servers].map((server) => ('dbSizeBytes' in server ? server.dbSizeBytes : 'none')),
    ['none', 1024, 1024, 'none'],
  );
});

const named = (id: string, name: string): EtcdMember => ({...memberFor('server1'), id, name});
const etcdNamed = (etcdName: string): Partial<Sighting> => ({data: {...member('server1').data, etcdName}});

const members: Record<string, {readonly listed: readonly EtcdMember[]; readonly own: Partial<Sighting>; id?: string}> =
  {
    'the name it wrote down': {
      listed: [named('a', 'server1-aaaaaaaa'), named('b', 'server1-bbbbbbbb')],
      own: etcdNamed('server1-bbbbbbbb'),
      id: 'b',
    },
    'a name of its past': {listed: [named('a', 'old-aaaaaaaa')], own: etcdNamed('old-aaaaaaaa'), id: 'a'},
    'its Node, where it wrote down no name': {
      listed: [named('a', 'other-aaaaaaaa'), named('b', 'server1-bbbbbbbb')],
      own: {data: {...sightingOf('server1').data, wal: true}},
      id: 'b',
    },
    'neither: one without a name has never started, and is nobody yet': {listed: [named('a', '')], own: {hostname: ''}},
  };

for (const [title, {listed, own, id}] of Object.entries(members))
  test(`the member that a server is, by ${title}`, (t) => {
    const {servers} = status([seen('server1', {...listing('server1', listed), ...own})]);
    t.is(servers[0]?.member?.id, id);
  });

test('places in etcd, strangers among them', (t) => {
  const listed = [...three.map((name) => memberFor(name)), memberFor('server8'), memberFor('server9', true)];
  const {servers, strangers} = status([
    seen('server1', listing('server1', listed)),
    seen('server2', listing('server2', listed, {isLeader: true})),
    seen('server3', undefined),
  ]);
  t.deepEqual(
    [...servers.map((server) => server.member), ...strangers].map((one) => [one?.id, one?.role]),
    [
      ['server1-id', 'voter'],
      ['server2-id', 'leader'],
      ['server3-id', 'voter'],
      ['server8-id', 'voter'],
      ['server9-id', 'learner'],
    ],
  );
});

const clusters: Record<string, {readonly servers: readonly SeenHost[]; readonly ids: readonly string[]}> = {
  'one of three members': {servers: healthyServers, ids: ['c1']},
  two: {
    servers: ['c1', 'c2'].map((id, index) => {
      const name = `server${index + 1}`;
      return seen(name, asWanted(runningMember(name, [name], id)));
    }),
    ids: ['c1', 'c2'],
  },
  none: {servers: [seen('server1', sightingOf('server1'))], ids: []},
};

for (const [title, {servers, ids}] of Object.entries(clusters))
  test(`clusters by etcd's id: ${title}`, (t) => {
    t.deepEqual(status(servers).clusterIds, ids);
  });

for (const ages of [
  [3, 1, 2],
  [1, 2, 3],
  [2, 3, 1],
])
  test(`the newest snapshot, of ${ages.join(', ')} hours`, (t) => {
    const saved = (hours: number) => ({name: `s${hours}`, savedEpochSeconds: 1_000_000 - hours * 3600, sizeBytes: 1});
    const {snapshot} = status(
      ages.map((hours, index) => {
        const name = `server${index + 1}`;
        return seen(name, member(name), {snapshot: saved(hours)});
      }),
    );
    t.deepEqual(snapshot, {...saved(1), host: `server${ages.indexOf(1) + 1}`});
  });

test('no snapshot anywhere', (t) => {
  const {snapshot: _snapshot, ...without} = well;
  t.false('snapshot' in status([{host: clusterHost('server1', member('server1')), more: without}]));
});

test('a binary may be given on the command line: without a version site.yml need not refuse', (t) => {
  const {findings} = status(
    [seen('server1', sightingOf('server1'), {}, {k3s_version: undefined})],
    [],
    'none answered',
  );
  t.deepEqual(findings, []);
});

import test from 'ava';
import {clusterHost, runningMember, sightingOf, sqliteServer, unitFiles} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import {resolveRoles} from './roles.js';
import type {Sighting} from './sighting.js';

const mysql = 'mysql://k3s:pa@tcp(db)/k3s';
const random = (bytes: number): Buffer => Buffer.alloc(bytes, 7);
const active = {
  load: 'loaded',
  active: 'active',
  sub: 'running',
  mainPid: 10,
  restarts: 0,
  enabled: 'enabled',
  sums: '',
};

/** A server that has run on an external datastore. */
const onExternal = (name: string, endpoint = mysql, runs = true): Sighting =>
  sightingOf(name, {
    configText: `datastore-endpoint: ${endpoint}\ntoken: abcd\n`,
    serverUnit: unitFiles({text: '# Written by quorate.\n'}),
    ...(runs ? {server: active, ping: true} : {server: {...active, active: 'inactive'}}),
    data: {serverTls: true},
  });

const roles = (...servers: ClusterHost[]) => resolveRoles({servers, agents: [], lost: [], random});
const steps = (plan: ReturnType<typeof roles>): Record<string, string> =>
  Object.fromEntries([...plan.hosts].map(([host, {step}]) => [host, step]));
const wants = (value: unknown) => ({k3s_datastore: value});
const bare = (name: string, value: unknown): ClusterHost => clusterHost(name, sightingOf(name), wants(value));

test('two bare servers: the first starts alone, no rule of odd numbers, one token, no membership', (t) => {
  const plan = roles(bare('server1', mysql), bare('server2', mysql));
  t.deepEqual(plan.refusals, []);
  t.deepEqual(plan.warnings, []);
  t.is(plan.datastore, 'external');
  t.false(plan.datastoreInUse);
  t.deepEqual(steps(plan), {server1: 'init', server2: 'join'});
  for (const host of plan.hosts.values()) {
    t.deepEqual(host.membership, {membership: 'keep'});
    t.is(host.config.token, plan.hosts.get('server1')?.config.token);
    t.is(String(host.config['datastore-endpoint']), '***');
  }
  t.is(plan.hosts.get('server2')?.why, 'has no data; starts after server1');
});

test('with --limit any server may be the first: the datastore decides', (t) => {
  const plan = roles({...bare('server1', mysql), inPlay: false}, bare('server2', mysql));
  t.deepEqual(plan.refusals, []);
  t.deepEqual(steps(plan), {server1: 'none', server2: 'init'});
});

test('servers that run are kept, stopped ones are started, a new one starts after them', (t) => {
  const plan = roles(
    clusterHost('server1', onExternal('server1'), wants(mysql)),
    clusterHost('server2', onExternal('server2', mysql, false), wants(mysql)),
    bare('server3', mysql),
  );
  t.deepEqual(plan.refusals, []);
  t.true(plan.datastoreInUse);
  t.deepEqual(steps(plan), {server1: 'member', server2: 'start', server3: 'join'});
  t.is(plan.token?.reveal(), 'abcd');
});

test('another address, user or password of the same kind is no move', (t) => {
  const plan = roles(clusterHost('server1', onExternal('server1'), wants('mysql://other:pb@tcp(db2)/k3s')));
  t.deepEqual(plan.refusals, []);
});

const refused: Readonly<Record<string, {servers: ClusterHost[]; what: string; hint: RegExp; variable?: string}>> = {
  'another kind': {
    servers: [clusterHost('server1', onExternal('server1'), wants('postgres://k3s:pa@db/k3s'))],
    what: 'server1 keeps its data in MySQL at db:3306, database k3s, and the inventory asks for PostgreSQL',
    hint: /from one kind of datastore to another: keep MySQL/,
  },
  'no datastore any more': {
    servers: [clusterHost('server1', onExternal('server1'))],
    what: 'server1 keeps its data in MySQL at db:3306, database k3s, and the inventory names no datastore: K3s would begin anew',
    hint: /name it in k3s_datastore/,
  },
  'from embedded etcd': {
    servers: [clusterHost('server1', runningMember('server1', ['server1']), wants(mysql))],
    what: 'server1 keeps its data in embedded etcd, and the inventory asks for an external datastore',
    hint: /build a new cluster on it and bring the workloads there$/,
  },
  'from SQLite': {
    servers: [clusterHost('server1', sqliteServer('server1'), wants(mysql))],
    what: 'server1 keeps its data in SQLite, and the inventory asks for an external datastore',
    hint: /convert_to_etcd\.yml/,
  },
  'two datastores': {
    servers: [bare('server1', mysql), bare('server2', 'postgres://k3s:pa@db/k3s')],
    what: 'server1 has the datastore MySQL, database k3s, and server2 has PostgreSQL, database k3s',
    hint: /once, for the whole group/,
  },
  'a server without': {
    servers: [bare('server1', mysql), clusterHost('server2', sightingOf('server2'))],
    what: 'server1 has the datastore MySQL, database k3s, and server2 has none',
    hint: /once, for the whole group/,
  },
  'K3s’s own words': {
    servers: [
      clusterHost('server1', onExternal('server1'), {k3s_server_config: {'datastore-endpoint': 'https://e:2379'}}),
    ],
    what: 'server1 keeps its data in MySQL at db:3306, database k3s, and the inventory asks for etcd',
    hint: /keep MySQL/,
    variable: 'k3s_server_config',
  },
};
for (const [title, {servers, what, hint, variable = 'k3s_datastore'}] of Object.entries(refused)) {
  test(`refused: ${title}`, (t) => {
    const found = roles(...servers).refusals.filter((one) => !/odd|even/.test(one.what));
    t.deepEqual(
      found.map((one) => one.what),
      [what],
    );
    t.regex(found[0]?.hint ?? '', hint);
    t.is(found[0]?.variable?.name, variable);
    t.false(JSON.stringify(found).includes(':pa@'));
  });
}

test('a word of warning: a datastore on each server itself, etcd without TLS', (t) => {
  t.regex(
    roles(
      bare('server1', 'mysql://k:p@tcp(localhost)/k'),
      bare('server2', 'mysql://k:p@tcp(localhost)/k'),
    ).warnings.join(),
    /each server's own/,
  );
  t.regex(roles(bare('server1', 'http://e:2379')).warnings.join(), /without TLS/);
  t.deepEqual(roles(bare('server1', 'mysql://k:p@tcp(localhost)/k')).warnings, []);
});

test('a dedicated control plane is a taint of servers alone, beside those that are there', (t) => {
  const dedicated = {k3s_dedicated_control_plane: true, k3s_node_taints: ['a=b:NoSchedule']};
  const plan = resolveRoles({
    servers: [clusterHost('server1', sightingOf('server1'), dedicated)],
    agents: [clusterHost('agent1', sightingOf('agent1'), dedicated)],
    lost: [],
    random,
  });
  t.deepEqual(plan.hosts.get('server1')?.config['node-taint'], ['a=b:NoSchedule', 'CriticalAddonsOnly=true:NoExecute']);
  t.deepEqual(plan.hosts.get('agent1')?.config['node-taint'], ['a=b:NoSchedule']);
});

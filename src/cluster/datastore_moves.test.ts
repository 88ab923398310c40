import test from 'ava';
import {clusterHost, runningMember, sightingOf, sqliteServer, unitFiles} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import {datastoreWarnings} from './datastore_moves.js';
import {shownEndpoint} from './datastore_types.js';
import type {PlanRefusal} from './plan.js';
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

const shownEndpointOf = ({wanted}: ClusterHost): string =>
  wanted.datastore === undefined ? 'nothing' : shownEndpoint(wanted.datastore.endpoint);

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

const refused: Readonly<Record<string, {servers: ClusterHost[]; refusals: readonly PlanRefusal[]}>> = {
  'another kind': {
    servers: [clusterHost('server1', onExternal('server1'), wants('postgres://k3s:pa@db/k3s'))],
    refusals: [
      {
        hosts: ['server1'],
        what: 'server1 keeps its data in MySQL at db:3306, database k3s, and the inventory asks for PostgreSQL',
        hint: 'K3s moves no data from one kind of datastore to another: keep MySQL (its address, user and password may change), or build a new cluster on PostgreSQL and bring the workloads there',
        variable: {name: 'k3s_datastore', host: 'server1'},
      },
    ],
  },
  'no datastore any more': {
    servers: [clusterHost('server1', onExternal('server1'))],
    refusals: [
      {
        hosts: ['server1'],
        what: 'server1 keeps its data in MySQL at db:3306, database k3s, and the inventory names no datastore: K3s would begin anew',
        hint: 'name it in k3s_datastore; K3s moves no data from an external datastore to etcd or SQLite, so for those build a new cluster and bring the workloads there',
        variable: {name: 'k3s_datastore', host: 'server1'},
      },
    ],
  },
  'from embedded etcd': {
    servers: [clusterHost('server1', runningMember('server1', ['server1']), wants(mysql))],
    refusals: [
      {
        hosts: ['server1'],
        what: 'server1 keeps its data in embedded etcd, and the inventory asks for an external datastore',
        hint: 'K3s moves no data to an external datastore: leave it out, or build a new cluster on it and bring the workloads there',
        variable: {name: 'k3s_datastore', host: 'server1'},
      },
    ],
  },
  'from SQLite': {
    servers: [clusterHost('server1', sqliteServer('server1'), wants(mysql))],
    refusals: [
      {
        hosts: ['server1'],
        what: 'server1 keeps its data in SQLite, and the inventory asks for an external datastore',
        hint: 'K3s moves no data to an external datastore: leave it out (from SQLite to etcd there is playbooks/convert_to_etcd.yml), or build a new cluster on it and bring the workloads there',
        variable: {name: 'k3s_datastore', host: 'server1'},
      },
    ],
  },
  'two datastores': {
    servers: [bare('server1', mysql), bare('server2', 'postgres://k3s:pa@db/k3s')],
    refusals: [
      {
        hosts: ['server2'],
        what: 'server1 has the datastore MySQL, database k3s, and server2 has PostgreSQL, database k3s',
        hint: 'all servers of a cluster have one datastore: set k3s_datastore once, for the whole group',
        variable: {name: 'k3s_datastore', host: 'server2'},
      },
    ],
  },
  'a server without': {
    servers: [bare('server1', mysql), clusterHost('server2', sightingOf('server2'))],
    refusals: [
      {
        hosts: ['server2'],
        what: 'server1 has the datastore MySQL, database k3s, and server2 has none',
        hint: 'all servers of a cluster have one datastore: set k3s_datastore once, for the whole group',
        variable: {name: 'k3s_datastore', host: 'server2'},
      },
    ],
  },
  'K3s’s own words': {
    servers: [
      clusterHost('server1', onExternal('server1'), {k3s_server_config: {'datastore-endpoint': 'https://e:2379'}}),
    ],
    refusals: [
      {
        hosts: ['server1'],
        what: 'server1 keeps its data in MySQL at db:3306, database k3s, and the inventory asks for etcd',
        hint: 'K3s moves no data from one kind of datastore to another: keep MySQL (its address, user and password may change), or build a new cluster on etcd and bring the workloads there',
        variable: {name: 'k3s_server_config', member: 'datastore-endpoint', host: 'server1'},
      },
    ],
  },
  'from a half-made etcd': {
    servers: [clusterHost('server1', sightingOf('server1', {data: {wal: true, stateDb: true}}), wants(mysql))],
    refusals: [
      {
        hosts: ['server1'],
        what: "server1 holds a conversion from SQLite to etcd that died midway (state.db and etcd's WAL, no state.db.migrated): part of its data is missing from etcd",
        hint: 'run `quorate run playbooks/convert_to_etcd.yml` with this inventory, which repairs it; until then do not use this cluster',
      },
    ],
  },
  'another kind, the one there not read': {
    servers: [clusterHost('server1', onExternal('server1', 'odd://x'), wants(mysql))],
    refusals: [],
  },
  'no datastore any more, the one there not read': {
    servers: [clusterHost('server1', onExternal('server1', 'odd://x'))],
    refusals: [
      {
        hosts: ['server1'],
        what: 'server1 keeps its data in an external datastore, and the inventory names no datastore: K3s would begin anew',
        hint: 'name it in k3s_datastore; K3s moves no data from an external datastore to etcd or SQLite, so for those build a new cluster and bring the workloads there',
        variable: {name: 'k3s_datastore', host: 'server1'},
      },
    ],
  },
  'another kind, the one there in its unit': {
    servers: [
      clusterHost(
        'server1',
        sightingOf('server1', {
          serverUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s server --datastore-endpoint=http://e:2379\n'}),
          data: {serverTls: true},
        }),
        wants(mysql),
      ),
    ],
    refusals: [
      {
        hosts: ['server1'],
        what: 'server1 keeps its data in etcd at e:2379, and the inventory asks for MySQL',
        hint: 'K3s moves no data from one kind of datastore to another: keep etcd (its address, user and password may change), or build a new cluster on MySQL and bring the workloads there',
        variable: {name: 'k3s_datastore', host: 'server1'},
      },
    ],
  },
  'another kind that cannot be read': {
    servers: [clusterHost('server1', onExternal('server1'), wants('odd://x'))],
    refusals: [],
  },
  'two datastores, one of etcd': {
    servers: [bare('server1', 'https://e:2379'), bare('server2', mysql), bare('server3', 'https://f:2379')],
    refusals: [
      {
        hosts: ['server2'],
        what: 'server1 has the datastore etcd, and server2 has MySQL, database k3s',
        hint: 'all servers of a cluster have one datastore: set k3s_datastore once, for the whole group',
        variable: {name: 'k3s_datastore', host: 'server2'},
      },
    ],
  },
  'two datastores, one that cannot be read': {
    servers: [bare('server1', mysql), bare('server2', 'odd://x')],
    refusals: [
      {
        hosts: ['server2'],
        what: 'server1 has the datastore MySQL, database k3s, and server2 has one that cannot be read',
        hint: 'all servers of a cluster have one datastore: set k3s_datastore once, for the whole group',
        variable: {name: 'k3s_datastore', host: 'server2'},
      },
    ],
  },
  'two datastores, the first server unknown': {
    servers: [clusterHost('server1', undefined), bare('server2', mysql), bare('server3', 'postgres://k3s:pa@db/k3s')],
    refusals: [
      {
        hosts: ['server3'],
        what: 'server2 has the datastore MySQL, database k3s, and server3 has PostgreSQL, database k3s',
        hint: 'all servers of a cluster have one datastore: set k3s_datastore once, for the whole group',
        variable: {name: 'k3s_datastore', host: 'server3'},
      },
    ],
  },
  'two datastores, one of a server nobody could look at': {
    servers: [bare('server1', mysql), clusterHost('server2', undefined, wants('postgres://k3s:pa@db/k3s'))],
    refusals: [
      {
        hosts: ['server2'],
        what: 'server1 has the datastore MySQL, database k3s, and server2 has PostgreSQL, database k3s',
        hint: 'all servers of a cluster have one datastore: set k3s_datastore once, for the whole group',
        variable: {name: 'k3s_datastore', host: 'server2'},
      },
    ],
  },
  'two databases of one kind': {
    servers: [bare('server1', mysql), bare('server2', 'mysql://k3s:pa@tcp(db)/other')],
    refusals: [
      {
        hosts: ['server2'],
        what: 'server1 has the datastore MySQL, database k3s, and server2 has MySQL, database other',
        hint: 'all servers of a cluster have one datastore: set k3s_datastore once, for the whole group',
        variable: {name: 'k3s_datastore', host: 'server2'},
      },
    ],
  },
  'an endpoint beside embedded etcd, which has no say': {
    servers: [
      clusterHost('server1', runningMember('server1', ['server1']), {k3s_server_config: {'datastore-endpoint': mysql}}),
      clusterHost('server2', sightingOf('server2')),
    ],
    refusals: [
      {
        hosts: ['server1'],
        what: 'server1 keeps its data in embedded etcd, and the inventory asks for an external datastore',
        hint: 'K3s moves no data to an external datastore: leave it out, or build a new cluster on it and bring the workloads there',
        variable: {name: 'k3s_server_config', member: 'datastore-endpoint', host: 'server1'},
      },
    ],
  },
};
for (const [title, {servers, refusals}] of Object.entries(refused)) {
  test(`refused: ${title}`, (t) => {
    const found = roles(...servers).refusals.filter((one) => !/odd|even/.test(one.what.replaceAll('odd://', '')));
    t.deepEqual(found, refusals);
    t.false(JSON.stringify(found).includes(':pa@'));
  });
}

for (const [servers, warnings] of [
  [
    [bare('server1', 'mysql://k:p@tcp(localhost)/k'), bare('server2', 'mysql://k:p@tcp(localhost)/k')],
    [
      "MySQL at localhost:3306, database k is each server's own: that is one datastore only if something there leads to it",
    ],
  ],
  [
    [bare('server1', 'mysql://'), bare('server2', 'mysql://')],
    [
      "MySQL at a socket, database kubernetes is each server's own: that is one datastore only if something there leads to it",
    ],
  ],
  [
    [bare('server1', 'postgres://k:p@db,127.0.0.2/k'), bare('server2', 'postgres://k:p@db,127.0.0.2/k')],
    [
      "PostgreSQL at db:5432, 127.0.0.2:5432, database k is each server's own: that is one datastore only if something there leads to it",
    ],
  ],
  [
    [bare('server1', 'postgres://k:p@[::1]/k'), bare('server2', 'postgres://k:p@[::1]/k')],
    [
      "PostgreSQL at [::1]:5432, database k is each server's own: that is one datastore only if something there leads to it",
    ],
  ],
  [[bare('server1', 'postgres://k:p@[::12]/k'), bare('server2', 'postgres://k:p@[::12]/k')], []],
  [[bare('server1', 'postgres://k:p@my-localhost/k'), bare('server2', 'postgres://k:p@my-localhost/k')], []],
  [
    [bare('server1', 'http://e:2379')],
    ["etcd at e:2379 is reached without TLS: all of the cluster's secrets go over the network as they are"],
  ],
  [[bare('server1', 'https://e:2379')], []],
  [[bare('server1', 'mysql://k:p@tcp(localhost)/k')], []],
] as const) {
  test(`a word of warning, and none without reason: ${String(servers.length)} on ${shownEndpointOf(servers[0])}${warnings.length}`, (t) => {
    t.deepEqual(roles(...servers).warnings, warnings);
  });
}

test('nothing is to be said of servers without a datastore', (t) => {
  t.deepEqual(datastoreWarnings([]), []);
  t.deepEqual(datastoreWarnings([clusterHost('server1', sightingOf('server1'))]), []);
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

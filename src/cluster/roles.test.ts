import test from 'ava';
import {
  bareHost,
  clusterHost,
  listingHost,
  memberHost,
  planFor,
  running,
  runningMember,
  sightingOf,
  sqliteServer,
  stepsIn,
  stoppedHost,
  stoppedMember,
  three,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import type {ClusterHost} from './classify.js';

const roles = (servers: readonly ClusterHost[], agents: readonly ClusterHost[] = [], lost: readonly string[] = []) =>
  planFor(servers, {agents, lost});

test('bare servers: the first starts the cluster, the others join through it', (t) => {
  const plan = roles(
    three.map((name) => clusterHost(name, sightingOf(name))),
    [clusterHost('agent1', sightingOf('agent1'))],
  );
  t.deepEqual(plan.refusals, []);
  t.deepEqual(stepsIn(plan), {server1: 'init', server2: 'join', server3: 'join', agent1: 'agent'});
  t.is(plan.datastore, 'etcd');
  t.deepEqual(plan.hosts.get('server1')?.membership, {membership: 'cluster-init'});
  t.deepEqual(plan.hosts.get('server2')?.membership, {membership: 'server', url: 'https://10.0.0.1:6443'});
  t.is(plan.hosts.get('agent1')?.config.server, 'https://10.0.0.1:6443');
  t.is(plan.votersAfter, 3);
  t.deepEqual(plan.shows, [
    'K3s on embedded etcd',
    '  server1  first server  no server has any data',
    '  server2  join          has no data; joins through server1',
    '  server3  join          has no data; joins through server1',
    '  agent1   agent         registers at https://10.0.0.1:6443',
    '  etcd now: none yet; after this run: 3 voters, quorum 2, 1 may fail',
  ]);
});

test('one server alone is SQLite, unless etcd is asked for', (t) => {
  t.is(roles([clusterHost('server1', sightingOf('server1'))]).datastore, 'sqlite');
  const plan = roles([clusterHost('server1', sightingOf('server1'), {k3s_cluster_init: true})]);
  t.is(plan.datastore, 'etcd');
  t.deepEqual(plan.hosts.get('server1')?.membership, {membership: 'cluster-init'});
});

test('a running cluster is kept, and a new server joins through a running member, whatever the order of the inventory', (t) => {
  const members = ['server2', 'server3'];
  const plan = roles([
    clusterHost('server1', sightingOf('server1')),
    ...members.map((name) => clusterHost(name, runningMember(name, members))),
  ]);
  t.deepEqual(stepsIn(plan), {server1: 'join', server2: 'member', server3: 'member'});
  t.deepEqual(plan.hosts.get('server1')?.membership, {membership: 'server', url: 'https://10.0.0.2:6443'});
  t.deepEqual(plan.refusals, []);
});

test('all servers stopped: all are started, none makes a cluster', (t) => {
  const plan = roles(three.map((name) => clusterHost(name, stoppedMember(name))));
  t.deepEqual(stepsIn(plan), {server1: 'start', server2: 'start', server3: 'start'});
  t.deepEqual(plan.refusals, []);
});

test('no cluster is started while a server is unknown, unless it is given up by name', (t) => {
  const servers = [clusterHost('server1', undefined), clusterHost('server2', sightingOf('server2'))];
  const refused = roles(servers).refusals;
  t.is(refused.length, 1);
  t.is(refused[0]?.what, 'no cluster is started while it is not known whether server1 belongs to one (unreachable)');
  t.regex(refused[0]?.hint ?? '', /k3s_lost_servers/);
  t.deepEqual(roles(servers, [], ['server1']).refusals, []);
});

test('--limit to a server that would join a cluster which does not exist is refused', (t) => {
  const plan = roles([
    clusterHost('server1', sightingOf('server1'), {}, false),
    clusterHost('server2', sightingOf('server2')),
  ]);
  t.is(plan.refusals.length, 1);
  t.regex(plan.refusals[0]?.what ?? '', /server1, which would start it, is not among the hosts of this run/);
});

test('a server that was told to start the cluster, and died before, is the one again', (t) => {
  const plan = roles([
    clusterHost('server1', sightingOf('server1')),
    clusterHost('server2', sightingOf('server2', {configText: 'cluster-init: true\ntoken: abcd\n'})),
  ]);
  t.deepEqual(stepsIn(plan), {server1: 'join', server2: 'init'});
  t.is(plan.token?.reveal(), 'abcd');
});

test('a number of voters that would become even is refused, unless it is wanted; one that is even is warned of', (t) => {
  const bare = three.slice(0, 2).map((name) => clusterHost(name, sightingOf(name)));
  t.deepEqual(roles(bare).refusals, [
    {
      hosts: ['server2'],
      what: 'with server1, server2 the cluster would have an even number of voters: 2 etcd members survive 0 failures, no more than 1, and 2 of them have to live',
      hint: 'give group `server` an odd number of hosts (1 or 3); to have 2 all the same: -e k3s_allow_even=true',
    },
  ]);
  const allowed = planFor(bare, {allowEven: true});
  t.deepEqual(allowed.refusals, []);
  t.is(allowed.warnings.length, 1);
  const pair = ['server1', 'server2'];
  const even = roles(pair.map((name) => clusterHost(name, runningMember(name, pair))));
  t.deepEqual(even.refusals, []);
  t.deepEqual(even.warnings, ['2 etcd members survive 0 failures, no more than 1: an odd number of servers is better']);
  const external = pair.map((name) =>
    clusterHost(name, sightingOf(name), {k3s_server_config: {'datastore-endpoint': 'https://10.1.1.1:2379'}}),
  );
  t.deepEqual(roles(external).refusals, []);
});

test('members of two clusters are refused', (t) => {
  const plan = roles([
    clusterHost('server1', runningMember('server1', ['server1'], 'c1')),
    clusterHost('server2', runningMember('server2', ['server2'], 'c2')),
  ]);
  t.regex(plan.refusals[0]?.what ?? '', /2 different clusters: server1 of c1; server2 of c2/);
});

test('SQLite with more servers in the inventory asks for the conversion', (t) => {
  const plan = roles([clusterHost('server1', sqliteServer('server1')), clusterHost('server2', sightingOf('server2'))]);
  t.regex(plan.refusals[0]?.hint ?? '', /convert_to_etcd/);
});

test('a conversion that died midway is never touched', (t) => {
  const plan = roles([clusterHost('server1', sightingOf('server1', {data: {wal: true, stateDb: true}}))]);
  t.regex(plan.refusals[0]?.what ?? '', /died midway/);
});

test('a token that is not the cluster’s is refused', (t) => {
  const living = {
    ...runningMember('server1', ['server1']),
    data: {...runningMember('server1', ['server1']).data, token: new Secret(`K10${'a'.repeat(64)}::server:right`)},
  };
  t.deepEqual(roles([clusterHost('server1', living, {k3s_token: 'right'})]).refusals, []);
  t.regex(
    roles([clusterHost('server1', living, {k3s_token: 'wrong'})]).refusals[0]?.what ?? '',
    /not the token of the cluster that server1 belongs to/,
  );
});

const endpoint = 'datastore-endpoint: http://e:2379\n';
const external = (name: string, inPlay = true): ClusterHost =>
  clusterHost(name, sightingOf(name, {configText: endpoint, data: {serverTls: true}}), {}, inPlay);
const wanted = {k3s_server_config: {'datastore-endpoint': 'http://e:2379'}};

for (const [name, servers, datastore, inUse] of [
  ['no server at all', [], 'sqlite', false],
  ['one bare server', [bareHost('server1')], 'sqlite', false],
  ['two bare servers', [bareHost('server1'), bareHost('server2')], 'etcd', false],
  [
    'one server with the half of a conversion',
    [bareHost('server1', {data: {wal: true, stateDb: true}})],
    'etcd',
    false,
  ],
  [
    'a member, whatever the others have',
    [memberHost('server1'), clusterHost('server2', sqliteServer('server2'))],
    'etcd',
    false,
  ],
  [
    'one on SQLite beside a bare one',
    [clusterHost('server1', sqliteServer('server1')), bareHost('server2')],
    'sqlite',
    false,
  ],
  [
    'one that runs on an external one, which the inventory does not name',
    [external('server1'), bareHost('server2')],
    'external',
    true,
  ],
  [
    'bare servers, one of which is to have an external one',
    [bareHost('server1'), clusterHost('server2', sightingOf('server2'), wanted)],
    'external',
    false,
  ],
] as const) {
  test(`the datastore of ${name}`, (t) => {
    const plan = planFor(servers);
    t.deepEqual([plan.datastore, plan.datastoreInUse], [datastore, inUse]);
  });
}

test('on an external datastore any server may begin: the first of this run', (t) => {
  const servers = three.map((name) => clusterHost(name, sightingOf(name), wanted, name !== 'server1'));
  t.deepEqual(stepsIn(planFor(servers)), {server1: 'none', server2: 'init', server3: 'join'});
});

/** Its etcd answers, and K3s is still starting. */
const starting = (name: string, hasLeader: boolean): ClusterHost => {
  const host = listingHost(name, {hasLeader});
  return host.sighting === undefined ? host : {...host, sighting: {...host.sighting, ping: false}};
};
const mute = (name: string): ClusterHost => listingHost(name, {hasLeader: false});
for (const [name, servers, through] of [
  [
    'a running member with a leader, before one that lost it',
    [mute('server1'), listingHost('server2'), listingHost('server3')],
    'server2',
  ],
  [
    'a member that runs, where none has a leader',
    [stoppedHost('server1'), mute('server2'), stoppedHost('server3')],
    'server2',
  ],
  [
    'a member that does not run, where none does',
    [unknownHost('server1'), stoppedHost('server2'), stoppedHost('server3')],
    'server2',
  ],
  [
    'a member that runs and tells nothing of etcd, before a stopped one',
    [stoppedHost('server1'), clusterHost('server2', {...stoppedMember('server2'), server: running, ping: true})],
    'server2',
  ],
  [
    'a member that is starting under a leader, before a stopped one',
    [stoppedHost('server1'), starting('server2', true), stoppedHost('server3')],
    'server2',
  ],
  [
    'a member that is starting under a leader, before one without',
    [starting('server1', false), starting('server2', true), stoppedHost('server3')],
    'server2',
  ],
  [
    'a member whose etcd answers without a leader, before a stopped one',
    [stoppedHost('server1'), starting('server2', false), stoppedHost('server3')],
    'server2',
  ],
  ['the one that begins, where there is none', [unknownHost('server1'), bareHost('server2')], 'server2'],
] as const) {
  test(`joins go through ${name}`, (t) => {
    t.is(
      planFor([...servers, bareHost('server4')])
        .hosts.get('server4')
        ?.why.match(/joins through (\w+)/)?.[1],
      through,
    );
  });
}

test('the agents’ own token is that of a server that has one of its own', (t) => {
  const agentToken = (
    data: Parameters<typeof bareHost>[1] extends infer Change ? Change : never,
  ): string | undefined => {
    const plan = planFor([memberHost('server1', data ?? {})], {agents: [bareHost('agent1')]});
    return (plan.hosts.get('agent1')?.config.token as Secret | undefined)?.reveal();
  };
  const [token, own] = [new Secret(`K10${'a'.repeat(64)}::server:pw`), new Secret(`K10${'a'.repeat(64)}::node:agents`)];
  t.is(agentToken({data: {token, agentToken: own}}), 'agents');
  t.is(agentToken({data: {token, agentToken: token}}), 'pw');
  t.is(agentToken({data: {token}}), 'pw');
  t.not(agentToken({data: {agentToken: own}}), 'agents');
});

test('the plan as a whole: who lives, who votes, and what is shown', (t) => {
  const changed = {configText: 'token: x\ndisable: [traefik]\n'};
  const servers = [
    memberHost('server1', changed),
    mute('server2'),
    stoppedHost('server3'),
    bareHost('server4', {}, false),
    bareHost('server5'),
  ];
  const {hosts: _hosts, token, ...plan} = planFor(servers);
  t.is(token.reveal(), 'x');
  t.deepEqual(plan, {
    datastore: 'etcd',
    datastoreInUse: false,
    clusterId: 'c1',
    living: ['server1'],
    votersBefore: 3,
    healthyBefore: 1,
    votersAfter: 4,
    refusals: [],
    warnings: [
      '4 etcd members survive 1 failure, no more than 3: let the other servers join soon, so that there are 5',
    ],
    shows: [
      'K3s on embedded etcd, cluster c1',
      '  server1  keep          runs as a member; to be restarted: disable changes in config.yaml',
      '  server2  keep          runs as a member',
      '  server3  start         is a member that does not run',
      '  server4  left out      not among the hosts of this run',
      '  server5  join          has no data; joins through server1',
      '  etcd now: 3 voters, quorum 2, 1 may fail (1 healthy); after this run: 4 voters, quorum 3, 1 may fail',
      '  to be restarted: server1, one at a time, each once the others keep quorum without it; an etcd snapshot before the first',
    ],
  });
  const lines = (snapshotBefore?: boolean): readonly string[] =>
    planFor(servers, snapshotBefore === undefined ? {} : {snapshotBefore}).shows.slice(-1);
  t.deepEqual(lines(), lines(true));
  t.deepEqual(lines(false), [
    '  to be restarted: server1, one at a time, each once the others keep quorum without it; no etcd snapshot before it (k3s_snapshot_before_change: false)',
  ]);
  t.is('clusterId' in planFor([bareHost('server1')]), false);
});

import test from 'ava';
import fc from 'fast-check';
import {clusterHost, runningMember, sightingOf, sqliteServer, stoppedMember} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import type {ClusterHost} from './classify.js';
import {resolveRoles} from './roles.js';

const random = (bytes: number): Buffer => Buffer.alloc(bytes, 7);
const three = ['server1', 'server2', 'server3'];

const roles = (servers: readonly ClusterHost[], agents: readonly ClusterHost[] = [], lost: readonly string[] = []) =>
  resolveRoles({servers, agents, lost, random});

const steps = (plan: ReturnType<typeof roles>): Record<string, string> =>
  Object.fromEntries([...plan.hosts].map(([host, {step}]) => [host, step]));

test('bare servers: the first starts the cluster, the others join through it', (t) => {
  const plan = roles(
    three.map((name) => clusterHost(name, sightingOf(name))),
    [clusterHost('agent1', sightingOf('agent1'))],
  );
  t.deepEqual(plan.refusals, []);
  t.deepEqual(steps(plan), {server1: 'init', server2: 'join', server3: 'join', agent1: 'agent'});
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
  t.deepEqual(steps(plan), {server1: 'join', server2: 'member', server3: 'member'});
  t.deepEqual(plan.hosts.get('server1')?.membership, {membership: 'server', url: 'https://10.0.0.2:6443'});
  t.deepEqual(plan.refusals, []);
});

test('all servers stopped: all are started, none makes a cluster', (t) => {
  const plan = roles(three.map((name) => clusterHost(name, stoppedMember(name))));
  t.deepEqual(steps(plan), {server1: 'start', server2: 'start', server3: 'start'});
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
  t.deepEqual(steps(plan), {server1: 'join', server2: 'init'});
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
  const allowed = resolveRoles({servers: bare, agents: [], lost: [], allowEven: true, random});
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

// ── Properties: no reachable state makes two clusters or forgets an unknown host ──

const anyServer = (name: string, cluster: readonly string[]) =>
  fc
    .record({
      kind: fc.constantFrom('bare', 'unknown', 'running', 'stopped', 'begun'),
      inPlay: fc.boolean(),
    })
    .map(({kind, inPlay}) => {
      const sighting =
        kind === 'unknown'
          ? undefined
          : kind === 'running'
            ? runningMember(name, cluster)
            : kind === 'stopped'
              ? stoppedMember(name)
              : kind === 'begun'
                ? sightingOf(name, {configText: 'cluster-init: true\n'})
                : sightingOf(name);
      return {kind, host: clusterHost(name, sighting, {}, inPlay)};
    });

const anyCluster = fc.integer({min: 1, max: 7}).chain((size) => {
  const names = Array.from({length: size}, (_, index) => `server${index + 1}`);
  return fc.tuple(...names.map((name) => anyServer(name, names)));
});

test('for any state of up to 7 servers: at most one starts a cluster, and only where none exists and none is unknown', (t) => {
  fc.assert(
    fc.property(anyCluster, (servers) => {
      const plan = roles(servers.map(({host}) => host));
      const starts = [...plan.hosts.values()].filter(({membership}) => membership.membership === 'cluster-init');
      t.true(starts.length <= 1);
      if (plan.refusals.length > 0 || starts.length === 0) return;
      t.false(
        servers.some(({kind}) => kind === 'running' || kind === 'stopped'),
        'a cluster exists',
      );
      t.false(
        servers.some(({kind}) => kind === 'unknown'),
        'a server is unknown',
      );
    }),
    {numRuns: 2000},
  );
});

test('for any state: hosts outside the run, and unknown ones, are left out; members never join', (t) => {
  fc.assert(
    fc.property(anyCluster, (servers) => {
      const plan = roles(servers.map(({host}) => host));
      for (const {kind, host} of servers) {
        const step = plan.hosts.get(host.wanted.host)?.step;
        if (kind === 'unknown' || !host.inPlay) t.is(step, 'none');
        if (kind === 'running' || kind === 'stopped') t.not(step, 'join');
      }
    }),
    {numRuns: 1000},
  );
});

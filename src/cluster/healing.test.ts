import test from 'ava';
import {
  addressFor,
  bareHost,
  clusterHost,
  listingHost,
  memberFor,
  planFor,
  runningMember,
  stoppedHost,
  stoppedMember,
  three,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {ClusterPlan} from './plan.js';
import type {EtcdMember} from './sighting.js';

const roles = (...servers: ClusterHost[]): ClusterPlan => planFor(servers);
const stepsOf = (plan: ClusterPlan): string[] => [...plan.hosts.values()].map(({step}) => step);

const unnamed = (name: string): EtcdMember => ({...memberFor(name, true), name: '', clientUrls: []});
/** A join that was cut short before etcd wrote anything: certificates, a name, and settings. */
const begun = (name: string): ClusterHost =>
  bareHost(name, {
    configText: `server: https://${addressFor('server1')}:6443\n`,
    data: {etcdDir: true, etcdName: memberFor(name).name, serverTls: true},
  });

const pair = ['server1', 'server2'].map((name) => memberFor(name));

test('a joiner killed before its member was added joins again', (t) => {
  const plan = roles(
    listingHost('server1', {members: pair}),
    listingHost('server2', {members: pair}),
    begun('server3'),
  );
  t.deepEqual(plan.refusals, []);
  t.deepEqual(stepsOf(plan), ['member', 'member', 'join']);
  t.is(plan.votersAfter, 3);
});

test('a joiner killed as a learner whose etcd never started joins again: its unnamed member is found by its address', (t) => {
  const members = [...pair, unnamed('server3')];
  const plan = roles(listingHost('server1', {members}), listingHost('server2', {members}), begun('server3'));
  t.deepEqual(plan.refusals, []);
  t.deepEqual(stepsOf(plan), ['member', 'member', 'join']);
  t.is(plan.votersAfter, 3);
});

for (const [name, learner] of [
  ['a named', memberFor('server3', true)],
  ['an unnamed', unnamed('server3')],
] as const) {
  test(`a joiner killed as ${name} learner with data on its disk is started, and counts as a voter afterwards`, (t) => {
    const members = [...pair, learner];
    const plan = roles(listingHost('server1', {members}), listingHost('server2', {members}), stoppedHost('server3'));
    t.deepEqual(plan.refusals, []);
    t.deepEqual(stepsOf(plan), ['member', 'member', 'start']);
    t.deepEqual([plan.votersBefore, plan.votersAfter], [2, 3]);
    t.deepEqual(plan.warnings, []);
  });
}

test('a joiner killed after its promotion is a member that does not run', (t) => {
  const plan = roles(listingHost('server1'), listingHost('server2'), stoppedHost('server3'));
  t.deepEqual(plan.refusals, []);
  t.deepEqual(stepsOf(plan), ['member', 'member', 'start']);
});

test('a learner that was put out with data on its disk is named, with the way back', (t) => {
  const plan = roles(
    listingHost('server1', {members: pair}),
    listingHost('server2', {members: pair}),
    stoppedHost('server3'),
  );
  t.deepEqual(plan.refusals, [
    {
      hosts: ['server3'],
      what: 'server3 has the data of member server3-0123abcd, which the cluster does not list: it was removed, was put out as a learner before it had caught up, or is of another cluster',
      hint: 'if nothing on server3 is needed, stop K3s there and remove /var/lib/rancher/k3s/server/db, then run again: it joins as a new member',
    },
  ]);
});

test('a removed member that K3s has marked rejoins, through a living one', (t) => {
  const seen = stoppedMember('server3');
  const removed = clusterHost('server3', {...seen, data: {...seen.data, tombstone: true}});
  const plan = roles(listingHost('server1', {members: pair}), listingHost('server2', {members: pair}), removed);
  t.deepEqual(plan.refusals, []);
  t.deepEqual(plan.hosts.get('server3')?.membership, {membership: 'server', url: 'https://10.0.0.1:6443'});
  t.is(
    plan.hosts.get('server3')?.why,
    'was removed from the cluster, and K3s puts its data aside; joins through server1',
  );
  t.deepEqual(roles(removed).refusals, [
    {
      hosts: ['server3'],
      what: 'server3 was removed from its cluster, and no server of that cluster can be read',
      hint: 'make a living server reachable; to begin anew on server3, run k3s-uninstall.sh there first',
    },
  ]);
});

test('a server wiped while another is stopped: that one is started first, then the dead member is removed', (t) => {
  const plan = roles(bareHost('server1'), stoppedHost('server2'), listingHost('server3', {hasLeader: false}));
  t.deepEqual(plan.refusals, []);
  t.deepEqual(stepsOf(plan), ['replace', 'start', 'member']);
  t.is(plan.hosts.get('server1')?.dead?.name, 'server1-0123abcd');
  t.is(plan.healthyBefore, 0);
  t.is(plan.votersAfter, 3);
});

test('a server wiped while all others are stopped: what is listed of it is seen once they run', (t) => {
  const plan = roles(bareHost('server1'), stoppedHost('server2'), stoppedHost('server3'));
  t.deepEqual(plan.refusals, []);
  t.deepEqual(stepsOf(plan), ['join', 'start', 'start']);
  t.is(
    plan.hosts.get('server1')?.why,
    'has no data; joins through server2; whether a dead member of it is still listed is seen once server2, server3 run',
  );
});

test('a member that votes while its K3s is still starting waits for its turn, and others are asked before it', (t) => {
  const starting = (name: string): ClusterHost => {
    const {sighting, ...rest} = listingHost(name);
    const {server} = sighting ?? {};
    if (sighting === undefined || server === undefined) return rest;
    return {...rest, sighting: {...sighting, ping: false, server: {...server, active: 'activating'}}};
  };
  const plan = roles(starting('server1'), starting('server2'), listingHost('server3'));
  t.deepEqual(stepsOf(plan), ['member', 'member', 'member']);
  t.is(plan.hosts.get('server1')?.why, 'is a member that is still starting');
  t.deepEqual(plan.living, ['server3', 'server1', 'server2']);
});

test('a quorum that this run cannot bring back is said at once', (t) => {
  const lost = [
    {
      hosts: [],
      what: 'etcd has lost its quorum, and this run cannot bring it back: 1 of 3 voters is up or can be started, and 2 are needed (not to be had: server1, server2)',
      hint: 'bring other members back first, and run without --limit; if they are lost for good, make server3 the only member (there: `systemctl stop k3s && k3s server --cluster-reset`, then start it), which keeps its data, and run again',
    },
  ];
  t.deepEqual(
    roles(unknownHost('server1'), stoppedHost('server2', false), listingHost('server3', {hasLeader: false})).refusals,
    lost,
  );
  t.deepEqual(
    roles(stoppedHost('server1'), stoppedHost('server2', false), listingHost('server3', {hasLeader: false})).refusals,
    [],
  );
});

test('why running servers are to be restarted is told before anything is touched', (t) => {
  const [first] = three;
  const seen = runningMember('server1', three);
  const host = (text: string, variables: Record<string, unknown>): ClusterHost =>
    clusterHost('server1', {...seen, configText: text}, variables);
  const why = (text: string, variables: Record<string, unknown> = {}) =>
    roles(host(text, {k3s_token: 'abc', ...variables})).hosts.get(first ?? '')?.restart;
  const same = 'token: abc\nserver: https://10.0.0.2:6443\n';
  t.is(why(same), undefined);
  t.is(why(same, {k3s_server_config: {disable: ['traefik']}}), 'disable changes in config.yaml');
  t.is(why(same, {k3s_version: 'v1.31.0+k3s1'}), 'v1.30.6+k3s1 becomes v1.31.0+k3s1');
});

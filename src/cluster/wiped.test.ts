import test from 'ava';
import {
  addressFor,
  bareHost,
  listingHost,
  memberFor,
  memberHost,
  planFor,
  type sightingOf,
  stoppedHost,
  three,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import {hasFreeAddress} from './wiped.js';

const roles = (...servers: ClusterHost[]) => planFor(servers);

/** A member that sees the peer port of `lost` in this state, and those of the others open. */
const memberSeeing = (
  name: string,
  lost: string,
  state: 'open' | 'closed' | 'silent' | 'unseen' = 'closed',
): ClusterHost => listingHost(name, {port: 'open', ports: {[lost]: state}});

/** All three, and nobody's port open. */
const seeing = {
  clusterId: 'c1',
  members: three.map((name) => memberFor(name)),
  isLeader: false,
  hasLeader: true,
  peers: new Map(three.map((name) => [`https://${addressFor(name)}:2380`, 'closed'] as const)),
};

const wiped = (change: Parameters<typeof sightingOf>[1] = {}): ClusterHost => bareHost('server1', change);

test('a wiped server is replaced: the plan names its dead member and who removes it', (t) => {
  const plan = roles(wiped(), memberSeeing('server2', 'server1'), memberSeeing('server3', 'server1'));
  t.deepEqual(plan.refusals, []);
  const own = plan.hosts.get('server1');
  t.is(own?.step, 'replace');
  t.deepEqual(own?.dead, {
    id: 'server1-id',
    name: 'server1-0123abcd',
    isLearner: false,
    through: 'server2',
    addressIsFree: false,
  });
  t.deepEqual(own?.membership, {membership: 'server', url: 'https://10.0.0.2:6443'});
  t.is(own?.why, 'was wiped: its dead member server1-0123abcd (server1-id) is removed; joins through server2');
  t.is(plan.votersAfter, 3);
});

test('where nothing comes back from the member’s address, the wiped server itself tells that nobody listens there', (t) => {
  const plan = roles(
    wiped({peerPort: 'free'}),
    memberSeeing('server2', 'server1', 'silent'),
    memberSeeing('server3', 'server1', 'silent'),
  );
  t.deepEqual(plan.refusals, []);
  t.like(plan.hosts.get('server1'), {step: 'replace', dead: {addressIsFree: true}});
});

test('what a failed join left behind is the cluster’s own and forbids nothing', (t) => {
  const left = {
    configText: 'server: https://10.0.0.2:6443\n',
    data: {etcdDir: true, etcdName: 'server1-99999999', serverTls: true, ca: 'ca1'},
  };
  t.deepEqual(roles(wiped(left), memberSeeing('server2', 'server1'), memberSeeing('server3', 'server1')).refusals, []);
});

test('a join cut short is no wiped server: its member has the name it wrote down', (t) => {
  const begun = {
    configText: 'server: https://10.0.0.2:6443\n',
    data: {etcdDir: true, etcdName: memberFor('server1').name, serverTls: true},
  };
  const plan = roles(wiped(begun), memberSeeing('server2', 'server1'), memberSeeing('server3', 'server1'));
  t.is(plan.hosts.get('server1')?.step, 'join');
});

const refusals: Record<string, {servers: ClusterHost[]; what: string; hint: string}> = {
  'data that is not the cluster’s': {
    servers: [
      wiped({configText: 'server: https://10.0.0.2:6443\n', data: {serverTls: true, ca: 'other'}}),
      memberSeeing('server2', 'server1'),
      memberSeeing('server3', 'server1'),
    ],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), but its data-dir is not empty: it holds server/tls, of another cluster',
    hint: 'if nothing on server1 is needed, remove /var/lib/rancher/k3s/server there, then run again',
  },
  'etcd’s own folder, though it holds no data': {
    servers: [wiped({data: {memberDir: true}}), memberSeeing('server2', 'server1'), memberSeeing('server3', 'server1')],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), but its data-dir is not empty: it holds server/db/etcd/member',
    hint: 'if nothing on server1 is needed, remove /var/lib/rancher/k3s/server there, then run again',
  },
  'certificates of which nothing tells whose they are': {
    servers: [
      wiped({data: {serverTls: true}}),
      memberHost('server2', {etcd: seeing}),
      memberHost('server3', {etcd: seeing}),
    ],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), but its data-dir is not empty: it holds server/tls, of another cluster',
    hint: 'if nothing on server1 is needed, remove /var/lib/rancher/k3s/server there, then run again',
  },
  'certificates of another cluster, where the first of the others cannot be read': {
    servers: [
      unknownHost('server2'),
      wiped({data: {serverTls: true, ca: 'other'}}),
      memberSeeing('server3', 'server1'),
      memberSeeing('server4', 'server1'),
    ],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), but its data-dir is not empty: it holds server/tls, of another cluster',
    hint: 'if nothing on server1 is needed, remove /var/lib/rancher/k3s/server there, then run again',
  },
  'a member that answers, where the first of the others cannot be read': {
    servers: [
      unknownHost('server2'),
      wiped(),
      memberSeeing('server3', 'server1', 'open'),
      memberSeeing('server4', 'server1'),
    ],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), but at https://10.0.0.1:2380 something answers, as server3 sees it',
    hint: 'the member lives, so it is not removed: check that ansible_host of server1 is the machine at that address, or give this one a name of its own',
  },
  'a member that answers as one living member sees it': {
    servers: [wiped(), memberSeeing('server2', 'server1'), memberSeeing('server3', 'server1', 'open')],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), but at https://10.0.0.1:2380 something answers, as server3 sees it',
    hint: 'the member lives, so it is not removed: check that ansible_host of server1 is the machine at that address, or give this one a name of its own',
  },
  'silence, where the wiped server does not tell whether somebody listens': {
    servers: [wiped(), memberSeeing('server2', 'server1', 'silent'), memberSeeing('server3', 'server1')],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), and nothing at all comes back from https://10.0.0.1:2380, as server2 sees it: a firewall that drops what comes, or a machine that is off',
    hint: 'look there, and if that member is dead remove it on server2: `k3s kubectl delete node server1`; then run again',
  },
  'silence, where somebody listens behind it': {
    servers: [
      wiped({peerPort: 'held'}),
      memberSeeing('server2', 'server1'),
      memberSeeing('server3', 'server1', 'silent'),
    ],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), and nothing at all comes back from https://10.0.0.1:2380, as server3 sees it: a firewall that drops what comes, or a machine that is off',
    hint: 'something listens on port 2380 of server1: stop it if it is not needed, or let the servers reach each other’s ports 2379 and 2380; then run again',
  },
  'silence from an address that is another machine’s': {
    servers: [
      wiped({peerPort: 'free', addresses: [{device: 'eth0', address: '10.0.0.9'}]}),
      memberSeeing('server2', 'server1', 'silent'),
      memberSeeing('server3', 'server1', 'silent'),
    ],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), and nothing at all comes back from https://10.0.0.1:2380, as server2 sees it: a firewall that drops what comes, or a machine that is off',
    hint: 'look there, and if that member is dead remove it on server2: `k3s kubectl delete node server1`; then run again',
  },
  'an answer, though the wiped server says that nobody listens': {
    servers: [
      wiped({peerPort: 'free'}),
      memberSeeing('server2', 'server1', 'silent'),
      memberSeeing('server3', 'server1', 'open'),
    ],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), but at https://10.0.0.1:2380 something answers, as server3 sees it',
    hint: 'the member lives, so it is not removed: check that ansible_host of server1 is the machine at that address, or give this one a name of its own',
  },
  'a port nobody could look at': {
    servers: [wiped(), memberSeeing('server2', 'server1', 'unseen'), memberSeeing('server3', 'server1')],
    what: 'server1 has no etcd data and the cluster still lists server1 as member server1-0123abcd (server1-id), and server2 cannot tell whether https://10.0.0.1:2380 answers',
    hint: 'look there, and if that member is dead remove it on server2: `k3s kubectl delete node server1`; then run again',
  },
  'a removal that no majority can agree to': {
    servers: [wiped(), memberSeeing('server2', 'server1'), stoppedHost('server3', false)],
    what: 'the dead member server1-0123abcd of server1 cannot be removed: 1 of 3 voters is healthy or can be started, and 2 have to agree',
    hint: 'bring other members back first; if they are lost for good, make server2 the only member (there: `systemctl stop k3s && k3s server --cluster-reset`, then start it), which keeps its data, and run again',
  },
};

for (const [name, {servers, what, hint}] of Object.entries(refusals)) {
  test(`refuses ${name}`, (t) => {
    t.deepEqual(roles(...servers).refusals, [{hosts: ['server1'], what, hint}]);
  });
}

test('two of five wiped: both are replaced, since three of five agree', (t) => {
  const five = ['server1', 'server2', 'server3', 'server4', 'server5'];
  const members = five.map((name) => memberFor(name));
  const plan = roles(
    bareHost('server1'),
    bareHost('server2'),
    ...['server3', 'server4', 'server5'].map((name) => listingHost(name, {members})),
  );
  t.deepEqual(plan.refusals, []);
  t.is([...plan.hosts.values()].filter(({step}) => step === 'replace').length, 2);
  t.is(plan.votersAfter, 5);
});

test('a wiped server outside this run keeps its dead member', (t) => {
  const plan = roles(bareHost('server1', {}, false), listingHost('server2'), listingHost('server3'));
  t.deepEqual([plan.refusals, plan.votersBefore, plan.votersAfter], [[], 3, 3]);
});

const own = 'https://10.0.0.1:2380';
for (const [title, addresses, peerUrls, expected] of [
  ['its only address', ['10.0.0.1'], [own], true],
  ['one of its addresses', ['10.9.0.1', '10.0.0.1'], [own], true],
  ['two of its addresses', ['10.0.0.1', '10.9.0.1'], [own, 'https://10.9.0.1:2380'], true],
  ['one of its addresses and one of another machine', ['10.0.0.1'], [own, 'https://10.9.0.9:2380'], false],
  ['none of its addresses', ['10.0.0.9'], [own], false],
] as const)
  test(`a wiped server tells ${expected ? '' : 'nothing '}of a member that was at ${title}`, (t) => {
    const seen = addresses.map((address, index) => ({device: `eth${index}`, address}));
    const freeWhere = (peerPort: 'free' | 'held'): boolean =>
      hasFreeAddress({
        known: {host: wiped({peerPort, addresses: seen}), kind: 'bare'},
        dead: {...memberFor('server1'), peerUrls},
      });
    t.is(freeWhere('free'), expected);
    t.false(freeWhere('held'));
  });

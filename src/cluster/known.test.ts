/** What members say of a cluster, and where a server stands with it. */
import test from 'ava';
import {
  bareHost,
  clusterHost,
  listingHost,
  memberFor,
  memberHost,
  running,
  runningMember,
  sightingOf,
  stoppedHost,
  stoppedMember,
  three,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {ConversionRecord} from './conversion.js';
import {
  etcdOf,
  hasBegun,
  hasLeader,
  isOnItsWay,
  isRemoved,
  knownServers,
  learnersOf,
  listedMembers,
  memberNodeName,
  standingOf,
  votesOf,
} from './known.js';
import type {EtcdMember, Sighting} from './sighting.js';

test('the Node of a member, by K3s’s eight digits', (t) => {
  t.deepEqual(
    ['server1-0123abcd', 'server-1-0123abcd', 'server1', 'server1-0123abc', 'server1-0123ABCD', 'a-0123abcd-b'].map(
      memberNodeName,
    ),
    ['server1', 'server-1', 'server1', 'server1-0123abc', 'server1-0123ABCD', 'a-0123abcd-b'],
  );
});

const pair = [memberFor('server1'), memberFor('server2')];
const mute = (name: string, members?: readonly EtcdMember[]): ClusterHost =>
  listingHost(name, {hasLeader: false, ...(members === undefined ? {} : {members})});

test('members under a leader are heard, and only without any those that lost it', (t) => {
  const mixed = knownServers([mute('server1'), listingHost('server2', {members: pair}), unknownHost('server3')]);
  t.deepEqual([etcdOf(mixed).length, listedMembers(mixed).length, hasLeader(mixed)], [1, 2, true]);
  const lost = knownServers([mute('server1', pair), mute('server2'), stoppedHost('server3')]);
  t.deepEqual([etcdOf(lost).length, listedMembers(lost).length, hasLeader(lost)], [2, 3, false]);
  const names = (...lists: (readonly EtcdMember[])[]): string[] =>
    listedMembers(knownServers(lists.map((members, index) => listingHost(`server${index + 1}`, {members})))).map(
      ({id}) => id,
    );
  t.deepEqual(names([memberFor('server1')], pair), ['server1-id', 'server2-id']);
  t.deepEqual(names(pair, [memberFor('server3')]), ['server1-id', 'server2-id']);
  t.deepEqual(names(pair, [memberFor('server3'), memberFor('server4')]), ['server1-id', 'server2-id']);
  t.deepEqual(listedMembers([]), []);
});

for (const [name, host, begun] of [
  ['nobody could look', unknownHost('server1'), false],
  ['no config.yaml', bareHost('server1'), false],
  ['told to begin', bareHost('server1', {configText: 'cluster-init: true\n'}), true],
  ['told not to begin', bareHost('server1', {configText: 'cluster-init: false\n'}), false],
  ['told to join', bareHost('server1', {configText: 'server: https://x:6443\n'}), true],
  ['other settings', bareHost('server1', {configText: 'debug: true\n'}), false],
] as const) {
  test(`${begun ? 'has' : 'has not'} begun: ${name}`, (t) => {
    t.is(hasBegun(host), begun);
  });
}

const unnamed = (url: string): EtcdMember => ({
  ...memberFor('server3', true),
  name: '',
  peerUrls: ['no url', url],
  clientUrls: [],
});
const stopped = (change: Partial<Sighting> = {}, data: Partial<Sighting['data']> = {}): ClusterHost => {
  const seen = stoppedMember('server3');
  return clusterHost('server3', {...seen, ...change, data: {...seen.data, ...data}});
};
const noName = sightingOf('server3', {data: {wal: true}});
const v6 = {addresses: [{device: 'eth0', address: 'fd00::3'}]};
const unit = (active: string): Partial<Sighting> => {
  const {server} = stoppedMember('server3');
  return server === undefined ? {} : {server: {...server, active}};
};
const all = three.map((name) => memberFor(name));

for (const [name, host, members, standing] of [
  ['nobody could look', unknownHost('server3'), all, 'unheard'],
  ['bare', bareHost('server3'), all, 'unheard'],
  ['listed', stopped(), all, 'voter'],
  ['listed as a learner', stopped(), [...pair, memberFor('server3', true)], 'learner'],
  ['half converted, and listed', stopped({}, {stateDb: true}), all, 'voter'],
  ['half converted, and not listed', stopped({}, {stateDb: true}), pair, 'out'],
  ['listed by its address alone', stopped(), [...pair, unnamed('https://10.0.0.3:2380')], 'learner'],
  [
    'listed by its address of IPv6',
    clusterHost('server3', {...stoppedMember('server3'), ...v6}, {ansible_host: 'fd00::3'}),
    [...pair, unnamed('https://[fd00::3]:2380')],
    'learner',
  ],
  ['another address listed', stopped(), [...pair, unnamed('https://10.0.0.33:2380')], 'out'],
  ['a namesake listed', stopped(), [...pair, {...memberFor('server3'), name: 'server3-99999999'}], 'out'],
  ['its name not known, and one of its Node’s listed', clusterHost('server3', noName), all, 'voter'],
  ['its name not known, and none of its Node’s listed', clusterHost('server3', noName), pair, 'unheard'],
  ['not listed', stopped(), pair, 'out'],
  ['not listed, and starting', stopped(unit('activating')), pair, 'unheard'],
  ['not listed, and up', stopped(unit('active')), pair, 'unheard'],
  [
    'not listed, no unit',
    clusterHost('server3', {...sightingOf('server3'), data: stoppedMember('server3').data}),
    pair,
    'out',
  ],
  [
    'listed by itself alone',
    memberHost('server3', {
      etcd: {clusterId: 'c2', members: [memberFor('server3')], isLeader: true, hasLeader: true, peers: new Map()},
    }),
    pair,
    'voter',
  ],
  [
    'not listed by itself',
    memberHost('server3', {
      etcd: {clusterId: 'c1', members: pair, isLeader: false, hasLeader: true, peers: new Map()},
      ...unit('inactive'),
    }),
    pair,
    'unheard',
  ],
] as const) {
  test(`where a server stands: ${name}: ${standing}`, (t) => {
    const servers = knownServers([listingHost('server1', {members}), listingHost('server2', {members}), host]);
    const own = servers[2];
    if (own === undefined) return t.fail();
    t.is(standingOf(own, servers), standing);
    return t.is(isRemoved(own, servers), standing === 'out');
  });
}

for (const [name, servers, removed] of [
  ['marked, and nobody to ask', [stopped({}, {tombstone: true})], true],
  ['marked, and listed all the same', [stopped({}, {tombstone: true}), listingHost('server1')], false],
  ['marked, half converted, and nobody to ask', [stopped({}, {tombstone: true, stateDb: true})], false],
  ['not marked, and nobody to ask', [stopped()], false],
  ['not listed by those that lost their leader', [stopped(), mute('server1', pair)], false],
  ['marked, and no data', [bareHost('server3', {data: {tombstone: true}})], false],
  ['unknown', [unknownHost('server3')], false],
] as const) {
  test(`${removed ? 'was' : 'was not'} removed: ${name}`, (t) => {
    const known = knownServers(servers);
    const [own] = known;
    if (own === undefined) return t.fail();
    return t.is(isRemoved(own, known), removed);
  });
}

const up = clusterHost('server2', {...stoppedMember('server2'), ...unit('activating')}, {}, false);
for (const [name, servers, votes] of [
  ['nobody', [], [0, 0, 0]],
  ['bare servers', three.map((one) => bareHost(one)), [0, 0, 0]],
  ['members that do not run', three.map((one) => stoppedHost(one)), [3, 0, 3]],
  ['members that do not run, one outside this run', [stoppedHost('server1'), stoppedHost('server2', false)], [2, 0, 1]],
  ['half converted', [bareHost('server1', {data: {wal: true, stateDb: true}})], [1, 0, 1]],
  ['all well', three.map((one) => listingHost(one)), [3, 3, 3]],
  ['all well, outside this run', three.map((one) => listingHost(one, {inPlay: false})), [3, 3, 3]],
  ['one unknown', [listingHost('server1'), listingHost('server2'), unknownHost('server3')], [3, 2, 2]],
  ['one starting outside this run', [mute('server1'), up, stoppedHost('server3', false)], [3, 0, 2]],
  [
    'one running without etcd’s answer, outside this run',
    [clusterHost('server1', {...stoppedMember('server1'), ...unit('active'), ping: true}, {}, false)],
    [1, 0, 1],
  ],
  [
    'a learner beside two',
    [
      listingHost('server1', {members: [...pair, memberFor('server3', true)]}),
      listingHost('server2', {members: [...pair, memberFor('server3', true)]}),
      stoppedHost('server3'),
    ],
    [2, 2, 2],
  ],
  [
    'a learner that answers, beside one voter that does',
    [
      listingHost('server1', {members: [...pair, memberFor('server3', true)]}),
      unknownHost('server2'),
      listingHost('server3', {members: [...pair, memberFor('server3', true)]}),
    ],
    [2, 1, 1],
  ],
  [
    'one that answers under a leader, whatever systemd says, outside this run',
    [clusterHost('server1', {...runningMember('server1', ['server1']), ...unit('inactive'), ping: false}, {}, false)],
    [1, 1, 1],
  ],
  ['lists of two lengths', [listingHost('server1', {members: pair}), listingHost('server2')], [3, 2, 2]],
  [
    'two clusters of one',
    [
      clusterHost('server1', runningMember('server1', ['server1'])),
      clusterHost('server2', runningMember('server2', ['server2'], 'c2')),
    ],
    [1, 1, 1],
  ],
  [
    'one that was put out',
    [listingHost('server1', {members: pair}), listingHost('server2', {members: pair}), stoppedHost('server3')],
    [2, 2, 2],
  ],
] as const) {
  test(`votes: ${name}`, (t) => {
    const {voters, healthy, expected} = votesOf(knownServers(servers));
    t.deepEqual([voters, healthy, expected], [...votes]);
  });
}

test('learners of this run, and of no other', (t) => {
  const members = [memberFor('server1'), memberFor('server2', true), memberFor('server3', true)];
  const servers = knownServers([
    listingHost('server1', {members}),
    stoppedHost('server2'),
    stoppedHost('server3', false),
  ]);
  t.deepEqual(
    learnersOf(servers).map(({host}) => host.wanted.host),
    ['server2'],
  );
});

const starting = {...running, active: 'activating'};
const joiner = 'server: https://10.0.0.1:6443\n';
const beginner = 'cluster-init: true\n';
for (const [words, change, step, expected] of [
  ['told to join, K3s starting', {configText: joiner, server: starting}, 'join', true],
  ['told to join, K3s up', {configText: joiner, server: running}, 'join', true],
  ['told to join, and stopped', {configText: joiner, server: {...running, active: 'inactive'}}, 'join', false],
  ['told to join, without a unit', {configText: joiner}, 'join', false],
  ['told to join, where it is to begin', {configText: joiner, server: starting}, 'init', false],
  ['told to join, where its dead member goes first', {configText: joiner, server: starting}, 'replace', false],
  ['told to begin, K3s starting', {configText: beginner, server: starting}, 'init', true],
  ['told to begin, where it is to join', {configText: beginner, server: starting}, 'join', false],
  ['told nothing', {configText: 'debug: true\n', server: starting}, 'join', false],
  ['with data', {configText: joiner, server: starting, data: {wal: true}}, 'join', false],
] as const) {
  test(`a server ${words} is ${expected ? '' : 'not '}on its way by itself to ${step}`, (t) => {
    t.is(isOnItsWay(bareHost('server3', change), step), expected);
  });
}

test('a server is on its way through a conversion once a run has begun it', (t) => {
  const conversion = {stage: 'backed-up'} as ConversionRecord;
  for (const data of [{stateDb: true}, {stateDb: true, wal: true}])
    for (const [step, begun, expected] of [
      ['convert', true, true],
      ['back', true, true],
      ['keep', true, false],
      ['convert', false, false],
    ] as const)
      t.is(isOnItsWay(bareHost('server1', {data: {...data, ...(begun ? {conversion} : {})}}), step), expected);
});

test('an unknown server is not on its way', (t) => {
  t.false(isOnItsWay(unknownHost('server3'), 'join'));
  t.false(isOnItsWay(unknownHost('server3'), 'convert'));
});

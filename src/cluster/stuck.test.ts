import test from 'ava';
import {
  addressFor,
  blankHost,
  clusterHost,
  listingHost,
  memberFor,
  memberHost,
  planFor,
  sightingOf,
  stepsIn,
  stoppedHost,
  stoppedMember,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import {type Known, knownServers} from './known.js';
import type {EtcdMember} from './sighting.js';
import {stuckServers} from './stuck.js';

const pair = ['server1', 'server2'].map((name) => memberFor(name));
const learner = memberFor('server3', true);
const unnamed: EtcdMember = {...learner, name: '', clientUrls: []};

/** With two members that list these; server3 is the joiner. */
const planWith = (joiner: ClusterHost, members: readonly EtcdMember[], hasLeader = true) =>
  planFor([listingHost('server1', {members, hasLeader}), listingHost('server2', {members, hasLeader}), joiner]);

const startedSince = {unknownPeersMs: 0};
const blank = blankHost('server3');
/** Its log holds something, and it has said for so long that it knows nobody. */
const deafFor = (unknownPeersMs: number, active = 'activating'): ClusterHost => {
  const seen = stoppedMember('server3');
  const server = {load: 'loaded', active, sub: '', mainPid: 10, restarts: 0, enabled: 'enabled'};
  return clusterHost('server3', {...seen, server, resumed: {unknownPeersMs}});
};

test('a learner with a blank log joins anew: its member is removed as a learner, its data put aside', (t) => {
  const plan = planWith(blank, [...pair, learner]);
  t.deepEqual(plan.refusals, []);
  const own = plan.hosts.get('server3');
  t.like(own, {
    step: 'replace',
    why: 'its etcd was ended while it joined, and cannot catch up: its learner server3-0123abcd (server3-id) is removed, and its data put aside; joins through server1',
    aside: 'server3-0123abcd',
    membership: {membership: 'server', url: `https://${addressFor('server1')}:6443`},
  });
  t.deepEqual(own?.dead, {
    id: 'server3-id',
    name: 'server3-0123abcd',
    isLearner: true,
    through: 'server1',
    addressIsFree: true,
  });
  t.deepEqual([plan.votersBefore, plan.votersAfter], [2, 3]);
});

test('its member has no name as long as its etcd could not say it: the ID tells which', (t) => {
  t.like(planWith(blank, [...pair, unnamed]).hosts.get('server3'), {
    step: 'replace',
    why: 'its etcd was ended while it joined, and cannot catch up: its learner server3-0123abcd (server3-id) is removed, and its data put aside; joins through server1',
    dead: {id: 'server3-id', name: '', isLearner: true},
  });
});

test('put out meanwhile with a blank log: there is nothing to remove', (t) => {
  for (const joiner of [blank, blankHost('server3', startedSince)]) {
    const plan = planWith(joiner, pair);
    t.deepEqual(plan.refusals, []);
    t.deepEqual([plan.votersBefore, plan.healthyBefore, plan.votersAfter], [2, 2, 3]);
    const own = plan.hosts.get('server3');
    t.like(own, {
      step: 'replace',
      why: 'its etcd was ended while it joined, and cannot catch up: its learner server3-0123abcd is put out, and its data put aside; joins through server1',
      aside: 'server3-0123abcd',
    });
    t.is(own?.dead, undefined);
  }
});

const nobody = {data: {tombstone: true}};
const another = blankHost('server3', startedSince, {data: {ca: 'ca2'}});
const starting = {server: {load: 'loaded', active: 'activating', sub: '', mainPid: 1, restarts: 0, enabled: 'enabled'}};

for (const [name, joiner, members, hasLeader, step] of [
  ['a blank log, and a start that found it', blankHost('server3', startedSince), [...pair, learner], true, 'replace'],
  ['a blank log, and the first start', blankHost('server3', undefined, starting), [...pair, learner], true, 'start'],
  ['a log with something in it', stoppedHost('server3'), [...pair, learner], true, 'start'],
  ['one that knows nobody for seconds', deafFor(14_999), [...pair, learner], true, 'start'],
  ['one that knows nobody for long', deafFor(15_000), [...pair, learner], true, 'replace'],
  ['one that knew nobody for long, and does not run', deafFor(60_000, 'failed'), [...pair, learner], true, 'start'],
  ['one that knows nobody for long, and votes', deafFor(60_000), [...pair, memberFor('server3')], true, 'start'],
  ['one that knows nobody for long, and is not listed', deafFor(60_000), pair, true, 'start'],
  ['a blank log of one that votes', blank, [...pair, memberFor('server3')], true, 'start'],
  ['a blank log, and nobody leads', blank, [...pair, learner], false, 'start'],
  ['a blank log and a tombstone', blankHost('server3', undefined, nobody), pair, true, 'join'],
  ['a blank log, not listed, of another cluster', another, pair, true, 'start'],
  ['a blank log outside this run', {...blank, inPlay: false}, [...pair, learner], true, 'none'],
] as const) {
  test(`${name}: ${step}`, (t) => {
    t.is(stepsIn(planWith(joiner, members, hasLeader)).server3, step);
  });
}

const listing = listingHost('server1', {members: [...pair, learner]});
const etcd = {clusterId: 'c1', members: [], isLeader: false, hasLeader: true, peers: new Map()};
/** With a blank log and this, and nothing else. */
const blankWith = (data: {readonly etcdName?: string; readonly ca?: string}): ClusterHost =>
  clusterHost('server3', sightingOf('server3', {data: {wal: true, blankWal: true, ...data}}));
/** A leader of which nobody could read the certificates. */
const withoutCa = memberHost('server1', {}, ['server1', 'server2']);
const isOne = {etcdName: 'server3-0123abcd', member: learner};

for (const [name, servers, expected] of [
  ['a learner with a blank log', [listing, blank], [isOne]],
  ['one with something in its log', [listing, stoppedHost('server3')], []],
  ['no such, where nobody leads', [listingHost('server1', {members: [learner], hasLeader: false}), blank], []],
  ['one whose etcd answers though its unit does not run', [listing, blankHost('server3', undefined, {etcd})], []],
  ['one that keeps SQLite’s data too', [listing, blankHost('server3', undefined, {data: {stateDb: true}})], []],
  ['one of which nothing tells the name', [listing, blankWith({ca: 'ca1'})], []],
  ['one with a tombstone', [listing, blankHost('server3', undefined, nobody)], []],
  [
    'one that is not listed, after a host that does not answer',
    [unknownHost('server2'), listingHost('server1', {members: pair}), blank],
    [{etcdName: 'server3-0123abcd'}],
  ],
  [
    'one that is not listed, of which nothing tells the cluster',
    [withoutCa, blankWith({etcdName: 'server3-0123abcd'})],
    [],
  ],
] as const) {
  test(`cannot catch up: ${name}: ${expected.length}`, (t) => {
    const known = knownServers(servers);
    t.deepEqual(
      stuckServers(known),
      expected.map((one) => ({known: known.at(-1) as Known, ...one})),
    );
  });
}

test('where its learner’s address is not this server’s, silence from there is no proof', (t) => {
  const elsewhere = {...learner, peerUrls: ['https://10.0.0.99:2380']};
  t.like(planWith(blank, [...pair, elsewhere]).hosts.get('server3'), {dead: {addressIsFree: false}});
});

test('whom others join through is never such a one', (t) => {
  const members = [memberFor('server2'), memberFor('server1', true)];
  const plan = planFor([blankHost('server1'), listingHost('server2', {members})]);
  t.like(plan.hosts.get('server1'), {step: 'replace', dead: {through: 'server2'}});
});

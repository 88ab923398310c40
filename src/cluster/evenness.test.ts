import test from 'ava';
import {clusterHost, runningMember, sightingOf, stoppedMember} from '../../test/support/cluster_hosts.js';
import {evenness, type Growth, joiningLater} from './evenness.js';
import {knownServers} from './known.js';

const growth = (change: Partial<Growth>): Growth => ({
  before: 0,
  after: 4,
  final: 4,
  joining: ['server4'],
  allowed: false,
  ...change,
});
const four = '4 etcd members survive 1 failure, no more than 3';

for (const [name, change, refused, warned] of [
  ['no etcd', {after: 0, final: 0}, 0, []],
  ['odd after the run', {after: 3, final: 3}, 0, []],
  ['even for good', {before: 3}, 1, []],
  ['even, and wanted', {before: 3, allowed: true}, 0, [`${four}: an odd number of servers is better`]],
  ['even already', {before: 4}, 0, [`${four}: an odd number of servers is better`]],
  ['even, and nobody joins', {before: 5, joining: []}, 0, [`${four}: an odd number of servers is better`]],
  [
    'even on the way to an odd number',
    {before: 3, final: 5},
    0,
    [`${four}: let the other servers join soon, so that there are 5`],
  ],
] as const) {
  test(`${name}: ${refused === 1 ? 'refused' : warned.length > 0 ? 'a warning' : 'nothing'}`, (t) => {
    const {refusals, warnings} = evenness(growth(change));
    t.is(refusals.length, refused);
    t.deepEqual(warnings, warned);
  });
}

test('who joins later: bare servers outside the run, and unknown ones that are neither listed nor given up', (t) => {
  const servers = knownServers([
    clusterHost('server1', runningMember('server1', ['server1', 'server2'])),
    clusterHost('server2', undefined),
    clusterHost('server3', undefined),
    clusterHost('server4', undefined),
    clusterHost('server5', sightingOf('server5'), {}, false),
    clusterHost('server6', sightingOf('server6')),
  ]);
  t.is(joiningLater(servers, []), 3);
  t.is(joiningLater(servers, ['server4']), 2);
});

test('members that nobody lists are members all the same', (t) => {
  const stopped = ['server1', 'server2', 'server3'].map((name) => clusterHost(name, stoppedMember(name)));
  t.is(joiningLater(knownServers(stopped), []), 0);
});

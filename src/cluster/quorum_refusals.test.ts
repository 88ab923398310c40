/** What would leave etcd without a majority, or cannot be done without one, and members that the cluster does not list. */
import test from 'ava';
import {
  bareHost,
  clusterHost,
  listingHost,
  memberFor,
  planFor,
  stoppedHost,
  stoppedMember,
  three,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {PlanRefusal} from './plan.js';

const five = [...three, 'server4', 'server5'];
const listed = five.map((name) => memberFor(name));
const all = {members: listed};
const mute = {members: listed, hasLeader: false};
const pair = {members: [memberFor('server1'), memberFor('server2')]};
const removed = (name: string, tombstone: boolean, inPlay = true): ClusterHost => {
  const seen = stoppedMember(name);
  return clusterHost(name, {...seen, data: {...seen.data, tombstone}}, {}, inPlay);
};
const reset = (one: string): string =>
  `if they are lost for good, make ${one} the only member (there: \`systemctl stop k3s && k3s server --cluster-reset\`, then start it), which keeps its data, and run again`;

const cases: Record<string, {servers: readonly ClusterHost[]; refusals: readonly PlanRefusal[]}> = {
  'a dead member, removed by two of five': {
    servers: [
      bareHost('server1'),
      listingHost('server2', all),
      listingHost('server3', all),
      stoppedHost('server4', false),
      stoppedHost('server5', false),
    ],
    refusals: [
      {
        hosts: ['server1'],
        what: 'the dead member server1-0123abcd of server1 cannot be removed: 2 of 5 voters are healthy or can be started, and 3 have to agree',
        hint: `bring other members back first; ${reset('server2')}`,
      },
    ],
  },
  'two dead members, removed by one of three, and a join beside': {
    servers: [bareHost('server1'), bareHost('server2'), listingHost('server3'), bareHost('server4')],
    refusals: [
      {
        hosts: ['server1', 'server2'],
        what: 'the dead member server1-0123abcd of server1 cannot be removed: 1 of 3 voters is healthy or can be started, and 2 have to agree',
        hint: `bring other members back first; ${reset('server3')}`,
      },
      {
        hosts: ['server4'],
        what: 'with server1, server2, server4 the cluster would have an even number of voters: 4 etcd members survive 1 failure, no more than 3, and 3 of them have to live',
        hint: 'give group `server` an odd number of hosts (3 or 5); to have 4 all the same: -e k3s_allow_even=true',
      },
    ],
  },
  'a dead learner, which has no vote': {
    servers: [
      bareHost('server1'),
      listingHost('server2', {members: [memberFor('server1', true), memberFor('server2'), memberFor('server3')]}),
      stoppedHost('server3', false),
    ],
    refusals: [
      {
        hosts: [],
        what: 'a server may not join now: 1 of 2 voters are healthy, and with one more 2 would be needed',
        hint: 'bring the members that are down back first, or remove those that are lost',
      },
    ],
  },
  'a quorum that is lost, two of five to be had': {
    servers: [
      listingHost('server1', {...mute, inPlay: false}),
      stoppedHost('server2'),
      unknownHost('server3'),
      unknownHost('server4'),
      stoppedHost('server5', false),
    ],
    refusals: [
      {
        hosts: [],
        what: 'etcd has lost its quorum, and this run cannot bring it back: 2 of 5 voters are up or can be started, and 3 are needed (not to be had: server3, server4, server5)',
        hint: `bring other members back first, and run without --limit; ${reset('server1')}`,
      },
    ],
  },
  'a quorum that is lost, the others not in the inventory': {
    servers: [listingHost('server1', {hasLeader: false})],
    refusals: [
      {
        hosts: [],
        what: 'etcd has lost its quorum, and this run cannot bring it back: 1 of 3 voters is up or can be started, and 2 are needed',
        hint: `bring other members back first, and run without --limit; ${reset('server1')}`,
      },
    ],
  },
  'a quorum that is lost, and this run can bring it back': {
    servers: [listingHost('server1', {hasLeader: false}), stoppedHost('server2'), stoppedHost('server3', false)],
    refusals: [],
  },
  'a join at the only member, which is not well': {
    servers: [stoppedHost('server1', false), bareHost('server2'), bareHost('server3')],
    refusals: [
      {
        hosts: [],
        what: 'a server may not join now: 0 of 1 voters are healthy, and with one more 2 would be needed',
        hint: 'bring the members that are down back first, or remove those that are lost',
      },
    ],
  },
  'joins at the only member, which is well': {
    servers: [listingHost('server1', {members: [memberFor('server1')]}), bareHost('server2'), bareHost('server3')],
    refusals: [],
  },
  'a join where all of three are well': {
    servers: [...three.map((name) => listingHost(name)), bareHost('server4'), bareHost('server5')],
    refusals: [],
  },
  'a join where two of three are well': {
    servers: [listingHost('server1'), listingHost('server2'), stoppedHost('server3', false), bareHost('server4')],
    refusals: [
      {
        hosts: [],
        what: 'a server may not join now: 2 of 3 voters are healthy, and with one more 3 would be needed',
        hint: 'bring the members that are down back first, or remove those that are lost',
      },
      {
        hosts: ['server4'],
        what: 'with server4 the cluster would have an even number of voters: 4 etcd members survive 1 failure, no more than 3, and 3 of them have to live',
        hint: 'give group `server` an odd number of hosts (3 or 5); to have 4 all the same: -e k3s_allow_even=true',
      },
    ],
  },
  'data of a member that the cluster does not list': {
    servers: [listingHost('server1', pair), listingHost('server2', pair), removed('server3', false)],
    refusals: [
      {
        hosts: ['server3'],
        what: 'server3 has the data of member server3-0123abcd, which the cluster does not list: it was removed, was put out as a learner before it had caught up, or is of another cluster',
        hint: 'if nothing on server3 is needed, stop K3s there and remove /var/lib/rancher/k3s/server/db, then run again: it joins as a new member',
      },
    ],
  },
  'the same, outside this run': {
    servers: [listingHost('server1', pair), listingHost('server2', pair), removed('server3', false, false)],
    refusals: [],
  },
  'a half of a conversion that the cluster does not list': {
    servers: [
      listingHost('server1', pair),
      listingHost('server2', pair),
      bareHost('server3', {data: {wal: true, stateDb: true, etcdName: 'server3-0123abcd'}}),
    ],
    refusals: [
      {
        hosts: ['server3'],
        what: "server3 holds a conversion from SQLite to etcd that died midway (state.db and etcd's WAL, no state.db.migrated): part of its data is missing from etcd",
        hint: 'run `quorate run playbooks/convert_to_etcd.yml` with this inventory, which repairs it; until then do not use this cluster',
      },
    ],
  },
  'a removed member, and nobody to join': {
    servers: [removed('server3', true)],
    refusals: [
      {
        hosts: ['server3'],
        what: 'server3 was removed from its cluster, and no server of that cluster can be read',
        hint: 'make a living server reachable; to begin anew on server3, run k3s-uninstall.sh there first',
      },
    ],
  },
  'a removed member, and a living one to join': {
    servers: [listingHost('server1', pair), listingHost('server2', pair), removed('server3', true)],
    refusals: [],
  },
};

for (const [name, {servers, refusals}] of Object.entries(cases)) {
  test(`${refusals.length === 0 ? 'allows' : 'refuses'}: ${name}`, (t) => {
    t.deepEqual(planFor(servers).refusals, refusals);
  });
}

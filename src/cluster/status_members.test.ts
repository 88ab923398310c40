/** What is said of single members of etcd: learners, the wiped, the dead, those the inventory does not name. */
import test from 'ava';
import {memberFor, runningMember, sightingOf, stoppedMember, three} from '../../test/support/cluster_hosts.js';
import {
  asWanted,
  healthyServers,
  isStopped,
  member,
  seen,
  status,
  statusTests,
} from '../../test/support/cluster_status.js';
import type {Sighting} from './sighting.js';
import type {SeenHost} from './status_types.js';

const tests = statusTests({
  'a learner whose server runs': {
    status: () => {
      const members = [memberFor('server1'), memberFor('server2'), memberFor('server3', true)];
      const withLearner = (name: string): Sighting => {
        const {etcd, ...rest} = member(name);
        return {
          ...rest,
          data: {...rest.data, etcdName: `${name}-0123abcd`},
          ...(etcd === undefined ? {} : {etcd: {...etcd, members}}),
        };
      };
      return status(three.map((name) => seen(name, withLearner(name))));
    },
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 is a learner of etcd and does not vote yet',
        hint: 'K3s makes it a voter within a quarter of a minute of catching up, and drops it after five minutes without progress; nobody else can join meanwhile',
      },
    ],
    quorum: {voters: 2, healthy: 2, unknown: 0, needed: 2, mayFail: 0, held: true},
  },
  'a wiped server is still a member on the list': {
    status: () => status([...healthyServers.slice(0, 2), seen('server3', sightingOf('server3'))]),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 has no data, and the cluster still lists it as member server3-0123abcd: it counts as a failure',
        hint: 'site.yml removes that member, and lets the server join anew',
      },
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: server3 has no etcd data and the cluster still lists server3 as member server3-0123abcd (server3-id), but at https://10.0.0.3:2380 something answers, as server1 sees it',
        hint: 'the member lives, so it is not removed: check that ansible_host of server3 is the machine at that address, or give this one a name of its own',
      },
    ],
    quorum: {voters: 3, healthy: 2, unknown: 0, needed: 2, mayFail: 0, held: true},
  },
  'a member that the inventory does not name': {
    status: () => status(healthyServers.slice(0, 2)),
    health: 'healthy',
    findings: [
      {
        level: 'note',
        hosts: [],
        what: 'etcd member server3-0123abcd is no server of the inventory, and lives',
        hint: 'add its host to group `server`',
      },
    ],
    quorum: {voters: 3, healthy: 2, unknown: 1, needed: 2, mayFail: 0, held: true},
  },
  'a learner that does not run': {
    status: () => {
      const members = [memberFor('server1'), memberFor('server2'), memberFor('server3', true)];
      const listing = (name: string): SeenHost =>
        seen(name, {
          ...asWanted(runningMember(name, three)),
          etcd: {clusterId: 'c1', members, isLeader: name === 'server1', hasLeader: true, peers: new Map()},
        });
      return status([
        listing('server1'),
        listing('server2'),
        seen('server3', stoppedMember('server3'), {apiReady: false}),
      ]);
    },
    health: 'degraded',
    findings: [
      isStopped('server3'),
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 is a learner of etcd and does not vote yet, and it is stuck',
        hint: 'K3s makes it a voter within a quarter of a minute of catching up, and drops it after five minutes without progress; nobody else can join meanwhile',
      },
    ],
    quorum: {voters: 2, healthy: 2, unknown: 0, needed: 2, mayFail: 0, held: true},
  },
  'a new server that is not made yet': {
    status: () => status([...healthyServers, seen('server4', sightingOf('server4'))]),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server4'],
        what: 'server4 has no data and is no member',
        hint: 'site.yml lets it join',
      },
      {
        level: 'note',
        hosts: [],
        what: '4 etcd members survive 1 failure, no more than 3: an odd number of servers is better',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'a server that cannot be reached, nor by other members': {
    status: () =>
      status([
        ...['server1', 'server2'].map((name) =>
          seen(name, {
            ...member(name),
            etcd: {
              clusterId: 'c1',
              members: three.map((one) => memberFor(one)),
              isLeader: false,
              hasLeader: true,
              peers: new Map(
                three.map((one) => [
                  `https://10.0.0.${one.slice(-1)}:2380`,
                  one === 'server3' ? ('closed' as const) : ('open' as const),
                ]),
              ),
            },
          }),
        ),
        seen('server3', undefined),
      ]),
    health: 'degraded',
    findings: [
      {level: 'degraded', hosts: ['server3'], what: 'server3 cannot be reached, by other members neither: unreachable'},
    ],
    quorum: {voters: 3, healthy: 2, unknown: 1, needed: 2, mayFail: 0, held: true},
  },
  'a member that the inventory does not name and that is dead, and one that never started': {
    status: () =>
      status(
        ['server1', 'server2'].map((name) =>
          seen(name, {
            ...member(name),
            etcd: {
              clusterId: 'c1',
              members: [
                memberFor('server1'),
                memberFor('server2'),
                memberFor('server8'),
                {...memberFor('server9'), name: ''},
              ],
              isLeader: false,
              hasLeader: true,
              peers: new Map(),
            },
          }),
        ),
      ),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: [],
        what: 'etcd member server8-0123abcd is no server of the inventory, and nothing answers at its address: it counts as a failure',
        hint: 'if it is gone for good, delete its Node on a living server (`k3s kubectl delete node NAME`), which removes the member',
      },
      {
        level: 'degraded',
        hosts: [],
        what: 'etcd member server9-id (never started) is no server of the inventory, and nothing answers at its address: it counts as a failure',
        hint: 'if it is gone for good, delete its Node on a living server (`k3s kubectl delete node NAME`), which removes the member',
      },
      {
        level: 'note',
        hosts: [],
        what: '4 etcd members survive 1 failure, no more than 3: an odd number of servers is better',
      },
    ],
    quorum: {voters: 4, healthy: 2, unknown: 2, needed: 3, mayFail: 0, held: true},
  },
});
for (const {title, body} of tests) test(title, body);

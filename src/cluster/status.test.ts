/** Health and quorum: what is said of a cluster as a whole. */
import test from 'ava';
import {
  memberFor,
  running,
  runningMember,
  sightingOf,
  sqliteServer,
  stoppedMember,
  three,
} from '../../test/support/cluster_hosts.js';
import {
  asWanted,
  healthyServers,
  member,
  noLeader,
  runningAgent,
  type StatusRow,
  saidOf,
  seen,
  status,
} from '../../test/support/cluster_status.js';
import type {EtcdSighting} from './sighting.js';
import type {SeenHost} from './status_types.js';

const rows: Record<string, StatusRow> = {
  'three members and an agent, all well': {
    status: () => status(healthyServers, [seen('agent1', runningAgent('agent1'))]),
    health: 'healthy',
    findings: [],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'one member stopped': {
    status: () => status([...healthyServers.slice(0, 2), seen('server3', stoppedMember('server3'), {apiReady: false})]),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 is a member that does not run',
        hint: 'site.yml starts it',
      },
    ],
    quorum: {voters: 3, healthy: 2, unknown: 0, needed: 2, mayFail: 0, held: true},
  },
  'one member cannot be reached: unknown, and never bare': {
    status: () => status([...healthyServers.slice(0, 2), seen('server3', undefined)]),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 cannot be reached from here, but other members reach its etcd: unreachable',
      },
    ],
    quorum: {voters: 3, healthy: 2, unknown: 1, needed: 2, mayFail: 0, held: true},
  },
  'only one of three can be reached, and it sees a leader: quorum is held': {
    status: () => status([seen('server1', member('server1')), seen('server2', undefined), seen('server3', undefined)]),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server2'],
        what: 'server2 cannot be reached from here, but other members reach its etcd: unreachable',
      },
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 cannot be reached from here, but other members reach its etcd: unreachable',
      },
    ],
    quorum: {voters: 3, healthy: 1, unknown: 2, needed: 2, mayFail: 0, held: true},
  },
  'two of three stopped: quorum is lost': {
    status: () =>
      status(
        [
          seen('server1', noLeader('server1'), {apiReady: false}),
          seen('server2', stoppedMember('server2')),
          seen('server3', stoppedMember('server3')),
        ],
        [],
        'none answered',
      ),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server2', 'server3'],
        what: 'etcd has lost quorum: 0 of 3 voters are seen to be well, and 2 are needed; the API takes no change',
        hint: 'bring server2, server3 back: site.yml starts all stopped members together',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 runs, and its API is not ready'},
      {
        level: 'degraded',
        hosts: ['server2'],
        what: 'server2 is a member that does not run',
        hint: 'site.yml starts it',
      },
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 is a member that does not run',
        hint: 'site.yml starts it',
      },
    ],
    quorum: {voters: 3, healthy: 0, unknown: 0, needed: 2, mayFail: 0, held: false},
  },
  'two of three have just stopped: the third still takes itself for led': {
    status: () =>
      status([
        seen('server1', member('server1')),
        seen('server2', stoppedMember('server2')),
        seen('server3', stoppedMember('server3')),
      ]),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server2', 'server3'],
        what: 'etcd has lost quorum: 1 of 3 voters is seen to be well, and 2 are needed; the API takes no change',
        hint: 'bring server2, server3 back: site.yml starts all stopped members together',
      },
      {
        level: 'degraded',
        hosts: ['server2'],
        what: 'server2 is a member that does not run',
        hint: 'site.yml starts it',
      },
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 is a member that does not run',
        hint: 'site.yml starts it',
      },
    ],
    quorum: {voters: 3, healthy: 1, unknown: 0, needed: 2, mayFail: 0, held: false},
  },
  'all members stopped, as after a power cut': {
    status: () =>
      status(
        three.map((name) => seen(name, stoppedMember(name), {apiReady: false})),
        [],
        'none answered',
      ),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server1', 'server2', 'server3'],
        what: 'etcd has lost quorum: 0 of 3 voters are seen to be well, and 2 are needed; the API takes no change',
        hint: 'bring server1, server2, server3 back: site.yml starts all stopped members together',
      },
      {
        level: 'degraded',
        hosts: ['server1'],
        what: 'server1 is a member that does not run',
        hint: 'site.yml starts it',
      },
      {
        level: 'degraded',
        hosts: ['server2'],
        what: 'server2 is a member that does not run',
        hint: 'site.yml starts it',
      },
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 is a member that does not run',
        hint: 'site.yml starts it',
      },
    ],
    quorum: {voters: 3, healthy: 0, unknown: 0, needed: 2, mayFail: 0, held: false},
  },
  'one member stopped and two that cannot be reached: nobody can tell': {
    status: () =>
      status(
        [seen('server1', stoppedMember('server1')), seen('server2', undefined), seen('server3', undefined)],
        [],
        'none answered',
      ),
    health: 'unknown',
    findings: [
      {
        level: 'unknown',
        hosts: ['server2', 'server3'],
        what: 'nobody can tell whether etcd has quorum: 0 of 3 voters are seen to be well, 2 are needed, and 2 cannot be asked',
        hint: 'look at the servers that cannot be reached first',
      },
      {
        level: 'degraded',
        hosts: ['server1'],
        what: 'server1 is a member that does not run',
        hint: 'site.yml starts it',
      },
      {level: 'degraded', hosts: ['server2'], what: 'server2 cannot be reached: unreachable'},
      {level: 'degraded', hosts: ['server3'], what: 'server3 cannot be reached: unreachable'},
    ],
    quorum: {voters: 3, healthy: 0, unknown: 2, needed: 2, mayFail: 0, held: 'unknown'},
  },
  'no server can be reached': {
    status: () =>
      status(
        three.map((name) => seen(name, undefined)),
        [],
        'none answered',
      ),
    health: 'unknown',
    findings: [
      {
        level: 'unknown',
        hosts: ['server1', 'server2', 'server3'],
        what: 'no server of those that can be reached serves the API, and server1, server2, server3 cannot be reached',
        hint: 'look at the servers that cannot be reached first',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 cannot be reached: unreachable'},
      {level: 'degraded', hosts: ['server2'], what: 'server2 cannot be reached: unreachable'},
      {level: 'degraded', hosts: ['server3'], what: 'server3 cannot be reached: unreachable'},
    ],
    quorum: undefined,
  },
  'bare hosts': {
    status: () =>
      status(
        three.map((name) => seen(name, sightingOf(name), {certificates: []})),
        [],
        'none answered',
      ),
    health: 'bare',
    findings: [],
    quorum: undefined,
  },
  'bare hosts, one of them unknown': {
    status: () => status([seen('server1', sightingOf('server1')), seen('server2', undefined)], [], 'none answered'),
    health: 'unknown',
    findings: [
      {
        level: 'unknown',
        hosts: ['server2'],
        what: 'no server of those that can be reached serves the API, and server2 cannot be reached',
        hint: 'look at the servers that cannot be reached first',
      },
      {
        level: 'degraded',
        hosts: ['server1'],
        what: 'server1 has no data and is no member',
        hint: 'site.yml lets it join',
      },
      {level: 'degraded', hosts: ['server2'], what: 'server2 cannot be reached: unreachable'},
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: no cluster is started while it is not known whether server2 belongs to one (unreachable)',
        hint: 'make it reachable; or, if lost for good, say so by name: -e \'{"k3s_lost_servers": ["server2"]}\'',
      },
    ],
    quorum: undefined,
  },
  'two clusters': {
    status: () =>
      status([
        seen('server1', runningMember('server1', ['server1'], 'c1')),
        seen('server2', runningMember('server2', ['server2'], 'c2')),
      ]),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: [],
        what: 'the servers are members of 2 different clusters: server1 of c1; server2 of c2',
        hint: 'decide which cluster is the one to keep, and uninstall K3s on the servers of the other',
      },
    ],
    quorum: {voters: 1, healthy: 1, unknown: 0, needed: 1, mayFail: 0, held: true},
  },
  'SQLite on one server and etcd on another are two clusters, too': {
    status: () =>
      status([
        seen('server1', asWanted(sqliteServer('server1'))),
        seen('server2', {
          ...asWanted(runningMember('server2', ['server2'])),
          data: {...runningMember('server2', ['server2']).data, ca: 'b'.repeat(64)},
        }),
      ]),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server1', 'server2'],
        what: 'the servers are 2 different clusters: server1 (SQLite); server2 (CA bbbbbbbbbbbb)',
        hint: 'decide which cluster is the one to keep, and uninstall K3s on the servers of the other',
      },
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: server1 is a cluster of its own on SQLite (/var/lib/rancher/k3s/server/db/state.db), so it cannot join this one',
        hint: 'if nothing in it is needed, run k3s-uninstall.sh on server1 (or `systemctl stop k3s`, then remove /var/lib/rancher/k3s/server), then run again',
      },
    ],
    quorum: {voters: 1, healthy: 1, unknown: 0, needed: 1, mayFail: 0, held: true},
  },
  'stopped members of two clusters are told apart by their authorities': {
    status: () =>
      status(
        ['a', 'b'].map((digit, index) => {
          const stopped = stoppedMember(`server${index + 1}`);
          return seen(`server${index + 1}`, {...stopped, data: {...stopped.data, ca: digit.repeat(64)}});
        }),
        [],
        'none answered',
      ),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server1', 'server2'],
        what: 'the servers are 2 different clusters: server1 (CA aaaaaaaaaaaa); server2 (CA bbbbbbbbbbbb)',
        hint: 'decide which cluster is the one to keep, and uninstall K3s on the servers of the other',
      },
      {
        level: 'broken',
        hosts: ['server1', 'server2'],
        what: 'etcd has lost quorum: 0 of 2 voters are seen to be well, and 2 are needed; the API takes no change',
        hint: 'bring server1, server2 back: site.yml starts all stopped members together',
      },
      {
        level: 'degraded',
        hosts: ['server1'],
        what: 'server1 is a member that does not run',
        hint: 'site.yml starts it',
      },
      {
        level: 'degraded',
        hosts: ['server2'],
        what: 'server2 is a member that does not run',
        hint: 'site.yml starts it',
      },
      {
        level: 'note',
        hosts: [],
        what: '2 etcd members survive 0 failures, no more than 1: an odd number of servers is better',
      },
    ],
    quorum: {voters: 2, healthy: 0, unknown: 0, needed: 2, mayFail: 0, held: false},
  },
  'a conversion that died midway': {
    status: () =>
      status([
        seen('server1', {
          ...runningMember('server1', ['server1']),
          data: {...runningMember('server1', ['server1']).data, stateDb: true},
        }),
      ]),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server1'],
        what: "server1 holds a conversion from SQLite to etcd that died midway (state.db and etcd's WAL, no state.db.migrated): part of its data is missing from etcd",
        hint: 'run `quorate run playbooks/convert_to_etcd.yml` with this inventory, which repairs it; until then do not use this cluster',
      },
    ],
    quorum: {voters: 1, healthy: 1, unknown: 0, needed: 1, mayFail: 0, held: true},
  },
  'nothing at all': {
    status: () => status([], [], 'none answered'),
    health: 'bare',
    findings: [
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: the group `server` has no hosts',
        hint: 'put at least one host into group `server` below `k3s_cluster`: agents need a server',
      },
    ],
    quorum: undefined,
  },
  'two clusters on SQLite': {
    status: () => status(['server1', 'server2'].map((name) => seen(name, asWanted(sqliteServer(name))))),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server1', 'server2'],
        what: 'the servers are 2 different clusters: server1 (SQLite); server2 (SQLite)',
        hint: 'decide which cluster is the one to keep, and uninstall K3s on the servers of the other',
      },
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: server1 and server2 are clusters of their own, each on SQLite',
        hint: 'decide which one is to be kept, run k3s-uninstall.sh on the others, then run playbooks/convert_to_etcd.yml',
      },
    ],
    quorum: undefined,
  },
  'four members, two of which cannot be reached, the others without a leader': {
    status: () => {
      const four = [...three, 'server4'];
      const mute = (name: string): SeenHost =>
        seen(
          name,
          {
            ...asWanted(runningMember(name, four)),
            etcd: {
              clusterId: 'c1',
              members: four.map((one) => memberFor(one)),
              isLeader: false,
              hasLeader: false,
              peers: new Map(),
            },
          },
          {apiReady: false},
        );
      return status(
        [mute('server1'), mute('server2'), seen('server3', undefined), seen('server4', undefined)],
        [],
        'none answered',
      );
    },
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: [],
        what: 'etcd has lost quorum: 0 of 4 voters are seen to be well, and 3 are needed; the API takes no change',
        hint: 'bring servers that cannot be reached back; if a majority is lost for good, make a living one the only member (`k3s server --cluster-reset` there)',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 runs, and its API is not ready'},
      {level: 'degraded', hosts: ['server2'], what: 'server2 runs, and its API is not ready'},
      {level: 'degraded', hosts: ['server3'], what: 'server3 cannot be reached: unreachable'},
      {level: 'degraded', hosts: ['server4'], what: 'server4 cannot be reached: unreachable'},
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: etcd has lost its quorum, and this run cannot bring it back: 2 of 4 voters are up or can be started, and 3 are needed (not to be had: server3, server4)',
        hint: 'bring other members back first, and run without --limit; if they are lost for good, make server1 the only member (there: `systemctl stop k3s && k3s server --cluster-reset`, then start it), which keeps its data, and run again',
      },
      {
        level: 'note',
        hosts: [],
        what: '4 etcd members survive 1 failure, no more than 3: an odd number of servers is better',
      },
    ],
    quorum: {voters: 4, healthy: 0, unknown: 2, needed: 3, mayFail: 0, held: false},
  },
  'members that lost their leader, the others not in the inventory': {
    status: () => status([seen('server1', noLeader('server1'), {apiReady: false})], [], 'none answered'),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: [],
        what: 'etcd has lost quorum: 0 of 3 voters are seen to be well, and 2 are needed; the API takes no change',
        hint: 'bring servers that cannot be reached back; if a majority is lost for good, make a living one the only member (`k3s server --cluster-reset` there)',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 runs, and its API is not ready'},
      {
        level: 'note',
        hosts: [],
        what: 'etcd member server2-0123abcd is no server of the inventory, and lives',
        hint: 'add its host to group `server`',
      },
      {
        level: 'note',
        hosts: [],
        what: 'etcd member server3-0123abcd is no server of the inventory, and lives',
        hint: 'add its host to group `server`',
      },
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: etcd has lost its quorum, and this run cannot bring it back: 1 of 3 voters is up or can be started, and 2 are needed',
        hint: 'bring other members back first, and run without --limit; if they are lost for good, make server1 the only member (there: `systemctl stop k3s && k3s server --cluster-reset`, then start it), which keeps its data, and run again',
      },
    ],
    quorum: {voters: 3, healthy: 0, unknown: 2, needed: 2, mayFail: 0, held: false},
  },
};

for (const [title, {status: look, ...said}] of Object.entries(rows)) {
  test(title, (t) => {
    t.deepEqual(saidOf(look()), said);
  });
}

test('a leader is believed where a member that runs or starts says nothing of its etcd', (t) => {
  const withUnit = (active: string) => seen('server2', {...stoppedMember('server2'), server: {...running, active}});
  const held = (active: string): unknown =>
    status([seen('server1', member('server1')), withUnit(active), seen('server3', stoppedMember('server3'))]).quorum
      ?.held;
  t.deepEqual(
    ['active', 'activating', 'deactivating', 'failed', 'inactive'].map((active) => [active, held(active)]),
    [
      ['active', true],
      ['activating', true],
      ['deactivating', false],
      ['failed', false],
      ['inactive', false],
    ],
  );
});

test('a learner that says nothing makes no majority: it does not vote', (t) => {
  const members = [memberFor('server1'), memberFor('server2'), memberFor('server3', true)];
  const led: EtcdSighting = {clusterId: 'c1', members, isLeader: true, hasLeader: true, peers: new Map()};
  const mute = (name: string, active: string): SeenHost =>
    seen(name, {...stoppedMember(name), server: {...running, active}});
  const {quorum} = status([
    seen('server1', member('server1', {etcd: led})),
    mute('server2', 'inactive'),
    mute('server3', 'active'),
  ]);
  t.deepEqual(quorum, {voters: 2, healthy: 1, unknown: 0, needed: 2, mayFail: 0, held: false});
});

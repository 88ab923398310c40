/** What is said of agents, Nodes, certificates, versions, databases and snapshots. */
import test from 'ava';
import {clusterHost, sightingOf, three} from '../../test/support/cluster_hosts.js';
import {
  daysFromNow,
  healthyServers,
  member,
  nodeOf,
  now,
  runningAgent,
  type StatusRow,
  saidOf,
  seen,
  status,
  unit,
  well,
} from '../../test/support/cluster_status.js';

const rows: Record<string, StatusRow> = {
  'an agent that is not ready, and one that cannot be reached': {
    status: () =>
      status(
        healthyServers,
        [seen('agent1', runningAgent('agent1')), seen('agent2', undefined)],
        [...three.map((name) => nodeOf(name)), nodeOf('agent1', {ready: false})],
      ),
    health: 'degraded',
    findings: [
      {level: 'degraded', hosts: ['agent1'], what: 'the Node agent1 of agent1 is not ready'},
      {level: 'degraded', hosts: ['agent2'], what: 'agent2 cannot be reached: unreachable'},
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'a cordoned Node is a note': {
    status: () =>
      status(healthyServers, [], [nodeOf('server1', {cordoned: true}), nodeOf('server2'), nodeOf('server3')]),
    health: 'healthy',
    findings: [{level: 'note', hosts: ['server1'], what: 'the Node server1 is cordoned: it takes no new pods'}],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'certificates that end soon, and one that has ended': {
    status: () =>
      status(
        [60, 20, -3].map((days, index) =>
          seen(`server${index + 1}`, member(`server${index + 1}`), {
            certificates: [{file: 'server/tls/client-admin.crt', notAfter: daysFromNow(days), authority: false}],
          }),
        ),
      ),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server2'],
        what: 'server/tls/client-admin.crt on server2 ends in 20 days',
        hint: 'a restart of K3s on server2 renews what has fewer than 120 days left (90 in releases before May 2025)',
      },
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server/tls/client-admin.crt on server3 ended 3 days ago',
        hint: 'a restart of K3s on server3 renews what has fewer than 120 days left (90 in releases before May 2025)',
      },
      {
        level: 'note',
        hosts: ['server1'],
        what: 'server/tls/client-admin.crt on server1 ends in 60 days',
        hint: 'a restart of K3s on server1 renews what has fewer than 120 days left (90 in releases before May 2025)',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'an agent newer than the servers': {
    status: () =>
      status(
        healthyServers,
        [seen('agent1', runningAgent('agent1'))],
        [...three.map((name) => nodeOf(name)), nodeOf('agent1', {version: 'v1.31.2+k3s1'})],
      ),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['agent1'],
        what: 'agent1 runs v1.31.2+k3s1, newer than v1.30.6+k3s1 of a server: agents are upgraded last',
        hint: 'run site.yml with one k3s_version for all',
      },
      {
        level: 'note',
        hosts: [],
        what: '2 versions run: v1.30.6+k3s1 on server1, server2, server3; v1.31.2+k3s1 on agent1',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'a database near its quota, and no snapshot': {
    status: () =>
      status(
        three.map((name) => {
          const {snapshot: _none, ...rest} = well;
          return {
            host: clusterHost(name, member(name)),
            more: {...rest, dbSizeBytes: name === 'server2' ? 900_000 : 1},
          };
        }),
      ),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server2'],
        what: "etcd's database on server2 has reached 90 % of its quota; at 100 % it takes no more writes",
        hint: 'restart K3s there, which defragments it; or raise it: etcd-arg: quota-backend-bytes=BYTES',
      },
      {
        level: 'note',
        hosts: [],
        what: 'there is no etcd snapshot on any server that can be reached',
        hint: 'K3s saves one at 00:00 and 12:00; now: `k3s etcd-snapshot save` on a server',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'agents in every state': {
    status: () =>
      status(
        healthyServers,
        [
          seen('agent1', {...runningAgent('agent1'), agent: {...unit, active: 'failed'}}),
          seen('agent2', {...runningAgent('agent2'), agent: {...unit, active: 'inactive'}}),
          seen('agent3', {...runningAgent('agent3'), agent: {...unit, active: 'activating'}}),
          seen('agent4', sightingOf('agent4')),
          seen('agent5', runningAgent('agent5')),
          seen(
            'agent6',
            {...runningAgent('agent6'), agent: {...unit, active: 'activating', restarts: 3}},
            {logged: ['level=fatal msg="x"']},
          ),
        ],
        three.map((name) => nodeOf(name)),
      ),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['agent1'],
        what: 'agent1 does not stay up: its service has failed, and its journal names no cause',
        hint: 'its journal: journalctl -u k3s-agent',
      },
      {level: 'degraded', hosts: ['agent2'], what: 'agent2 is an agent that does not run', hint: 'site.yml starts it'},
      {level: 'degraded', hosts: ['agent3'], what: 'agent3 is starting'},
      {level: 'degraded', hosts: ['agent4'], what: 'agent4 is no agent yet', hint: 'site.yml makes it one'},
      {level: 'degraded', hosts: ['agent5'], what: 'agent5 runs, and the cluster has no Node agent5'},
      {
        level: 'degraded',
        hosts: ['agent6'],
        what: 'agent6 does not stay up: its service was restarted 3 times: x',
        hint: 'its journal: journalctl -u k3s-agent',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'an agent of a stopped service, whose Node is not ready': {
    status: () =>
      status(
        healthyServers,
        [seen('agent1', {...runningAgent('agent1'), agent: {...unit, active: 'inactive'}})],
        [...three.map((name) => nodeOf(name)), nodeOf('agent1', {ready: false})],
      ),
    health: 'degraded',
    findings: [
      {level: 'degraded', hosts: ['agent1'], what: 'agent1 is an agent that does not run', hint: 'site.yml starts it'},
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'the Node of a server that is not ready': {
    status: () => status(healthyServers, [], [nodeOf('server1'), nodeOf('server2', {ready: false}), nodeOf('server3')]),
    health: 'degraded',
    findings: [{level: 'degraded', hosts: ['server2'], what: 'the Node server2 of server2 is not ready'}],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'an agent more than three minors older': {
    status: () =>
      status(
        healthyServers,
        [seen('agent1', runningAgent('agent1')), seen('agent2', runningAgent('agent2'))],
        [
          ...three.map((name) => nodeOf(name)),
          nodeOf('agent1', {version: 'v1.26.9+k3s1'}),
          nodeOf('agent2', {version: 'v1.27.1+k3s1'}),
        ],
      ),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['agent1'],
        what: 'agent1 runs v1.26.9+k3s1, more than 3 minors older than v1.30.6+k3s1 of a server',
        hint: 'upgrade the agents: run site.yml with one k3s_version for all',
      },
      {
        level: 'note',
        hosts: [],
        what: '3 versions run: v1.30.6+k3s1 on server1, server2, server3; v1.26.9+k3s1 on agent1; v1.27.1+k3s1 on agent2',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'servers of two versions, and an agent between them': {
    status: () =>
      status(
        [
          seen('server1', member('server1')),
          seen('server2', member('server2', {version: 'v1.31.0+k3s1'})),
          seen('server3', member('server3')),
        ],
        [seen('agent1', runningAgent('agent1'))],
        [
          nodeOf('server1'),
          nodeOf('server2', {version: 'v1.31.0+k3s1'}),
          nodeOf('server3'),
          nodeOf('agent1', {version: 'v1.31.0+k3s1'}),
        ],
      ),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['agent1'],
        what: 'agent1 runs v1.31.0+k3s1, newer than v1.30.6+k3s1 of a server: agents are upgraded last',
        hint: 'run site.yml with one k3s_version for all',
      },
      {
        level: 'note',
        hosts: [],
        what: '2 versions run: v1.30.6+k3s1 on server1, server3; v1.31.0+k3s1 on server2, agent1',
      },
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: k3s_version v1.30.6+k3s1 is older than v1.31.0+k3s1, which is on server2',
        hint: 'K3s has no way back to an older version: set k3s_version to v1.31.0+k3s1 or a newer one (going back takes a snapshot from before the upgrade, and the older binary)',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'versions without Nodes': {
    status: () =>
      status(
        [
          seen('server1', member('server1')),
          seen('server2', member('server2', {version: 'v1.31.0+k3s1'})),
          seen('server3', member('server3')),
        ],
        [],
        'none answered',
      ),
    health: 'healthy',
    findings: [
      {
        level: 'note',
        hosts: [],
        what: '2 versions run: v1.30.6+k3s1 on server1, server3; v1.31.0+k3s1 on server2',
      },
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: k3s_version v1.30.6+k3s1 is older than v1.31.0+k3s1, which is on server2',
        hint: 'K3s has no way back to an older version: set k3s_version to v1.31.0+k3s1 or a newer one (going back takes a snapshot from before the upgrade, and the older binary)',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'certificates at the edges: 120, 119, 30, 29 and 0 days': {
    status: () =>
      status(
        [120, 119, 30, 29, 0].map((days, index) =>
          seen(`server${index + 1}`, member(`server${index + 1}`), {
            certificates: [
              {file: 'late.crt', notAfter: daysFromNow(900), authority: false},
              {file: 'client-admin.crt', notAfter: daysFromNow(days), authority: false},
              {file: 'later.crt', notAfter: daysFromNow(800), authority: false},
            ],
          }),
        ),
      ),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server4'],
        what: 'client-admin.crt on server4 ends in 29 days',
        hint: 'a restart of K3s on server4 renews what has fewer than 120 days left (90 in releases before May 2025)',
      },
      {
        level: 'degraded',
        hosts: ['server5'],
        what: 'client-admin.crt on server5 ends in 0 days',
        hint: 'a restart of K3s on server5 renews what has fewer than 120 days left (90 in releases before May 2025)',
      },
      {
        level: 'note',
        hosts: ['server2'],
        what: 'client-admin.crt on server2 ends in 119 days',
        hint: 'a restart of K3s on server2 renews what has fewer than 120 days left (90 in releases before May 2025)',
      },
      {
        level: 'note',
        hosts: ['server3'],
        what: 'client-admin.crt on server3 ends in 30 days',
        hint: 'a restart of K3s on server3 renews what has fewer than 120 days left (90 in releases before May 2025)',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'authorities that end': {
    status: () =>
      status(
        [365, 364, -1].map((days, index) =>
          seen(`server${index + 1}`, member(`server${index + 1}`), {
            certificates: [{file: 'client-ca.crt', notAfter: daysFromNow(days), authority: true}],
          }),
        ),
      ),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server2'],
        what: 'the authority client-ca.crt on server2 ends in 364 days',
        hint: 'K3s never renews it by itself: see `k3s certificate rotate-ca`',
      },
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'the authority client-ca.crt on server3 ended 1 days ago',
        hint: 'K3s never renews it by itself: see `k3s certificate rotate-ca`',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'databases at the edges of their quota': {
    status: () =>
      status(
        [
          [800_000, 1_000_000],
          [799_999, 1_000_000],
          [1_000_000, 0],
        ].map(([dbSizeBytes = 0, dbQuotaBytes = 0], index) =>
          seen(`server${index + 1}`, member(`server${index + 1}`), {dbSizeBytes, dbQuotaBytes}),
        ),
      ),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server1'],
        what: "etcd's database on server1 has reached 80 % of its quota; at 100 % it takes no more writes",
        hint: 'restart K3s there, which defragments it; or raise it: etcd-arg: quota-backend-bytes=BYTES',
      },
    ],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'snapshots of two servers, the newest a day and an hour old': {
    status: () =>
      status(
        three.map((name, index) =>
          seen(name, member(name), {
            snapshot: {name: `s-${name}`, savedEpochSeconds: now.getTime() / 1000 - (25 + index) * 3600, sizeBytes: 1},
          }),
        ),
      ),
    health: 'healthy',
    findings: [{level: 'note', hosts: ['server1'], what: 'the last etcd snapshot is 25 hours old'}],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'a snapshot of just under that': {
    status: () =>
      status(
        three.map((name) =>
          seen(name, member(name), {
            snapshot: {name: 's', savedEpochSeconds: now.getTime() / 1000 - 25 * 3600 + 1, sizeBytes: 1},
          }),
        ),
      ),
    health: 'healthy',
    findings: [],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
};

for (const [title, {status: look, ...said}] of Object.entries(rows)) {
  test(title, (t) => {
    t.deepEqual(saidOf(look()), said);
  });
}

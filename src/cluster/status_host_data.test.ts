/** What is said of certificates, of the size of the database and of snapshots. */
import test from 'ava';
import {clusterHost, three} from '../../test/support/cluster_hosts.js';
import {daysFromNow, member, now, seen, status, statusTests, well} from '../../test/support/cluster_status.js';

const tests = statusTests({
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
});
for (const {title, body} of tests) test(title, body);

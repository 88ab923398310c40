/** What is said where there is no cluster, more than one, or one of two halves. */
import test from 'ava';
import {runningMember, sightingOf, sqliteServer, stoppedMember, three} from '../../test/support/cluster_hosts.js';
import {asWanted, isStopped, isUnreachable, seen, status, statusTests} from '../../test/support/cluster_status.js';

const tests = statusTests({
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
      isUnreachable('server1'),
      isUnreachable('server2'),
      isUnreachable('server3'),
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
      isUnreachable('server2'),
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
      isStopped('server1'),
      isStopped('server2'),
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
});
for (const {title, body} of tests) test(title, body);

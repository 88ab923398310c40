/** What is said of versions and their skew. */
import test from 'ava';
import {three} from '../../test/support/cluster_hosts.js';
import {
  healthyServers,
  member,
  nodeOf,
  runningAgent,
  seen,
  status,
  statusTests,
} from '../../test/support/cluster_status.js';

const tests = statusTests({
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
});
for (const {title, body} of tests) test(title, body);

/** What is said of agents and of Nodes. */
import test from 'ava';
import {sightingOf, three} from '../../test/support/cluster_hosts.js';
import {
  healthyServers,
  isUnreachable,
  nodeOf,
  runningAgent,
  seen,
  status,
  statusTests,
  unit,
} from '../../test/support/cluster_status.js';

const tests = statusTests({
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
      isUnreachable('agent2'),
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
});
for (const {title, body} of tests) test(title, body);

/** What is said of the services of servers: in a loop, failed, starting, reloading, not to be reached. */
import test from 'ava';
import {stoppedMember} from '../../test/support/cluster_hosts.js';
import {healthyServers, member, seen, status, statusTests, unit} from '../../test/support/cluster_status.js';

const tests = statusTests({
  'a server in a restart loop, with its cause': {
    status: () =>
      status([
        ...healthyServers.slice(0, 2),
        seen(
          'server3',
          {...stoppedMember('server3'), server: {...unit, active: 'activating', restarts: 7}},
          {
            logged: [
              'time=x level=fatal msg="starting kubernetes: preparing server: bootstrap data already found and encrypted with different token"',
            ],
          },
        ),
      ]),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server3'],
        what: "server3 does not stay up: its service was restarted 7 times: the token is not the one the cluster's datastore was made with",
        hint: 'set k3s_token to the token of the cluster (server/token on a living server, or your saved copy)',
      },
    ],
    quorum: {voters: 3, healthy: 2, unknown: 0, needed: 2, mayFail: 0, held: true},
  },
  'a server that starts for the first time is not in a loop': {
    status: () =>
      status([
        ...healthyServers.slice(0, 2),
        seen('server3', {...stoppedMember('server3'), server: {...unit, active: 'activating'}}),
      ]),
    health: 'degraded',
    findings: [{level: 'degraded', hosts: ['server3'], what: 'server3 is starting'}],
    quorum: {voters: 3, healthy: 2, unknown: 0, needed: 2, mayFail: 0, held: true},
  },
  'a server whose service has failed, with no known cause': {
    status: () =>
      status([
        ...healthyServers.slice(0, 2),
        seen(
          'server3',
          {...stoppedMember('server3'), server: {...unit, active: 'failed'}},
          {logged: ['one line', 'time=x level=fatal msg="odd thing"', 'last line']},
        ),
      ]),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 does not stay up: its service has failed: odd thing',
        hint: 'its journal: journalctl -u k3s on server3',
      },
    ],
    quorum: {voters: 3, healthy: 2, unknown: 0, needed: 2, mayFail: 0, held: true},
  },
  'a server whose service has failed without a word': {
    status: () =>
      status([
        ...healthyServers.slice(0, 2),
        seen('server3', {...stoppedMember('server3'), server: {...unit, active: 'failed'}}),
      ]),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 does not stay up: its service has failed, and its journal names no cause',
        hint: 'its journal: journalctl -u k3s on server3',
      },
    ],
    quorum: {voters: 3, healthy: 2, unknown: 0, needed: 2, mayFail: 0, held: true},
  },
  'a server whose service has failed, its last line alone': {
    status: () =>
      status([
        ...healthyServers.slice(0, 2),
        seen(
          'server3',
          {...stoppedMember('server3'), server: {...unit, active: 'failed'}},
          {logged: ['one line', 'last line']},
        ),
      ]),
    health: 'degraded',
    findings: [
      {
        level: 'degraded',
        hosts: ['server3'],
        what: 'server3 does not stay up: its service has failed: last line',
        hint: 'its journal: journalctl -u k3s on server3',
      },
    ],
    quorum: {voters: 3, healthy: 2, unknown: 0, needed: 2, mayFail: 0, held: true},
  },
  'a server that reloads': {
    status: () =>
      status([
        ...healthyServers.slice(0, 2),
        seen('server3', {...member('server3'), server: {...unit, active: 'reloading'}}),
      ]),
    health: 'degraded',
    findings: [{level: 'degraded', hosts: ['server3'], what: 'server3 is starting'}],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
});
for (const {title, body} of tests) test(title, body);

/** What is said of servers on SQLite and on an external datastore. */
import test from 'ava';
import {sightingOf, sqliteServer} from '../../test/support/cluster_hosts.js';
import {asWanted, isUnreachable, seen, status, statusTests, unit} from '../../test/support/cluster_status.js';
import type {Sighting} from './sighting.js';
import type {SeenHost} from './status_types.js';

const tests = statusTests({
  'SQLite, one server, well': {
    status: () => status([seen('server1', asWanted(sqliteServer('server1')))]),
    health: 'healthy',
    findings: [],
    quorum: undefined,
  },
  'SQLite, its server stopped': {
    status: () =>
      status(
        [seen('server1', {...asWanted(sqliteServer('server1')), server: {...unit, active: 'inactive'}, ping: false})],
        [],
        'none answered',
      ),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server1'],
        what: 'no server serves the API: server1 is stopped',
        hint: 'run site.yml, which starts what is stopped',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 has data and does not run', hint: 'site.yml starts it'},
    ],
    quorum: undefined,
  },
  'an external datastore, one of two servers stopped': {
    status: () => {
      const external = (name: string, change: Partial<Sighting> = {}): SeenHost =>
        seen(
          name,
          {
            ...sightingOf(name, {
              version: 'v1.30.6+k3s1',
              server: unit,
              ping: true,
              configText: 'datastore-endpoint: mysql://u:p@tcp(h)/d\n',
              data: {serverTls: true},
            }),
            ...change,
          },
          {},
          {k3s_server_config: {'datastore-endpoint': 'mysql://u:p@tcp(h)/d'}},
        );
      return status([external('server1'), external('server2', {server: {...unit, active: 'inactive'}, ping: false})]);
    },
    health: 'degraded',
    findings: [
      {level: 'degraded', hosts: ['server2'], what: 'server2 has data and does not run', hint: 'site.yml starts it'},
    ],
    quorum: undefined,
  },
  'SQLite, its server cannot be reached': {
    status: () => status([seen('server1', undefined)], [], 'none answered'),
    health: 'unknown',
    findings: [
      {
        level: 'unknown',
        hosts: ['server1'],
        what: 'no server of those that can be reached serves the API, and server1 cannot be reached',
        hint: 'look at the servers that cannot be reached first',
      },
      isUnreachable('server1'),
    ],
    quorum: undefined,
  },
  'SQLite, its API not ready': {
    status: () => status([seen('server1', asWanted(sqliteServer('server1')), {apiReady: false})]),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server1'],
        what: 'no server serves the API: server1 is running',
        hint: 'run site.yml, which starts what is stopped',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 runs, and its API is not ready'},
    ],
    quorum: undefined,
  },
  'an external datastore, all servers stopped': {
    status: () =>
      status(
        ['server1', 'server2'].map((name) =>
          seen(
            name,
            sightingOf(name, {
              version: 'v1.30.6+k3s1',
              server: {...unit, active: 'inactive'},
              configText: 'datastore-endpoint: mysql://u:p@tcp(h)/d\n',
              data: {serverTls: true},
            }),
            {apiReady: false},
            {k3s_server_config: {'datastore-endpoint': 'mysql://u:p@tcp(h)/d'}},
          ),
        ),
        [],
        'none answered',
      ),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server1', 'server2'],
        what: 'no server serves the API: server1 is stopped, server2 is stopped',
        hint: 'look at the external datastore, and run site.yml, which starts what is stopped',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 has data and does not run', hint: 'site.yml starts it'},
      {level: 'degraded', hosts: ['server2'], what: 'server2 has data and does not run', hint: 'site.yml starts it'},
    ],
    quorum: undefined,
  },
  'an external datastore, a server that cannot be reached': {
    status: () =>
      status(
        [
          seen(
            'server1',
            sightingOf('server1', {
              version: 'v1.30.6+k3s1',
              server: {...unit, active: 'inactive'},
              configText: 'datastore-endpoint: mysql://u:p@tcp(h)/d\n',
              data: {serverTls: true},
            }),
            {apiReady: false},
            {k3s_server_config: {'datastore-endpoint': 'mysql://u:p@tcp(h)/d'}},
          ),
          seen('server2', undefined, {}, {k3s_server_config: {'datastore-endpoint': 'mysql://u:p@tcp(h)/d'}}),
        ],
        [],
        'none answered',
      ),
    health: 'unknown',
    findings: [
      {
        level: 'unknown',
        hosts: ['server2'],
        what: 'no server of those that can be reached serves the API, and server2 cannot be reached',
        hint: 'look at the servers that cannot be reached first',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 has data and does not run', hint: 'site.yml starts it'},
      isUnreachable('server2'),
    ],
    quorum: undefined,
  },
});
for (const {title, body} of tests) test(title, body);

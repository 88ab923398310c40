/** The parts of servers that have no embedded etcd. */
import test from 'ava';
import {
  bareHost,
  clusterHost,
  partFor,
  running,
  sightingOf,
  sqliteServer,
  usualPart,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {HostPlan} from './plan.js';
import type {Sighting} from './sighting.js';

const endpoint = {k3s_server_config: {'datastore-endpoint': 'http://e:2379'}};
const external = (name: string, change: Partial<Sighting> = {}): ClusterHost =>
  clusterHost(
    name,
    sightingOf(name, {
      configText: 'datastore-endpoint: http://e:2379\n',
      ...change,
      data: {serverTls: true},
    }),
    endpoint,
  );
const runs = {server: running, ping: true};
const cases: Record<
  string,
  {servers: readonly ClusterHost[]; host: string; plan: Partial<HostPlan> & Pick<HostPlan, 'step' | 'why'>}
> = {
  'SQLite, and runs': {
    servers: [clusterHost('server1', sqliteServer('server1'))],
    host: 'server1',
    plan: {step: 'member', why: 'runs'},
  },
  'SQLite, and does not run': {
    servers: [clusterHost('server1', {...sqliteServer('server1'), ping: false})],
    host: 'server1',
    plan: {step: 'init', why: 'has data but does not run'},
  },
  'SQLite, another server beside it': {
    servers: [clusterHost('server1', sqliteServer('server1')), bareHost('server2')],
    host: 'server1',
    plan: {step: 'member', why: 'runs'},
  },
  'an external datastore, and runs': {
    servers: [external('server1', runs), external('server2', runs)],
    host: 'server1',
    plan: {
      step: 'member',
      why: 'runs; to be restarted: token changes in config.yaml',
      restart: 'token changes in config.yaml',
    },
  },
  'an external datastore, and does not run': {
    servers: [external('server1', runs), external('server2')],
    host: 'server2',
    plan: {step: 'start', why: 'has run on the datastore, and does not run'},
  },
  'an external datastore, and nothing on it': {
    servers: [external('server1', runs), clusterHost('server2', sightingOf('server2'), endpoint)],
    host: 'server2',
    plan: {step: 'join', why: 'has no data; starts after server1'},
  },
  'an external datastore, the first': {
    servers: ['server1', 'server2'].map((name) => clusterHost(name, sightingOf(name), endpoint)),
    host: 'server1',
    plan: {step: 'init', why: 'no server has any data'},
  },
};

for (const [name, {servers, host, plan}] of Object.entries(cases)) {
  test(`a server: ${name}`, (t) => {
    t.deepEqual(partFor(servers, host), {...usualPart(host), ...plan});
  });
}

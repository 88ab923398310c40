import type {ClusterHost, EtcdMember, Sighting, UnitFiles} from '../../src/cluster/index.js';
import {wantedOf, withKept} from '../../src/cluster/index.js';

type Change = Omit<Partial<Sighting>, 'data'> & {readonly data?: Partial<Sighting['data']>};

/** What the look finds on a fresh host. */
export function sightingOf(name: string, change: Change = {}): Sighting {
  const {data, ...rest} = change;
  return {
    hostname: name,
    arch: 'x86_64',
    nowEpochSeconds: 1_700_000_000,
    bootId: 'b',
    init: 'systemd',
    selinuxPolicy: false,
    kernelModules: true,
    addresses: [{device: 'eth0', address: addressFor(name)}],
    dropIns: [],
    otherUnits: [],
    dataDir: '/var/lib/rancher/k3s',
    dataDirReal: '/var/lib/rancher/k3s',
    ping: false,
    curl: true,
    ...rest,
    data: {
      wal: false,
      etcdDir: false,
      memberDir: false,
      tombstone: false,
      stateDb: false,
      migrated: false,
      serverTls: false,
      resetFlag: false,
      agent: false,
      nodePassword: false,
      ...data,
    },
  };
}

/** server3 -> 10.0.0.3 */
export const addressFor = (name: string): string =>
  `10.0.${name.startsWith('agent') ? 1 : 0}.${/\d+$/.exec(name)?.[0] ?? 1}`;

export const memberFor = (name: string, isLearner = false): EtcdMember => ({
  id: `${name}-id`,
  name: `${name}-0123abcd`,
  peerUrls: [`https://${addressFor(name)}:2380`],
  clientUrls: [`https://${addressFor(name)}:2379`],
  isLearner,
});

const running = {load: 'loaded', active: 'active', sub: 'running', mainPid: 10, restarts: 0, enabled: 'enabled'};

const peersOf = (cluster: readonly string[]): ReadonlyMap<string, 'open' | 'closed' | 'silent'> =>
  new Map(cluster.map((name) => [`https://${addressFor(name)}:2380`, 'open']));

/** A unit with nothing beside it. */
export const unitFiles = (change: Partial<UnitFiles>): UnitFiles => ({
  text: '',
  dropIns: [],
  environment: '',
  lastingEnvironment: '',
  ...change,
});

/** A running member of a cluster of these servers. */
export const runningMember = (name: string, cluster: readonly string[], clusterId = 'c1'): Sighting =>
  sightingOf(name, {
    version: 'v1.30.6+k3s1',
    server: running,
    ping: true,
    data: {wal: true, etcdDir: true, etcdName: memberFor(name).name, serverTls: true},
    etcd: {
      clusterId,
      members: cluster.map((member) => memberFor(member)),
      isLeader: false,
      hasLeader: true,
      peers: peersOf(cluster),
    },
  });

export const stoppedMember = (name: string): Sighting =>
  sightingOf(name, {
    version: 'v1.30.6+k3s1',
    server: {...running, active: 'inactive'},
    data: {wal: true, etcdDir: true, etcdName: memberFor(name).name, serverTls: true},
  });

export const sqliteServer = (name: string): Sighting =>
  sightingOf(name, {version: 'v1.30.6+k3s1', server: running, ping: true, data: {stateDb: true, serverTls: true}});

/** A host as roles and checks take it; without a sighting it is unknown. */
export function clusterHost(
  name: string,
  sighting: Sighting | undefined,
  variables: Readonly<Record<string, unknown>> = {},
  inPlay = true,
): ClusterHost {
  const all: Readonly<Record<string, unknown>> = {
    ansible_host: addressFor(name),
    k3s_version: 'v1.30.6+k3s1',
    ...variables,
  };
  const kind = name.startsWith('agent') ? 'agent' : 'server';
  return {
    wanted: withKept(wantedOf(name, kind, {variable: (variable) => all[variable]}), sighting),
    ...(sighting === undefined ? {why: 'unreachable'} : {sighting}),
    inPlay,
  };
}

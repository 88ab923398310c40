import type {ClusterHost, ClusterPlan, EtcdMember, HostPlan, Sighting, UnitFiles} from '../../src/cluster/index.js';
import {resolveRoles, wantedOf, withKept} from '../../src/cluster/index.js';

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
      blankWal: false,
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

/** As systemd has a unit that runs. */
export const running = {load: 'loaded', active: 'active', sub: 'running', mainPid: 10, restarts: 0, enabled: 'enabled'};

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

export const three: readonly string[] = ['server1', 'server2', 'server3'];

// Hosts by what they are, each in its usual form.

/** Has nothing on its disk but this. */
export const bareHost = (name: string, change: Change = {}, inPlay = true): ClusterHost =>
  clusterHost(name, sightingOf(name, change), {}, inPlay);

export const unknownHost = (name: string): ClusterHost => clusterHost(name, undefined);

export const stoppedHost = (name: string, inPlay = true): ClusterHost =>
  clusterHost(name, stoppedMember(name), {}, inPlay);

/** Was ended as soon as its etcd had made its log; with `resumed`, a start has found that log since, and goes on. */
export const blankHost = (name: string, resumed?: Sighting['resumed'], change: Change = {}): ClusterHost => {
  const seen = stoppedMember(name);
  const up = resumed === undefined ? {} : {server: {...running, active: 'activating'}, resumed};
  return clusterHost(name, {
    ...seen,
    ...up,
    ...change,
    data: {...seen.data, blankWal: true, ca: 'ca1', ...change.data},
  });
};

/** Runs as a member of these. */
export const memberHost = (name: string, change: Change = {}, cluster: readonly string[] = three): ClusterHost => {
  const seen = runningMember(name, cluster);
  return clusterHost(name, {...seen, ...change, data: {...seen.data, ...change.data}});
};

interface Listing {
  readonly members?: readonly EtcdMember[];
  readonly hasLeader?: boolean;
  /** How it sees the peer port of each, but for those in `ports`. */
  readonly port?: 'open' | 'closed' | 'silent';
  /** By the server's name; `unseen` is one that nobody looked at. */
  readonly ports?: Readonly<Record<string, 'open' | 'closed' | 'silent' | 'unseen'>>;
  readonly inPlay?: boolean;
}

/** Runs as a member, lists these, and sees their peer ports so: none open, unless said otherwise. */
export const listingHost = (name: string, listing: Listing = {}): ClusterHost => {
  const {members = three.map((one) => memberFor(one)), hasLeader = true, port = 'closed', ports = {}} = listing;
  const states = new Map(members.flatMap(({peerUrls}) => peerUrls.map((url) => [url, port] as const)));
  for (const [server, state] of Object.entries(ports)) {
    const url = `https://${addressFor(server)}:2380`;
    if (state === 'unseen') states.delete(url);
    else states.set(url, state);
  }
  const seen = runningMember(name, three);
  const etcd = {clusterId: 'c1', members, isLeader: false, hasLeader, peers: states};
  return clusterHost(name, {...seen, data: {...seen.data, ca: 'ca1'}, etcd}, {}, listing.inPlay ?? true);
};

/** The plan for these servers; all bytes that are drawn are 7. */
export const planFor = (
  servers: readonly ClusterHost[],
  more: Partial<Parameters<typeof resolveRoles>[0]> = {},
): ClusterPlan => resolveRoles({servers, agents: [], lost: [], random: (bytes) => Buffer.alloc(bytes, 7), ...more});

export const stepsIn = ({hosts}: ClusterPlan): Record<string, string> =>
  Object.fromEntries([...hosts].map(([host, {step}]) => [host, step]));

/** A server's part of the plan without its settings, for tables. */
export const partFor = (servers: readonly ClusterHost[], name: string): Omit<HostPlan, 'config'> | undefined => {
  const own = planFor(servers).hosts.get(name);
  if (own === undefined) return undefined;
  const {config: _config, ...part} = own;
  return part;
};

/** What most parts have in common. */
export const usualPart = (host: string): Omit<HostPlan, 'config' | 'step' | 'why'> => ({
  host,
  kind: 'server',
  nodeName: host,
  address: addressFor(host),
  membership: {membership: 'keep'},
  kept: [],
  foreign: false,
});

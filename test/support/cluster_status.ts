/** What `quorate cluster status` sees, for tables. */
import type {ExecutionContext} from 'ava';
import type {NodeRow} from '../../src/cluster/nodes.js';
import type {Sighting, UnitState} from '../../src/cluster/sighting.js';
import {clusterStatus} from '../../src/cluster/status.js';
import type {StatusSighting} from '../../src/cluster/status_look.js';
import type {ClusterStatus, SeenHost} from '../../src/cluster/status_types.js';
import {clusterHost, running, runningMember, sightingOf, three} from './cluster_hosts.js';

export const now = new Date('2026-06-01T12:00:00Z');
export const daysFromNow = (days: number): Date => new Date(now.getTime() + days * 24 * 3600 * 1000);

export const well: StatusSighting = {
  certificates: [
    {file: 'server/tls/client-ca.crt', notAfter: daysFromNow(3650), authority: true},
    {file: 'server/tls/serving-kube-apiserver.crt', notAfter: daysFromNow(365), authority: false},
    {file: 'server/tls/client-admin.crt', notAfter: daysFromNow(364), authority: false},
  ],
  snapshot: {name: 'etcd-snapshot-server1-1', savedEpochSeconds: now.getTime() / 1000 - 3600, sizeBytes: 4096},
  apiReady: true,
  dbSizeBytes: 1024,
  dbQuotaBytes: 1_000_000,
  logged: [],
};

export const nodeOf = (name: string, change: Partial<NodeRow> = {}): NodeRow => ({
  name,
  ready: true,
  cordoned: false,
  restarting: false,
  roles: 'control-plane,etcd',
  version: 'v1.30.6+k3s1',
  address: '10.0.0.1',
  ...change,
});

export const unit: UnitState = running;

/** As site.yml leaves it: config.yaml and the inventory agree. */
export const asWanted = (sighting: Sighting): Sighting => ({...sighting, configText: 'token: pw\n'});

export const seen = (
  name: string,
  sighting: Sighting | undefined,
  more: Partial<StatusSighting> = {},
  variables: Record<string, unknown> = {},
): SeenHost => ({
  host: clusterHost(name, sighting, variables),
  ...(sighting === undefined ? {} : {more: {...well, ...more}}),
});

export const member = (name: string, change: Partial<Sighting> = {}): Sighting => ({
  ...asWanted(runningMember(name, three)),
  ...change,
});

export const runningAgent = (name: string): Sighting =>
  sightingOf(name, {version: 'v1.30.6+k3s1', agent: unit, data: {agent: true}});

export const status = (
  servers: readonly SeenHost[],
  agents: readonly SeenHost[] = [],
  nodes: readonly NodeRow[] | 'none answered' = [...servers, ...agents].map(({host}) => nodeOf(host.wanted.host)),
): ClusterStatus =>
  clusterStatus({
    servers,
    agents,
    ...(nodes === 'none answered' ? {} : {nodes}),
    now,
    random: (bytes) => Buffer.alloc(bytes),
  });

export const healthyServers = three.map((name) => seen(name, member(name)));
export const noLeader = (name: string): Sighting => {
  const {etcd, ...rest} = member(name);
  return {...rest, ...(etcd === undefined ? {} : {etcd: {...etcd, hasLeader: false}})};
};

type Finding = ClusterStatus['findings'][number];
export const isStopped = (host: string): Finding => ({
  level: 'degraded',
  hosts: [host],
  what: `${host} is a member that does not run`,
  hint: 'site.yml starts it',
});
export const isUnreachable = (host: string): Finding => ({
  level: 'degraded',
  hosts: [host],
  what: `${host} cannot be reached: unreachable`,
});
export const isReachedByOthers = (host: string): Finding => ({
  level: 'degraded',
  hosts: [host],
  what: `${host} cannot be reached from here, but other members reach its etcd: unreachable`,
});

/** A state of hosts, and all that is said of it, the worst first. */
export interface StatusRow {
  readonly status: () => ClusterStatus;
  readonly health: ClusterStatus['health'];
  readonly findings: ClusterStatus['findings'];
  readonly quorum: ClusterStatus['quorum'];
}

/** Title and body of a test for each row. */
export const statusTests = (rows: Readonly<Record<string, StatusRow>>) =>
  Object.entries(rows).map(([title, {status: look, ...said}]) => {
    const body = (t: ExecutionContext): void => {
      const {health, findings, quorum} = look();
      t.deepEqual({health, findings, quorum}, said);
    };
    return {title, body};
  });

import type {ClusterHost, ServerKind} from './classify.js';
import type {NodeRow} from './nodes.js';
import type {Datastore} from './plan.js';
import type {Certificate, Snapshot, StatusSighting} from './status_look.js';

/** A host of the cluster with all that was seen of it. */
export interface SeenHost {
  readonly host: ClusterHost;
  /** Undefined exactly where `host.sighting` is. */
  readonly more?: StatusSighting;
}

export interface StatusInput {
  readonly servers: readonly SeenHost[];
  readonly agents: readonly SeenHost[];
  /** What a living server's API lists; undefined where none answered. */
  readonly nodes?: readonly NodeRow[];
  readonly now: Date;
  readonly random: (bytes: number) => Buffer;
}

/**
 * `degraded`: it serves, and something wants mending. `broken`: it does not serve, or must not be used. `unknown`: too
 * little can be reached to tell. `bare`: there is no cluster yet.
 */
export type Health = 'healthy' | 'degraded' | 'broken' | 'unknown' | 'bare';

export interface Finding {
  /** A note leaves the health as it is. */
  readonly level: 'note' | 'degraded' | 'broken' | 'unknown';
  readonly hosts: readonly string[];
  readonly what: string;
  readonly hint?: string;
}

/**
 * `ready`: it serves, its Node is ready. `running`: the service runs, and serves not yet. `failing`: it ends again and
 * again, or has failed. `stopped`: there is data and nothing runs. `bare`: there is nothing. `unknown`: nobody can tell.
 */
export type HostState = 'ready' | 'running' | 'starting' | 'failing' | 'stopped' | 'bare' | 'unknown';

/** What the inventory wants that is not so. */
export interface Difference {
  readonly what: string;
  /** site.yml would (re)start the service for it. */
  readonly restart: boolean;
}

export interface HostStatus {
  readonly host: string;
  readonly address: string;
  readonly nodeName: string;
  readonly state: HostState;
  /** Why it is unknown, or what its service fails on. */
  readonly why?: string;
  readonly hint?: string;
  /** Of the binary on its disk. */
  readonly version?: string;
  readonly node?: NodeRow;
  /** The leaf certificate that ends first. */
  readonly certificate?: Certificate;
  readonly certificates: readonly Certificate[];
  readonly differences: readonly Difference[];
}

export interface ServerStatus extends HostStatus {
  /** What its disk says it is. */
  readonly found: ServerKind;
  /** Its place in etcd, as members list it. */
  readonly member?: MemberStatus;
  readonly dbSizeBytes?: number;
  readonly snapshot?: Snapshot;
}

export interface MemberStatus {
  readonly id: string;
  readonly name: string;
  readonly role: 'leader' | 'voter' | 'learner';
}

export interface Quorum {
  readonly voters: number;
  /** Voters seen to be well; those that cannot be asked are not among them. */
  readonly healthy: number;
  /** Voters of which nothing is known. */
  readonly unknown: number;
  readonly needed: number;
  /** How many of those seen to be well may still fail. */
  readonly mayFail: number;
  readonly held: boolean | 'unknown';
}

export interface ClusterStatus {
  readonly health: Health;
  readonly datastore: Datastore;
  /** More than one is more than one cluster. */
  readonly clusterIds: readonly string[];
  /** Embedded etcd only. */
  readonly quorum?: Quorum;
  readonly servers: readonly ServerStatus[];
  readonly agents: readonly HostStatus[];
  /** Listed by etcd, and no host of the inventory. */
  readonly strangers: readonly MemberStatus[];
  /** Releases that run or are installed, by the hosts that have them. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** The newest snapshot on any server's disk. */
  readonly snapshot?: Snapshot & {readonly host: string};
  readonly findings: readonly Finding[];
}

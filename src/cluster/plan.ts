import type {Secret} from '../shell/index.js';
import type {Adoption} from './adoption.js';
import type {K3sConfig} from './config_file.js';

export type Datastore = 'etcd' | 'sqlite' | 'external';

/** What a run does with a host; the plays of site.yml take these groups in this order. */
export type Step =
  /** Has etcd on disk but does not run: all of these are started together, since quorum may need them all. */
  | 'start'
  /** Makes the cluster (etcd) or is the single server (SQLite), or the first on an external datastore. */
  | 'init'
  /** Runs: changed and restarted only where something differs, one at a time. */
  | 'member'
  /** Becomes a server on etcd from one on SQLite, or what is left of that is done. */
  | 'convert'
  /** Goes back from etcd to SQLite. */
  | 'back'
  | 'join'
  /**
   * Cannot join as it is: lost its data while the cluster still lists it, or is a learner that cannot catch up. Its member is
   * removed, what is left of its data put aside, then it joins.
   */
  | 'replace'
  | 'agent'
  /** Unknown or outside this run. */
  | 'none';

export const groupOfStep: Readonly<Record<Step, string>> = {
  start: 'k3s_stopped_servers',
  init: 'k3s_first_server',
  member: 'k3s_running_servers',
  convert: 'k3s_converting_servers',
  back: 'k3s_returning_servers',
  join: 'k3s_joining_servers',
  replace: 'k3s_replaced_servers',
  agent: 'k3s_agents',
  none: 'k3s_left_out',
};

/** What becomes of the two lines that say how a server becomes a member. */
export type Membership =
  | {readonly membership: 'cluster-init'}
  | {readonly membership: 'server'; readonly url: string}
  /** As found: K3s ignores them once etcd is on disk. */
  | {readonly membership: 'keep'};

export interface HostPlan {
  readonly host: string;
  readonly kind: 'server' | 'agent';
  readonly step: Step;
  readonly why: string;
  readonly nodeName: string;
  readonly address: string;
  readonly membership: Membership;
  /** Once it votes, `cluster-init` gives way to this peer's URL; undefined where there is no peer. */
  readonly peerUrl?: string;
  /** The member to be removed before this server joins, and the living server it is removed through. */
  readonly dead?: {
    readonly id: string;
    /** Empty for a learner whose etcd has not come so far as to say it. */
    readonly name: string;
    /** It has no vote, and may be removed only as long as that is so. */
    readonly isLearner: boolean;
    readonly through: string;
    /** Its peer address is this server's own, and nobody listens there. */
    readonly addressIsFree: boolean;
  };
  /** The name of the member whose data on this server's disk is put aside, K3s being stopped for it. */
  readonly aside?: string;
  /** Why a running server is to be restarted, as far as can be told before anything is touched. */
  readonly restart?: string;
  /** Settings in `config` that the inventory does not name and the host had. */
  readonly kept: readonly string[];
  /** The unit is of another hand: its settings have to be in config.yaml before it is written anew. */
  readonly foreign: boolean;
  /** The service is of another hand and runs: whether it goes on as it is. */
  readonly adoption?: Adoption;
  /** config.yaml without the membership lines; an agent's `server` is in it. */
  readonly config: K3sConfig;
}

export interface FaultyVariable {
  readonly name: string;
  readonly host: string;
  /** A key of the variable's mapping. */
  readonly member?: string;
}

export interface PlanRefusal {
  readonly hosts: readonly string[];
  readonly what: string;
  readonly hint: string;
  /** The variable to mend, so that its place can be shown; with the host it was read for, and the member at fault. */
  readonly variable?: FaultyVariable;
}

export interface ClusterPlan {
  readonly datastore: Datastore;
  /** A server has run on the external datastore: it holds this cluster. */
  readonly datastoreInUse: boolean;
  readonly clusterId?: string;
  readonly token: Secret;
  readonly hosts: ReadonlyMap<string, HostPlan>;
  /** Servers whose etcd answers under a leader. */
  readonly living: readonly string[];
  /** Etcd's voters now and once the run is done; both 0 without etcd. */
  readonly votersBefore: number;
  readonly healthyBefore: number;
  readonly votersAfter: number;
  readonly refusals: readonly PlanRefusal[];
  readonly warnings: readonly string[];
  readonly shows: readonly string[];
}

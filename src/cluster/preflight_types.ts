import type {ClusterHost} from './classify.js';
import type {PlanRefusal} from './plan.js';

export interface Preflight {
  readonly refusals: readonly PlanRefusal[];
  readonly warnings: readonly string[];
}

/** What a server was when the roles were decided. */
export interface DecidedHost {
  readonly kind: string;
  /** K3s was starting there by itself, towards what the roles made of it: it began or joined (`isOnItsWay`). */
  readonly onItsWay: boolean;
}

export interface PreflightInput {
  readonly servers: readonly ClusterHost[];
  readonly agents: readonly ClusterHost[];
  /** Whether a binary of the controller's is given (k3s_binary): then no version is needed. */
  readonly binaryGiven: boolean;
  /** Versions that such binaries have, by host, as far as they tell. */
  readonly binaryVersions?: ReadonlyMap<string, string>;
  /** What each server was when the roles were decided; a host without an entry is not compared. */
  readonly decided?: ReadonlyMap<string, DecidedHost | undefined>;
}

export type Check = (input: PreflightInput, hosts: readonly ClusterHost[]) => readonly PlanRefusal[];

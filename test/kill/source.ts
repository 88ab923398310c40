import type {UpOptions} from '../../src/lab/index.js';
import type {ClusterLab} from '../e2e/support/cluster_lab.js';

/** A play that has to survive being killed at every step of its own. */
export interface RowSource {
  /** Heading of its part of the page. */
  readonly name: string;
  readonly size: Pick<UpOptions, 'servers' | 'agents' | 'groups' | 'aptPackages'>;
  readonly playbook: string;
  readonly args: readonly string[];
  /** Brings fresh hosts to the state that the play is meant for. It is saved, and every row begins there. */
  prepare(cluster: ClusterLab): Promise<void>;
  /** That state, for the page. */
  readonly beginsWith: string;
  /** Hosts that the play does not touch, and whose disks are not put back. */
  readonly bystanders?: readonly string[];
  /** Waits until a state that was put back is as it was saved: what ran runs again. */
  ready(cluster: ClusterLab): Promise<void>;
  /** What has to be equal. */
  fingerprint(cluster: ClusterLab): Promise<string>;
  /** What the fingerprint is of, for the page. */
  readonly fingerprintOf: string;
  /** Equal to what: to the state that the play began with, or, where it makes something new, to what a run makes that nobody cuts short. */
  readonly equalTo: 'before' | 'uninterrupted';
  /** The unit that "service killed" kills on a host. */
  unit(host: string): string;
}

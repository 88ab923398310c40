import {type ClusterSeen, lookAtCluster} from '../run/cluster_look.js';
import type {Project} from '../run/project.js';
import {type ConnectionFlags, connectionOptions, surroundings} from './common_flags.js';
import {type ProjectFlags, projectFor} from './open_project.js';

export interface ClusterFlags extends ProjectFlags, ConnectionFlags {
  readonly forks?: number;
  readonly verbose?: number;
  readonly json?: boolean;
  readonly color?: boolean;
  /** token: the file. */
  readonly save?: string;
  readonly encryptVaultId?: string;
  /** kubeconfig. */
  readonly file?: string;
  readonly context?: string;
  readonly server?: string;
  readonly use?: boolean;
  readonly check?: boolean;
  readonly diff?: boolean;
  /** token and kubeconfig: replace what is of another cluster. */
  readonly force?: boolean;
}

/** Opens the project and reads every host of the cluster. */
export async function seeCluster(
  flags: ClusterFlags,
): Promise<{readonly project: Project; readonly seen: ClusterSeen}> {
  const project = await projectFor(flags, await connectionOptions(flags, surroundings()));
  const seen = await lookAtCluster(project, flags.forks);
  for (const {host} of [...seen.servers, ...seen.agents])
    for (const token of [host.wanted.token, host.sighting?.data.token, host.sighting?.data.agentToken])
      if (token !== undefined) project.masker.add(token);
  return {project, seen};
}

import {didYouMean, UsageError} from '../../errors/index.js';
import {saveKubeconfig} from '../cluster_kubeconfig.js';
import {showStatus} from '../cluster_status.js';
import {saveToken} from '../cluster_token.js';
import type {ClusterFlags} from '../cluster_work.js';
import type {CommandBody} from '../command.js';

const actions: Readonly<Record<string, (flags: ClusterFlags) => Promise<number>>> = {
  status: showStatus,
  token: saveToken,
  kubeconfig: saveKubeconfig,
};

/** `quorate cluster ACTION`. */
export const clusterCommand: CommandBody = async ([name], given) => {
  const action = actions[String(name)];
  if (action === undefined)
    throw new UsageError({
      what: `there is no cluster action '${String(name)}'`,
      hint: didYouMean(String(name), Object.keys(actions)) ?? `known are ${Object.keys(actions).join(', ')}`,
    });
  return action(given as ClusterFlags);
};

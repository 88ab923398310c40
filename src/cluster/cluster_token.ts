import {ClusterError} from '../errors/index.js';
import type {Secret} from '../shell/index.js';
import {type ClusterHost, isRunning, kindOf, liveToken} from './classify.js';
import {etcdOf, knownServers} from './known.js';
import {parseToken, sameToken} from './tokens.js';

export interface ClusterToken {
  /** The password alone, as it stands in config.yaml: it is what the datastore's bootstrap data is sealed with. */
  readonly token: Secret;
  /** The server it was read on. */
  readonly host: string;
  readonly clusterId?: string;
}

/**
 * The token that a cluster lives by: of a running server, else of one that has the cluster's data. Throws ClusterError
 * where there is none, or where servers have different ones.
 */
export function clusterToken(servers: readonly ClusterHost[]): ClusterToken {
  const ids = [...new Set(etcdOf(knownServers(servers)).map(({clusterId}) => clusterId))];
  if (ids.length > 1)
    throw new ClusterError({
      what: `the servers are members of ${ids.length} different clusters, each with a token of its own`,
      hint: 'look at `quorate cluster status`, and name one cluster in the inventory',
    });
  const holders = servers
    .filter((host) => kindOf(host) !== 'bare')
    .flatMap((host) => {
      const token = host.sighting === undefined ? undefined : liveToken(host.sighting);
      return token === undefined ? [] : [{host, token}];
    });
  const first = holders.find(({host}) => isRunning(host)) ?? holders[0];
  if (first === undefined) {
    const unknown = servers.filter(({sighting}) => sighting === undefined).map(({wanted}) => wanted.host);
    throw new ClusterError({
      what: 'no server that can be read has the token of a cluster',
      hint:
        unknown.length > 0
          ? `${unknown.join(', ')} cannot be reached`
          : 'make the cluster first: quorate run playbooks/site.yml',
    });
  }
  const other = holders.find(({token}) => !sameToken(token, first.token));
  if (other !== undefined)
    throw new ClusterError({
      what: `${first.host.wanted.host} and ${other.host.wanted.host} have different tokens`,
      hint: 'after `k3s token rotate` every server has to be restarted with the new one',
    });
  const [clusterId] = ids;
  return {
    token: parseToken(first.token).password,
    host: first.host.wanted.host,
    ...(clusterId === undefined ? {} : {clusterId}),
  };
}

import type {Secret} from '../shell/index.js';
import {type ClusterHost, kindOf, liveConfig, liveToken} from './classify.js';
import type {PlanRefusal} from './plan.js';
import {newToken, parseToken, sameToken} from './tokens.js';

export interface ChosenToken {
  readonly token?: Secret;
  readonly refusals: readonly PlanRefusal[];
}

/**
 * The cluster's token: that of a living server; else the inventory's; else one that a run which died had written already;
 * else a new one, made as K3s makes it. What the inventory says must be the cluster's (docs "cli/token").
 */
export function chooseToken(servers: readonly ClusterHost[], random: (bytes: number) => Buffer): ChosenToken {
  const refusals: PlanRefusal[] = [];
  const wanted = servers.find((host) => host.wanted.token !== undefined)?.wanted;
  const other = servers.find(
    (host) =>
      host.wanted.token !== undefined && wanted?.token !== undefined && !sameToken(host.wanted.token, wanted.token),
  );
  if (wanted !== undefined && other !== undefined) {
    refusals.push({
      hosts: [],
      what: `k3s_token differs between ${wanted.host} and ${other.wanted.host}`,
      hint: 'all servers of a cluster have one token: set it once, for the whole group',
      variable: {name: 'k3s_token', host: other.wanted.host},
    });
  }
  if (wanted?.token !== undefined && parseToken(wanted.token).bootstrap) {
    refusals.push({
      hosts: [],
      what: 'k3s_token is a bootstrap token, which expires and serves agents only',
      hint: 'give the servers a token of their own (any long random text)',
      variable: {name: 'k3s_token', host: wanted.host},
    });
  }
  const keeper = servers.find(
    (host) =>
      !['bare', 'unknown'].includes(kindOf(host)) &&
      host.sighting !== undefined &&
      liveToken(host.sighting) !== undefined,
  );
  const living = keeper?.sighting === undefined ? undefined : liveToken(keeper.sighting);
  if (living !== undefined && wanted?.token !== undefined && !sameToken(living, wanted.token)) {
    refusals.push({
      hosts: [],
      what: `k3s_token is not the token of the cluster that ${keeper?.wanted.host} belongs to`,
      hint: `take it from ${keeper?.wanted.dataDir}/server/token on ${keeper?.wanted.host}, or leave k3s_token out: it is read from there`,
      variable: {name: 'k3s_token', host: wanted.host},
    });
  }
  if (wanted?.token !== undefined) return {token: wanted.token, refusals};
  if (living !== undefined) return {token: parseToken(living).password, refusals};
  const begun = servers
    .map((host) => (host.sighting === undefined ? undefined : (liveConfig(host.sighting).token as Secret | undefined)))
    .find((token) => token !== undefined);
  return {token: begun ?? newToken(random), refusals};
}

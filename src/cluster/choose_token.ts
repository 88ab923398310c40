import type {Secret} from '../shell/index.js';
import {type ClusterHost, kindOf, liveConfig, liveToken} from './classify.js';
import type {PlanRefusal} from './plan.js';
import {refuseAgentTokens, refuseToken} from './token_refusals.js';
import {newToken, parseToken} from './tokens.js';

export interface ChosenToken {
  readonly token: Secret;
  readonly refusals: readonly PlanRefusal[];
}

export interface TokenInput {
  readonly servers: readonly ClusterHost[];
  readonly agents: readonly ClusterHost[];
}

/** A server whose token is the cluster's: it has data, so the cluster's keys are sealed with it. */
const keeperOf = (servers: readonly ClusterHost[]): ClusterHost | undefined =>
  servers.find(
    (host) => kindOf(host) !== 'bare' && host.sighting !== undefined && liveToken(host.sighting) !== undefined,
  );

/**
 * The cluster's token: that of a living server; else the inventory's; else one that a run which died had written already;
 * else a new one, made as K3s makes it. What the inventory says must be the cluster's (docs "cli/token").
 */
export function chooseToken({servers, agents}: TokenInput, random: (bytes: number) => Buffer): ChosenToken {
  const keeper = keeperOf(servers);
  const wanted = servers.find((host) => host.wanted.token !== undefined)?.wanted.token;
  const living = keeper?.sighting === undefined ? undefined : liveToken(keeper.sighting);
  const begun = servers
    .map((host) => (host.sighting === undefined ? undefined : (liveConfig(host.sighting).token as Secret | undefined)))
    .find((token) => token !== undefined);
  const token = wanted ?? (living === undefined ? (begun ?? newToken(random)) : parseToken(living).password);
  return {
    token,
    refusals: [...refuseToken({servers, agents, keeper}), ...refuseAgentTokens({servers, agents, keeper}, token)],
  };
}

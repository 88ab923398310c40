import type {Secret} from '../shell/index.js';
import {type ClusterHost, liveConfig} from './classify.js';
import type {K3sConfig} from './config_file.js';
import {effectiveOf} from './effective.js';
import {sameToken} from './tokens.js';

/** The tokens of a cluster: the servers' own, and the agents' where they have another. */
export interface ClusterTokens {
  readonly token: Secret;
  readonly agentToken?: Secret;
}

/** A token as it is written already, where that is one of these in another form: no difference, no restart. */
function asWritten(good: readonly [Secret, ...Secret[]], written: unknown): Secret {
  const present = written as Secret | undefined;
  return present !== undefined && good.some((token) => sameToken(present, token)) ? present : good[0];
}

/** config.yaml of one host without membership lines: the user's settings, those that are kept, and the tokens. */
export function hostConfig(host: ClusterHost, {token, agentToken}: ClusterTokens): K3sConfig {
  const {wanted, sighting} = host;
  const present: K3sConfig =
    sighting === undefined ? {} : {...effectiveOf(sighting, wanted.kind).fromUnit, ...liveConfig(sighting)};
  const written = sighting?.data.tokenFile ?? present.token;
  const own =
    wanted.kind === 'server'
      ? asWritten([token], written)
      : wanted.agentToken !== undefined
        ? asWritten([wanted.agentToken], written)
        : asWritten([agentToken ?? token, token], written);
  const agents =
    wanted.kind === 'server' && wanted.agentToken !== undefined
      ? asWritten([wanted.agentToken], present['agent-token'])
      : undefined;
  return {...wanted.config, token: own, ...(agents === undefined ? {} : {'agent-token': agents})};
}

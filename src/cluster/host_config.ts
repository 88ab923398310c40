import type {Secret} from '../shell/index.js';
import {type ClusterHost, liveConfig} from './classify.js';
import type {K3sConfig} from './config_file.js';
import {effectiveOf, keptSettings} from './effective.js';
import {sameToken} from './tokens.js';

/** A token as it is written already, where that is the same token in another form: no difference, no restart. */
const asWritten = (wanted: Secret, written: unknown): Secret => {
  const present = written as Secret | undefined;
  return present !== undefined && sameToken(present, wanted) ? present : wanted;
};

/** config.yaml of one host without membership lines: the user's settings and the tokens. */
export function hostConfig(host: ClusterHost, token: Secret | undefined): K3sConfig {
  const {wanted} = host;
  const {sighting} = host;
  const present =
    sighting === undefined ? {} : {...effectiveOf(sighting, wanted.kind).fromUnit, ...liveConfig(sighting)};
  const kept = sighting === undefined ? {} : keptSettings(sighting, wanted.kind);
  const own = wanted.kind === 'agent' ? (wanted.agentToken ?? token) : token;
  return {
    ...kept,
    ...wanted.config,
    ...(own === undefined ? {} : {token: asWritten(own, present.token)}),
    ...(wanted.kind === 'server' && wanted.agentToken !== undefined
      ? {'agent-token': asWritten(wanted.agentToken, present['agent-token'])}
      : {}),
  };
}

import {Secret} from '../shell/index.js';
import type {ClusterHost} from './classify.js';
import {differingKeys, type K3sConfig, membershipKeys, parseConfigFile} from './config_file.js';
import {effectiveOf, mergedSettings} from './effective.js';
import {sameToken} from './tokens.js';

/** What adopting a service that another hand installed comes to. */
export interface Adoption {
  /** All that it runs with stays: the files are written anew, and nothing is restarted. */
  readonly same: boolean;
  /** Settings whose effective value changes. */
  readonly differing: readonly string[];
}

/** K3s splits lists at commas, so `a,b` and a list of both are one value. */
const flat = (config: K3sConfig): K3sConfig =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      value instanceof Secret ? value : [value].flat().flatMap((item) => String(item).split(',')),
    ]),
  );

const tokenKeys = ['token', 'agent-token'] as const;

/** A token that K3s made itself is in no file of settings, and one may be written in two forms. */
function sameTokens(effective: K3sConfig, planned: K3sConfig, host: ClusterHost): boolean {
  const data = host.sighting?.data;
  return tokenKeys.every((key) => {
    const wanted = planned[key];
    const found = effective[key] ?? (key === 'token' ? data?.token : data?.agentToken);
    if (wanted === undefined) return true;
    return wanted instanceof Secret && found instanceof Secret && sameToken(wanted, found);
  });
}

/**
 * Compares what a service of another hand runs with and what it would run with; undefined for a service of our own, one
 * that does not run, or none.
 */
export function adoptionOf(host: ClusterHost, planned: K3sConfig): Adoption | undefined {
  const {sighting, wanted} = host;
  if (sighting === undefined) return undefined;
  const unit = wanted.kind === 'server' ? sighting.server : sighting.agent;
  const effective = effectiveOf(sighting, wanted.kind);
  if (!effective.foreign || unit?.active !== 'active') return undefined;
  const then = sighting.dropIns.reduce<K3sConfig>(
    (below, {path, text}) => mergedSettings(below, parseConfigFile(text, path)),
    planned,
  );
  const except = [...tokenKeys, 'config', 'token-file', ...(wanted.kind === 'server' ? membershipKeys : [])];
  const differing = differingKeys(flat(effective.config), flat(then), except);
  const tokens = sameTokens(effective.config, then, host);
  const version = wanted.version === undefined || wanted.version === sighting.version;
  const all = [...differing, ...(tokens ? [] : ['token']), ...(version ? [] : ['version'])];
  return {same: all.length === 0, differing: all};
}

import {type ClusterHost, kindOf} from './classify.js';
import {type K3sConfig, parseConfigFile} from './config_file.js';
import {effectiveOf, effectiveThen} from './effective.js';

/** What will be written for a host: the inventory's settings, and those that are kept from before. */
export const writtenFor = ({wanted}: ClusterHost): K3sConfig => ({
  ...wanted.config,
  ...(wanted.kind === 'server' && wanted.agentToken !== undefined ? {'agent-token': wanted.agentToken} : {}),
});

/**
 * What a host will run with once the run is over: what is written for it, then config.yaml.d on that host, which the tool
 * leaves alone; a member outside the run keeps what it has.
 */
export function plannedOf(host: ClusterHost): K3sConfig {
  const {sighting, inPlay, wanted} = host;
  if (sighting === undefined) return writtenFor(host);
  if (!inPlay && kindOf(host) !== 'bare') return effectiveOf(sighting, wanted.kind).config;
  return effectiveThen(sighting, wanted.kind, writtenFor(host), wanted.environment).config;
}

/** The file in config.yaml.d that has the last word on a setting of a host. */
export const dropInWith = ({sighting}: ClusterHost, key: string): string | undefined =>
  sighting?.dropIns
    .filter(({path, text}) => Object.keys(parseConfigFile(text, path)).some((own) => own.replace(/\+$/, '') === key))
    .at(-1)?.path;

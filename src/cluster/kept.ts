import type {K3sConfig} from './config_file.js';
import {effectiveOf, isForeign, unitOf} from './effective.js';
import {environmentIn, keptIn} from './environment.js';
import {defaultPaths} from './look.js';
import type {Sighting} from './sighting.js';
import {added, asList} from './variables.js';
import {listenPort, type WantedHost} from './wanted.js';

/** Settings that only the tool writes, or that say where a setting is, or what K3s does once. */
const neverKept: ReadonlySet<string> = new Set([
  'server',
  'cluster-init',
  'cluster-reset',
  'cluster-reset-restore-path',
  'token',
  'token-file',
  'config',
]);

/** Of the settings a host has, those that may be kept: all of another hand's, of ours those that say so in the head. */
function settingsFound(sighting: Sighting, kind: 'server' | 'agent'): K3sConfig {
  const {withoutDropIns} = effectiveOf(sighting, kind);
  const foreign = isForeign(sighting, kind);
  const named = keptIn(sighting.configText ?? '');
  return Object.fromEntries(
    Object.entries(withoutDropIns).filter(
      ([key, value]) =>
        (foreign || named.includes(key)) &&
        !neverKept.has(key) &&
        !(key === 'data-dir' && value === defaultPaths.dataDir),
    ),
  );
}

function environmentFound(sighting: Sighting, kind: 'server' | 'agent'): Readonly<Record<string, string>> {
  if (isForeign(sighting, kind)) return Object.fromEntries(effectiveOf(sighting, kind).environment);
  const {environment} = unitOf(sighting, kind);
  const named = keptIn(environment);
  return Object.fromEntries([...environmentIn(environment)].filter(([name]) => named.includes(name)));
}

/**
 * What is wanted of a host, with all that a service of another hand runs with and the inventory does not name: that goes to
 * config.yaml and the environment file and stays there, named in the head of each, until the inventory names it.
 */
export function withKept(wanted: WantedHost, sighting: Sighting | undefined): WantedHost {
  if (sighting === undefined) return wanted;
  const found = settingsFound(sighting, wanted.kind);
  const unnamed = Object.keys(found).filter((key) => !(key in wanted.config));
  const longer = wanted.extended.filter((key) => {
    const more = asList(found[key]).filter((item) => !asList(wanted.config[key]).includes(item));
    return more.length > 0;
  });
  const kept: Record<string, unknown> = {};
  const isReplaced = (key: string): boolean => key.startsWith('agent-token') && wanted.agentToken !== undefined;
  for (const key of unnamed.filter((name) => !isReplaced(name))) kept[key] = found[key];
  for (const key of longer) kept[key] = added(found[key], asList(wanted.config[key]));
  const variables = environmentFound(sighting, wanted.kind);
  const keptEnvironment = Object.keys(variables).filter((name) => !(name in wanted.environment));
  const config = {...wanted.config, ...kept};
  return {
    ...wanted,
    config,
    kept: Object.keys(kept).sort(),
    dataDir: typeof config['data-dir'] === 'string' ? config['data-dir'] : wanted.dataDir,
    port: listenPort(config),
    apiPort: wanted.apiPort === wanted.port ? listenPort(config) : wanted.apiPort,
    environment: {...variables, ...wanted.environment},
    keptEnvironment: keptEnvironment.sort(),
  };
}

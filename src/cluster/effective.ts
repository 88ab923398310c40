import {Secret} from '../shell/index.js';
import {execArgs, settingsFromArgs} from './args.js';
import {isSecretKey, type K3sConfig, parseConfigFile} from './config_file.js';
import {environmentIn, splitEnvironment, unitEnvironmentIn} from './environment.js';
import type {Sighting, UnitFiles} from './sighting.js';

/** The first line of every file that this tool writes. */
export const ownMark = '# Written by quorate';

type Kind = 'server' | 'agent';

const noUnit: UnitFiles = {text: '', environment: '', lastingEnvironment: '', dropIns: []};

export const unitOf = (sighting: Sighting, kind: Kind): UnitFiles =>
  (kind === 'server' ? sighting.serverUnit : sighting.agentUnit) ?? noUnit;

/** The unit is there and of another hand. */
export const isForeign = (sighting: Sighting, kind: Kind): boolean => {
  const {text} = unitOf(sighting, kind);
  return text !== '' && !text.startsWith(ownMark);
};

const withSecrets = (config: K3sConfig): K3sConfig =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      isSecretKey(key) && typeof value === 'string' ? new Secret(value) : value,
    ]),
  );

/** config.yaml.d appends with `key+`, and otherwise replaces. */
export function mergedSettings(below: K3sConfig, above: K3sConfig): K3sConfig {
  const result: Record<string, unknown> = {...below};
  for (const [key, value] of Object.entries(above)) {
    if (!key.endsWith('+')) result[key] = value;
    else {
      const name = key.slice(0, -1);
      result[name] = [...[result[name] ?? []].flat(), ...[value].flat()];
    }
  }
  return result;
}

/** Where a service's settings come from, each by itself. */
export interface Sources {
  /** Files of the environment that stay when the unit is written anew: /etc/default, /etc/sysconfig, drop-ins of the unit. */
  readonly lasting: ReturnType<typeof splitEnvironment>;
  /** The unit's own variables and its environment file. */
  readonly environment: ReturnType<typeof splitEnvironment>;
  readonly file: K3sConfig;
  readonly dropIns: readonly K3sConfig[];
  readonly flags: K3sConfig;
}

export function sourcesOf(sighting: Sighting, kind: Kind): Sources {
  const unit = unitOf(sighting, kind);
  const parsed = ({path, text}: {path: string; text: string}): K3sConfig =>
    parseConfigFile(text, `${path} on ${sighting.hostname}`);
  const lasting = new Map([
    ...unit.dropIns.flatMap(({text}) => [...unitEnvironmentIn(text)]),
    ...environmentIn(unit.lastingEnvironment),
  ]);
  const own = new Map([...unitEnvironmentIn(unit.text), ...environmentIn(unit.environment)]);
  return {
    lasting: splitEnvironment(lasting, kind),
    environment: splitEnvironment(own, kind),
    file: sighting.configText === undefined ? {} : parsed({path: 'config.yaml', text: sighting.configText}),
    dropIns: sighting.dropIns.map(parsed),
    flags: settingsFromArgs(execArgs(unit.text)),
  };
}

export interface Effective {
  /** What K3s runs with at its next start: environment, config.yaml, config.yaml.d, then flags; the last wins. */
  readonly config: K3sConfig;
  /** The same without config.yaml.d, which stays as it is. */
  readonly withoutDropIns: K3sConfig;
  /** Of these, what comes from flags and environment: settings that our unit would not give any more. */
  readonly fromUnit: K3sConfig;
  /** Variables that are no settings (proxies, CONTAINERD_*): of the service's own files, and with those that stay anyway. */
  readonly environment: ReadonlyMap<string, string>;
  readonly allEnvironment: ReadonlyMap<string, string>;
}

/** What is effective on a host, by its files (docs "installation/configuration"). */
export function effectiveOf(sighting: Sighting, kind: Kind): Effective {
  const {lasting, environment, file, dropIns, flags} = sourcesOf(sighting, kind);
  const fromEnvironment = {...lasting.settings, ...environment.settings};
  const files = mergedSettings(fromEnvironment, file);
  return {
    config: withSecrets({...dropIns.reduce(mergedSettings, files), ...flags}),
    withoutDropIns: withSecrets({...files, ...flags}),
    fromUnit: withSecrets({...fromEnvironment, ...flags}),
    environment: environment.others,
    allEnvironment: new Map([...lasting.others, ...environment.others]),
  };
}

/** What would be effective with this config.yaml and environment file, once the unit is ours. */
export function effectiveThen(
  sighting: Sighting,
  kind: Kind,
  config: K3sConfig,
  environment: Readonly<Record<string, string>>,
): Pick<Effective, 'config' | 'allEnvironment'> {
  const {lasting, dropIns} = sourcesOf(sighting, kind);
  return {
    config: withSecrets(dropIns.reduce(mergedSettings, mergedSettings(lasting.settings, config))),
    allEnvironment: new Map([...lasting.others, ...Object.entries(environment)]),
  };
}

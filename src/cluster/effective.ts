import {Secret} from '../shell/index.js';
import {isSecretKey, type K3sConfig, parseConfigFile} from './config_file.js';
import {knownServerKeys} from './config_keys.js';
import type {Sighting} from './sighting.js';
import {settingsFromArgs} from './wanted.js';

/** The first line of every file that this tool writes. */
export const ownMark = '# Written by quorate';

/** Settings of K3s that the environment can give (docs "reference/env-variables", pkg/cli/cmds). */
const environmentKeys: Readonly<Record<string, string>> = {
  K3S_TOKEN: 'token',
  K3S_TOKEN_FILE: 'token-file',
  K3S_AGENT_TOKEN: 'agent-token',
  K3S_AGENT_TOKEN_FILE: 'agent-token-file',
  K3S_URL: 'server',
  K3S_CLUSTER_INIT: 'cluster-init',
  K3S_NODE_NAME: 'node-name',
  K3S_DATA_DIR: 'data-dir',
  K3S_KUBECONFIG_OUTPUT: 'write-kubeconfig',
  K3S_KUBECONFIG_MODE: 'write-kubeconfig-mode',
  K3S_KUBECONFIG_GROUP: 'write-kubeconfig-group',
  K3S_DATASTORE_ENDPOINT: 'datastore-endpoint',
  K3S_DATASTORE_CAFILE: 'datastore-cafile',
  K3S_DATASTORE_CERTFILE: 'datastore-certfile',
  K3S_DATASTORE_KEYFILE: 'datastore-keyfile',
  K3S_RESOLV_CONF: 'resolv-conf',
  K3S_SELINUX: 'selinux',
  K3S_LB_SERVER_PORT: 'lb-server-port',
};

/** Short and older names of flags. */
const otherNames: Readonly<Record<string, string>> = {d: 'data-dir', t: 'token', s: 'server', c: 'config'};

/** The words after `k3s server` or `k3s agent` of a unit's ExecStart, its continued lines joined. */
export function execArgs(unitText: string): string {
  const joined = unitText.replaceAll(/\\\r?\n/g, ' ');
  const line = /^ExecStart=(.*)$/m.exec(joined)?.[1] ?? '';
  const words = /(?:^|\s)'?(?:server|agent)'?(?=\s|$)(.*)$/s.exec(line)?.[1] ?? '';
  return words.trim();
}

/** `NAME=value` lines of an environment file, quotes taken off. */
export function environmentIn(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line);
    if (match?.[1] === undefined) continue;
    const value = (match[2] ?? '').trim();
    found.set(match[1], /^(["']).*\1$/s.test(value) ? value.slice(1, -1) : value);
  }
  return found;
}

const withSecrets = (config: K3sConfig): K3sConfig =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const name = otherNames[key] ?? key;
      return [name, isSecretKey(name) && typeof value === 'string' ? new Secret(value) : value];
    }),
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

export interface Effective {
  /** What K3s runs with at its next start: environment, config.yaml, config.yaml.d, then flags; the last wins. */
  readonly config: K3sConfig;
  /** Of these, what comes from flags and environment: settings that our unit would not give any more. */
  readonly fromUnit: K3sConfig;
  /** Variables of the environment file that are no settings (proxies, CONTAINERD_*). */
  readonly environment: ReadonlyMap<string, string>;
  /** The unit is there and of another hand. */
  readonly foreign: boolean;
}

/** What is effective on a host, by its files (docs "installation/configuration"). */
export function effectiveOf(sighting: Sighting, kind: 'server' | 'agent'): Effective {
  const unit = (kind === 'server' ? sighting.unitText : sighting.agentUnitText) ?? '';
  const variables = environmentIn((kind === 'server' ? sighting.envText : sighting.agentEnvText) ?? '');
  const fromEnvironment: Record<string, unknown> = {};
  const environment = new Map<string, string>();
  for (const [name, value] of variables) {
    const key = environmentKeys[name];
    if (key === undefined) environment.set(name, value);
    else if (value !== '') fromEnvironment[key] = value;
  }
  const flags = withSecrets(settingsFromArgs(execArgs(unit)));
  const files = [
    ...(sighting.configText === undefined ? [] : [{path: 'config.yaml', text: sighting.configText}]),
    ...sighting.dropIns,
  ].map(({path, text}) => parseConfigFile(text, `${path} on ${sighting.hostname}`));
  const settings = withSecrets(fromEnvironment);
  return {
    config: {...files.reduce<K3sConfig>(mergedSettings, settings), ...flags},
    fromUnit: {...settings, ...flags},
    environment,
    foreign: unit !== '' && !unit.startsWith(ownMark),
  };
}

/** Settings that only the tool writes, or that say where the tool itself looks. */
const neverKept: ReadonlySet<string> = new Set([
  'server',
  'cluster-init',
  'token',
  'token-file',
  'agent-token',
  'config',
]);

const keptLine = /^# Kept as found, since the inventory does not name them: (.*)$/m;

export const keptComment = (keys: readonly string[]): string =>
  keys.length === 0 ? '' : `# Kept as found, since the inventory does not name them: ${[...keys].sort().join(', ')}\n`;

/**
 * Settings that a cluster made by another hand runs with and the inventory does not name: they go to config.yaml and stay
 * there, named in its head, until the inventory names them.
 */
export function keptSettings(sighting: Sighting, kind: 'server' | 'agent'): K3sConfig {
  const {config, foreign} = effectiveOf(sighting, kind);
  const named = keptLine.exec(sighting.configText ?? '')?.[1]?.split(', ') ?? [];
  const ofDropIns = new Set(
    sighting.dropIns.flatMap(({path, text}) =>
      Object.keys(parseConfigFile(text, path)).map((key) => key.replace(/\+$/, '')),
    ),
  );
  return Object.fromEntries(
    Object.entries(config).filter(
      ([key]) =>
        (foreign ? !ofDropIns.has(key) : named.includes(key)) && !neverKept.has(key) && knownServerKeys.has(key),
    ),
  );
}

import {CORE_SCHEMA, loadAll} from 'js-yaml';
import {Secret} from '../shell/index.js';
import {isSecretKey, type K3sConfig} from './config_file.js';
import {defaultPaths} from './look.js';

/** How variables of one host are read: templated values, undefined where nobody defined them. */
export interface VariablesOf {
  variable(name: string): unknown;
}

/** What the inventory wants of one host, parsed once at the border. */
export interface WantedHost {
  readonly host: string;
  readonly kind: 'server' | 'agent';
  /** `ansible_host`, else the inventory's name. */
  readonly address: string;
  /** The user's settings for config.yaml, without token, `server` and `cluster-init`. */
  readonly config: K3sConfig;
  /** The variable that each of these settings came from. */
  readonly sources: Readonly<Record<string, string>>;
  readonly version?: string;
  readonly token?: Secret;
  readonly agentToken?: Secret;
  /** The fixed registration address(es); the first is what agents and kubeconfigs point to. */
  readonly endpoints: readonly string[];
  /** Embedded etcd from the start, also for one server alone. */
  readonly clusterInit: boolean;
  readonly dataDir: string;
  readonly port: number;
  /** Variables of the service's environment file. */
  readonly environment: Readonly<Record<string, string>>;
  /** What could not be understood, each with its variable. */
  readonly faults: readonly {readonly variable: string; readonly what: string; readonly hint: string}[];
}

const asText = (value: unknown): string | undefined =>
  value === undefined || value === null || value === ''
    ? undefined
    : value instanceof Secret
      ? value.reveal()
      : String(value);

const asSecret = (value: unknown): Secret | undefined => {
  const text = asText(value);
  return text === undefined ? undefined : value instanceof Secret ? value : new Secret(text);
};

const asList = (value: unknown): string[] => {
  if (value === undefined || value === null || value === '') return [];
  return (Array.isArray(value) ? value : String(value).split(','))
    .map((item) => String(item).trim())
    .filter((item) => item !== '');
};

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);

/** Labels and taints as a mapping (`{disk: ssd}`) or as a list (`['disk=ssd']`). */
const asPairs = (value: unknown): string[] =>
  isMapping(value) ? Object.entries(value).map(([key, member]) => `${key}=${member ?? ''}`) : asList(value);

/** Appends to a list setting without repeating an entry. */
const added = (present: unknown, more: readonly string[]): string[] => [...new Set([...asList(present), ...more])];

/**
 * Flags written as a command line (`--disable traefik --node-label a=b`), as k3s-io/k3s-ansible's
 * `extra_server_args` has them, as settings of config.yaml. A flag given twice becomes a list.
 */
export function settingsFromArgs(args: string): K3sConfig {
  const settings: Record<string, unknown> = {};
  const put = (key: string, value: unknown): void => {
    const present = settings[key];
    settings[key] = present === undefined ? value : [...(Array.isArray(present) ? present : [present]), value];
  };
  const words = (args.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []).map((word) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  );
  for (let index = 0; index < words.length; index++) {
    const match = /^--?([a-z0-9-]+)(?:=(.*))?$/s.exec(words[index] ?? '');
    if (!match) continue;
    const [, key = '', given] = match;
    const next = words[index + 1];
    if (given !== undefined) put(key, given);
    else if (next !== undefined && !next.startsWith('-')) {
      put(key, next);
      index += 1;
    } else put(key, true);
  }
  return settings;
}

/** Names that only the tool may set: they would work against roles taken from live state. */
const reserved = ['server', 'cluster-init', 'cluster-reset'];

/** The variables of one host, quorate's names first, then those of a k3s-io/k3s-ansible inventory. */
export function wantedOf(host: string, kind: 'server' | 'agent', variables: VariablesOf): WantedHost {
  const faults: {variable: string; what: string; hint: string}[] = [];
  const first = (...names: string[]): {name: string; value: unknown} | undefined => {
    for (const name of names) {
      const value = variables.variable(name);
      if (value !== undefined && value !== null && value !== '') return {name, value};
    }
    return undefined;
  };
  const mapping = (name: string): K3sConfig => {
    const found = first(name);
    if (!found) return {};
    const value = typeof found.value === 'string' ? loadAll(found.value, {schema: CORE_SCHEMA})[0] : found.value;
    if (value === null || value === undefined) return {};
    if (isMapping(value)) return value;
    faults.push({
      variable: found.name,
      what: `${found.name} is no mapping of K3s settings`,
      hint: 'write it as `name: value` lines, as in config.yaml',
    });
    return {};
  };
  const argsName = `extra_${kind}_args`;
  const layers: readonly (readonly [variable: string, settings: K3sConfig])[] = [
    [argsName, settingsFromArgs(asText(first(argsName)?.value) ?? '')],
    ...[`${kind}_config_yaml`, `k3s_${kind}_config`, 'k3s_config'].map((name) => [name, mapping(name)] as const),
  ];
  const config: Record<string, unknown> = Object.assign({}, ...layers.map(([, settings]) => settings));
  const sources: Record<string, string> = {};
  for (const [variable, settings] of layers) for (const key of Object.keys(settings)) sources[key] = variable;
  for (const key of Object.keys(config).filter((name) => reserved.includes(name.replace(/^-+/, '')))) {
    if (key === 'cluster-reset')
      faults.push({
        variable: sources[key] ?? '',
        what: `'${key}' may not stand in a server's settings`,
        hint: 'it would reset the cluster at every start; take it out',
      });
    // Which server starts a cluster and whom the others join is read from the hosts, so these two are dropped, as harmless.
    delete config[key];
  }
  const endpoints = asList(first('k3s_api_endpoint', 'api_endpoint')?.value);
  const labels = asPairs(first('k3s_node_labels')?.value);
  const taints = asPairs(first('k3s_node_taints')?.value);
  if (labels.length > 0) config['node-label'] = added(config['node-label'], labels);
  if (taints.length > 0) config['node-taint'] = added(config['node-taint'], taints);
  const nodeIp = asText(first('k3s_node_ip')?.value);
  if (nodeIp !== undefined) {
    config['node-ip'] = nodeIp;
    sources['node-ip'] = 'k3s_node_ip';
  }
  if (kind === 'server' && endpoints.length > 0) config['tls-san'] = added(config['tls-san'], endpoints);
  const dataDir = asText(config['data-dir'] ?? first('k3s_data_dir')?.value) ?? defaultPaths.dataDir;
  if (dataDir !== defaultPaths.dataDir) config['data-dir'] = dataDir;
  const secretOf = (key: string, ...names: string[]): Secret | undefined => {
    const found = first(...names);
    const secret = asSecret(config[key] ?? found?.value);
    sources[key] ??= found?.name ?? names[0] ?? key;
    delete config[key];
    return secret;
  };
  const token = secretOf('token', 'k3s_token', 'token');
  const agentToken = secretOf('agent-token', 'k3s_agent_token', 'agent_token');
  for (const key of Object.keys(config).filter(isSecretKey)) config[key] = asSecret(config[key]);
  const version = asText(first('k3s_version')?.value);
  return {
    host,
    kind,
    sources,
    address: asText(first('ansible_host')?.value) ?? host,
    config,
    ...(version === undefined ? {} : {version}),
    ...(token === undefined ? {} : {token}),
    ...(agentToken === undefined ? {} : {agentToken}),
    endpoints,
    clusterInit: [true, 'true', 'yes', 'True'].includes(first('k3s_cluster_init')?.value as string | boolean),
    dataDir,
    port: Number(asText(config['https-listen-port'] ?? first('api_port')?.value) ?? 6443),
    environment: environmentOf(first('k3s_environment', 'extra_service_envs')?.value),
    faults,
  };
}

/** A mapping, or k3s-ansible's list of `NAME=value`. */
function environmentOf(value: unknown): Record<string, string> {
  if (isMapping(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asText(member) ?? '']));
  return Object.fromEntries(asList(value).map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]));
}

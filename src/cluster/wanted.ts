import type {Secret} from '../shell/index.js';
import {settingsFromArgs} from './args.js';
import {isSecretKey, type K3sConfig} from './config_file.js';
import {datastoreSettings, type WantedDatastore} from './datastore_wanted.js';
import {splitEnvironment} from './environment.js';
import {installEnvironment, type Notice, noticesOf} from './k3s_ansible.js';
import {defaultPaths} from './look.js';
import {
  added,
  asEnvironment,
  asList,
  asPairs,
  asSecret,
  asText,
  asYaml,
  isMapping,
  isOn,
  type VariablesOf,
} from './variables.js';

export interface Fault {
  readonly variable: string;
  readonly what: string;
  readonly hint: string;
}

/** What the inventory wants of one host, parsed once at the border. */
export interface WantedHost {
  readonly host: string;
  readonly kind: 'server' | 'agent';
  /** `ansible_host`, else the inventory's name. */
  readonly address: string;
  /** The user's settings for config.yaml, without token, `server` and `cluster-init`; and those in `kept`. */
  readonly config: K3sConfig;
  /** The variable that each of these settings came from. */
  readonly sources: Readonly<Record<string, string>>;
  /** Lists in `config` that the inventory only adds to (`k3s_api_endpoint`, `k3s_node_labels`): what is there stays. */
  readonly extended: readonly string[];
  /** Settings in `config` that the host has and the inventory does not name. */
  readonly kept: readonly string[];
  readonly version?: string;
  readonly token?: Secret;
  readonly agentToken?: Secret;
  /** The fixed registration address(es); the first is what agents and kubeconfigs point to. */
  readonly endpoints: readonly string[];
  /** Embedded etcd from the start, also for one server alone. */
  readonly clusterInit: boolean;
  readonly dataDir: string;
  /** `k3s_server_location`: the data-dir is a link to this folder. */
  readonly dataLink?: string;
  /** Where K3s listens, and the port of the fixed addresses. */
  readonly port: number;
  readonly apiPort: number;
  /** Variables of the service's environment file; and those in `keptEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly keptEnvironment: readonly string[];
  /** registries.yaml as data; undefined where the inventory says nothing of it. */
  readonly registries?: unknown;
  /** An external datastore, where the inventory names one. */
  readonly datastore?: WantedDatastore;
  /** What could not be understood, each with its variable. */
  readonly faults: readonly Fault[];
  /** Variables that another tool reads and this one does not, with what to use in their place. */
  readonly notices: readonly Notice[];
}

/** Keeps workloads off servers, but for K3s's own, which tolerate it (docs "datastore/ha", dedicated control plane). */
const controlPlaneTaint = 'CriticalAddonsOnly=true:NoExecute';

/** Names that only the tool may set: they would work against roles taken from live state. */
const reserved = ['server', 'cluster-init', 'cluster-reset'];

const portOf = (value: unknown): number | undefined => {
  const text = asText(value);
  return text === undefined ? undefined : Number(text);
};

/** Where K3s listens (docs "cli/server"). */
export const listenPort = (config: K3sConfig): number => portOf(config['https-listen-port']) ?? 6443;

/** Reads variables of one host, and notes what cannot be understood. */
class Reader {
  readonly faults: Fault[] = [];
  constructor(private readonly variables: VariablesOf) {}

  first(...names: string[]): {readonly name: string; readonly value: unknown} | undefined {
    for (const name of names) {
      const value = this.variables.variable(name);
      if (value !== undefined && value !== null && value !== '') return {name, value};
    }
    return undefined;
  }

  mapping(...names: string[]): K3sConfig {
    const found = this.first(...names);
    if (!found) return {};
    const read = asYaml(found.value);
    if (read !== undefined && (read.value === null || read.value === undefined)) return {};
    if (read !== undefined && isMapping(read.value)) return read.value;
    this.faults.push({
      variable: found.name,
      what: `${found.name} is no mapping of K3s settings`,
      hint: 'write it as `name: value` lines, as in config.yaml',
    });
    return {};
  }

  args(name: string): K3sConfig {
    return settingsFromArgs(asText(this.first(name)?.value) ?? '');
  }
}

interface Settings {
  readonly config: Record<string, unknown>;
  /** The variable that each came from. */
  readonly sources: Record<string, string>;
}

/** The settings of config.yaml; a command line wins over a file, as with K3s itself, and quorate's own names over both. */
function settingsOf(kind: 'server' | 'agent', reader: Reader): Settings {
  const args = (name: string): readonly [string, K3sConfig] => [name, reader.args(name)];
  const mapping = (name: string): readonly [string, K3sConfig] => [name, reader.mapping(name)];
  const layers = [
    mapping(`${kind}_config_yaml`),
    ...(kind === 'server' ? [args('opt_tls_san')] : []),
    args(`extra_${kind}_args`),
    mapping(`k3s_${kind}_config`),
    mapping('k3s_config'),
  ];
  const config: Record<string, unknown> = Object.assign({}, ...layers.map(([, settings]) => settings));
  const sources: Record<string, string> = {};
  for (const [variable, settings] of layers) for (const key of Object.keys(settings)) sources[key] = variable;
  if ('cluster-reset' in config)
    reader.faults.push({
      variable: sources['cluster-reset'] ?? '',
      what: "'cluster-reset' may not stand in a server's settings",
      hint: 'it would reset the cluster at every start; take it out',
    });
  // Which server starts a cluster and whom the others join is read from the hosts, so these are dropped, as harmless.
  for (const key of Object.keys(config)) if (reserved.includes(key.replace(/^-+/, ''))) delete config[key];
  return {config, sources};
}

/** Variables of the service; K3s's settings among them go to config.yaml, where they are the weakest. */
const environmentOf = (kind: 'server' | 'agent', reader: Reader): ReturnType<typeof splitEnvironment> =>
  splitEnvironment(
    Object.entries({
      ...installEnvironment(asEnvironment(reader.first('extra_install_envs')?.value)),
      ...asEnvironment(reader.first('k3s_environment', 'extra_service_envs')?.value),
    }),
    kind,
  );

/** The variables of one host, quorate's names first, then those of a k3s-io/k3s-ansible inventory. */
export function wantedOf(host: string, kind: 'server' | 'agent', variables: VariablesOf): WantedHost {
  const reader = new Reader(variables);
  const first = reader.first.bind(reader);
  const {settings: fromEnvironment, others} = environmentOf(kind, reader);
  const {server: _url, 'cluster-init': _init, config: _file, ...ofEnvironment} = fromEnvironment;
  const {config: named, sources} = settingsOf(kind, reader);
  const config: Record<string, unknown> = {...ofEnvironment, ...named};
  const endpoints = asList(first('k3s_api_endpoint', 'api_endpoint')?.value);
  const extended: string[] = [];
  const extend = (key: string, more: readonly string[]): void => {
    if (more.length === 0) return;
    if (!(key in config)) extended.push(key);
    config[key] = added(config[key], more);
  };
  extend('node-label', asPairs(first('k3s_node_labels')?.value));
  extend('node-taint', asPairs(first('k3s_node_taints')?.value));
  if (kind === 'server' && isOn(first('k3s_dedicated_control_plane')?.value)) extend('node-taint', [controlPlaneTaint]);
  if (kind === 'server') extend('tls-san', endpoints);
  const nodeIp = asText(first('k3s_node_ip')?.value);
  if (nodeIp !== undefined) {
    config['node-ip'] = nodeIp;
    sources['node-ip'] = 'k3s_node_ip';
  }
  const external = kind === 'server' ? datastoreSettings(first('k3s_datastore')?.value, config) : undefined;
  for (const key of Object.keys(external?.settings ?? {})) sources[key] ??= 'k3s_datastore';
  Object.assign(config, external?.settings);
  reader.faults.push(...(external?.faults ?? []));
  const dataDir = asText(config['data-dir'] ?? first('k3s_data_dir')?.value);
  if (dataDir !== undefined) config['data-dir'] = dataDir;
  if (dataDir === defaultPaths.dataDir) delete config['data-dir'];
  const dataLink = asText(first('k3s_server_location')?.value);
  const secretOf = (key: string, ...names: string[]): Secret | undefined => {
    const found = first(...names);
    const secret = asSecret(named[key] ?? found?.value ?? config[key]);
    sources[key] ??= found?.name ?? names[0] ?? key;
    delete config[key];
    return secret;
  };
  const token = secretOf('token', 'k3s_token', 'token');
  const agentToken = secretOf('agent-token', 'k3s_agent_token', 'agent_token');
  for (const key of Object.keys(config).filter(isSecretKey)) config[key] = asSecret(config[key]);
  // A folder of artifacts holds the version it holds.
  const version = first('airgap_dir') === undefined ? asText(first('k3s_version')?.value) : undefined;
  const registries = first('k3s_registries', 'registries_config_yaml');
  if (isOn(first('use_external_database')?.value) && kind === 'server' && !('datastore-endpoint' in config))
    reader.faults.push({
      variable: 'use_external_database',
      what: 'use_external_database is true, and no datastore-endpoint is given',
      hint: "put it into k3s_server_config (or extra_server_args): 'datastore-endpoint: postgres://...'",
    });
  return {
    host,
    kind,
    address: asText(first('ansible_host')?.value) ?? host,
    config,
    sources,
    extended,
    kept: [],
    ...(version === undefined ? {} : {version}),
    ...(token === undefined ? {} : {token}),
    ...(agentToken === undefined ? {} : {agentToken}),
    endpoints,
    clusterInit: isOn(first('k3s_cluster_init')?.value),
    dataDir: dataDir ?? defaultPaths.dataDir,
    ...(dataLink === undefined || dataLink === defaultPaths.dataDir ? {} : {dataLink}),
    port: listenPort(config),
    apiPort: portOf(first('api_port')?.value) ?? listenPort(config),
    environment: Object.fromEntries(others),
    keptEnvironment: [],
    ...(registries === undefined ? {} : {registries: asYaml(registries.value)?.value}),
    ...(external?.datastore === undefined ? {} : {datastore: external.datastore}),
    faults: reader.faults,
    notices: noticesOf(variables),
  };
}

/** Settings as the rest of the stand-in uses them: typed, defaults filled in. */

import {randomBytes} from 'node:crypto';
import {hostname, networkInterfaces} from 'node:os';
import {FatalError} from '../base/fatal.js';
import {readIfThere, writeWhole} from '../base/files.js';
import type {Settings} from './args.js';
import type {Role} from './flags.js';

export interface NodeOptions {
  readonly role: Role;
  /** e.g. /var/lib/rancher/k3s */
  readonly dataDir: string;
  readonly token?: string;
  readonly serverUrl?: string;
  readonly nodeName: string;
  readonly nodeIp: string;
  readonly externalIps: readonly string[];
  readonly labels: readonly string[];
  readonly taints: readonly string[];
  readonly debug: boolean;
  readonly args: readonly string[];
}

export interface ServerOptions extends NodeOptions {
  readonly bindAddress?: string;
  readonly port: number;
  readonly advertiseAddress: string;
  readonly agentToken?: string;
  readonly clusterInit: boolean;
  readonly clusterReset: boolean;
  readonly restorePath?: string;
  readonly datastore?: DatastoreOptions;
  readonly tlsSans: readonly string[];
  readonly kubeconfig: string;
  readonly kubeconfigMode: number;
  /** packaged components that are not wanted */
  readonly disabled: readonly string[];
  readonly disableAgent: boolean;
  readonly disableEtcd: boolean;
  readonly snapshotDir?: string;
  readonly snapshotName: string;
  readonly snapshotRetention: number;
  /** empty when scheduled snapshots are off */
  readonly snapshotCron: string;
  readonly secretsEncryption: boolean;
  readonly etcdExposeMetrics: boolean;
  readonly etcdArgs: readonly string[];
  /** the values K3s compares on a first join, by flag name */
  readonly critical: Readonly<Record<string, string>>;
}

export interface DatastoreOptions {
  readonly endpoint: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

export const DEFAULT_DATA_DIR = '/var/lib/rancher/k3s';
const NODE_ID = '/etc/rancher/node/id';

/** The address of the interface with the default route, as K3s chooses it; the first other one without a route. */
const chooseAddress = (): string => {
  const routes = readIfThere('/proc/net/route') ?? '';
  const device = routes
    .split('\n')
    .map((line) => line.split('\t'))
    .find((columns) => columns[1] === '00000000')?.[0];
  const all = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).map((entry) => ({name, ...entry})),
  );
  const usable = all.filter((entry) => !entry.internal && entry.family === 'IPv4');
  const chosen = usable.find((entry) => entry.name === device) ?? usable[0];
  if (!chosen) throw new FatalError('no default routes found in "/proc/net/route" or "/proc/net/ipv6_route"');
  return chosen.address;
};

const tokenOf = (settings: Settings, name: 'token' | 'agent-token'): string | undefined => {
  const file = settings.text(`${name}-file`);
  if (!file) return settings.text(name);
  const read = readIfThere(file);
  if (read === undefined) throw new FatalError(`open ${file}: no such file or directory`);
  return read.trim();
};

const optional = <K extends string, V>(key: K, value: V | undefined): {[k in K]?: V} =>
  (value === undefined ? {} : {[key]: value}) as {[k in K]?: V};

/** `with-node-id` appends an id that is made once and kept in /etc/rancher/node/id. */
const nodeNameOf = (settings: Settings): string => {
  const name = (settings.text('node-name') ?? hostname()).toLowerCase();
  if (!settings.flag('with-node-id')) return name;
  const id = readIfThere(NODE_ID)?.trim() || randomBytes(4).toString('hex');
  writeWhole(NODE_ID, `${id}\n`, 0o644);
  return `${name}-${id}`;
};

/** `dataDir` is the one the self-extracting header settled on from command line, config file and environment. */
export const nodeOptions = (settings: Settings, dataDir: string): NodeOptions => {
  const nodeIp = settings.list('node-ip')[0] ?? chooseAddress();
  return {
    role: settings.role,
    dataDir,
    nodeName: nodeNameOf(settings),
    nodeIp,
    externalIps: settings.list('node-external-ip'),
    labels: settings.list('node-label'),
    taints: settings.list('node-taint'),
    debug: settings.flag('debug'),
    args: settings.args,
    ...optional('token', tokenOf(settings, 'token')),
    ...optional('serverUrl', settings.text('server')),
  };
};

const datastoreOf = (settings: Settings): DatastoreOptions | undefined => {
  const endpoint = settings.text('datastore-endpoint');
  if (!endpoint) return undefined;
  return {
    endpoint,
    ...optional('caFile', settings.text('datastore-cafile')),
    ...optional('certFile', settings.text('datastore-certfile')),
    ...optional('keyFile', settings.text('datastore-keyfile')),
  };
};

/** Default values and names of what must be equal on all servers (pkg/daemons/config/types.go CriticalControlArgs). */
const criticalOf = (settings: Settings): Record<string, string> => {
  const disabled = settings.list('disable');
  const text = (name: string, otherwise: string) => settings.list(name).join(',') || otherwise;
  const on = (name: string) => String(settings.flag(name));
  return {
    'cluster-cidr': text('cluster-cidr', '10.42.0.0/16'),
    'cluster-dns': text('cluster-dns', '10.43.0.10'),
    'cluster-domain': text('cluster-domain', 'cluster.local'),
    'disable-cloud-controller': on('disable-cloud-controller'),
    'disable-helm-controller': on('disable-helm-controller'),
    'disable-network-policy': on('disable-network-policy'),
    'disable servicelb': String(disabled.includes('servicelb')),
    'egress-selector-mode': text('egress-selector-mode', 'agent'),
    'embedded-registry': on('embedded-registry'),
    'flannel-backend': text('flannel-backend', 'vxlan'),
    'flannel-external-ip': on('flannel-external-ip'),
    'flannel-ipv6-masq': on('flannel-ipv6-masq'),
    'secrets-encryption': on('secrets-encryption'),
    'secrets-encryption-provider': text('secrets-encryption-provider', 'aescbc'),
    'service-cidr': text('service-cidr', '10.43.0.0/16'),
    'supervisor-metrics': on('supervisor-metrics'),
  };
};

export const serverOptions = (settings: Settings, dataDir: string): ServerOptions => {
  const node = nodeOptions(settings, dataDir);
  const mode = settings.text('write-kubeconfig-mode');
  return {
    ...node,
    port: Number(settings.text('https-listen-port') ?? 6443),
    advertiseAddress: settings.text('advertise-address') ?? node.nodeIp,
    clusterInit: settings.flag('cluster-init'),
    clusterReset: settings.flag('cluster-reset'),
    tlsSans: settings.list('tls-san'),
    kubeconfig: settings.text('write-kubeconfig') ?? '/etc/rancher/k3s/k3s.yaml',
    kubeconfigMode: mode ? Number.parseInt(mode, 8) : 0o600,
    disabled: settings.list('disable'),
    disableAgent: settings.flag('disable-agent'),
    disableEtcd: settings.flag('disable-etcd'),
    snapshotName: settings.text('etcd-snapshot-name') ?? 'etcd-snapshot',
    snapshotRetention: Number(settings.text('etcd-snapshot-retention') ?? 5),
    snapshotCron: settings.flag('etcd-disable-snapshots')
      ? ''
      : (settings.text('etcd-snapshot-schedule-cron') ?? '0 */12 * * *'),
    secretsEncryption: settings.flag('secrets-encryption'),
    etcdExposeMetrics: settings.flag('etcd-expose-metrics'),
    etcdArgs: settings.each('etcd-arg'),
    critical: criticalOf(settings),
    ...optional('bindAddress', settings.text('bind-address')),
    ...optional('agentToken', tokenOf(settings, 'agent-token')),
    ...optional('restorePath', settings.text('cluster-reset-restore-path')),
    ...optional('datastore', datastoreOf(settings)),
    ...optional('snapshotDir', settings.text('etcd-snapshot-dir')),
  };
};

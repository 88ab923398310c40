/** The Node object a kubelet registers. */

import {createHash} from 'node:crypto';
import {arch, cpus, hostname, release, totalmem} from 'node:os';
import type {Obj} from '../api/objects.js';
import {readIfThere} from '../base/files.js';
import {version} from '../base/version.js';
import type {NodeOptions} from '../config/options.js';

export interface NodeExtras {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers: readonly string[];
}

const OMITTED = '********';

const SECRET = new Set([
  ...[
    'K3S_TOKEN',
    'K3S_DATASTORE_ENDPOINT',
    'K3S_AGENT_TOKEN',
    'K3S_CLUSTER_SECRET',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
  ],
  ...['--token', '-t', '--agent-token', '--datastore-endpoint', '--cluster-secret', '--vpn-auth'],
  ...['--etcd-s3-access-key', '--etcd-s3-secret-key'],
]);

/** `--key=value` becomes two entries; what follows a secret's name is starred. */
export const nodeArgs = (args: readonly string[]): string[] => {
  const split = args.flatMap((arg) =>
    arg.startsWith('--') && arg.includes('=') ? arg.split(/=(.*)/s).slice(0, 2) : [arg],
  );
  return split.map((arg, index) => (SECRET.has(split[index - 1] ?? '') ? OMITTED : arg));
};

export const nodeEnv = (env: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env)
      .filter(([key]) => key.startsWith('K3S_'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, SECRET.has(key) ? OMITTED : (value ?? '')]),
  );

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const base32 = (bytes: Buffer): string => {
  const groups =
    [...bytes]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('')
      .match(/.{1,5}/g) ?? [];
  const text = groups.map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=');
};

/** k3s.io/node-args, node-env and node-config-hash as K3s computes them (pkg/nodeconfig). */
export const configAnnotations = (
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> => {
  const argsJson = JSON.stringify(nodeArgs(args));
  const envJson = JSON.stringify(nodeEnv(env));
  return {
    'k3s.io/node-args': argsJson,
    'k3s.io/node-env': envJson,
    'k3s.io/node-config-hash': base32(
      createHash('sha256')
        .update(argsJson + envJson)
        .digest(),
    ),
  };
};

const GO_ARCH: Readonly<Record<string, string>> = {x64: 'amd64', arm64: 'arm64', arm: 'arm'};

const osRelease = (key: string): string =>
  new RegExp(`^${key}="?([^"\n]*)`, 'm').exec(readIfThere('/etc/os-release') ?? '')?.[1] ?? '';

const pairs = (list: readonly string[]): Record<string, string> =>
  Object.fromEntries(list.map((entry) => entry.split(/=(.*)/s).slice(0, 2) as [string, string]));

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

/** `key=value:Effect` or `key:Effect` */
export const parseTaint = (text: string): Taint => {
  const [, key = text, value, effect = 'NoSchedule'] = /^([^=:]+)(?:=([^:]*))?:(.+)$/.exec(text) ?? [];
  return {key, ...(value ? {value} : {}), effect};
};

export const nodeObject = (options: NodeOptions, extras: NodeExtras, env: NodeJS.ProcessEnv): Obj => {
  const goArch = GO_ARCH[arch()] ?? arch();
  const common = {
    'kubernetes.io/arch': goArch,
    'kubernetes.io/hostname': options.nodeName,
    'kubernetes.io/os': 'linux',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: options.nodeName,
      labels: {
        'beta.kubernetes.io/arch': goArch,
        'beta.kubernetes.io/instance-type': 'k3s',
        'beta.kubernetes.io/os': 'linux',
        ...common,
        'node.kubernetes.io/instance-type': 'k3s',
        ...pairs(options.labels),
        ...extras.labels,
      },
      annotations: {
        'alpha.kubernetes.io/provided-node-ip': options.nodeIp,
        'k3s.io/hostname': options.nodeName,
        'k3s.io/internal-ip': options.nodeIp,
        ...(options.externalIps[0] ? {'k3s.io/external-ip': options.externalIps.join(',')} : {}),
        ...configAnnotations(options.args, env),
        ...extras.annotations,
      },
      finalizers: ['wrangler.cattle.io/node', ...extras.finalizers],
    },
    spec: {
      providerID: `k3s://${options.nodeName}`,
      podCIDR: '10.42.0.0/24',
      ...(options.taints.length > 0 ? {taints: options.taints.map(parseTaint)} : {}),
    },
    status: {
      addresses: [
        {type: 'InternalIP', address: options.nodeIp},
        ...options.externalIps.map((address) => ({type: 'ExternalIP', address})),
        {type: 'Hostname', address: hostname()},
      ],
      capacity: {cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110'},
      allocatable: {cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110'},
      nodeInfo: {
        machineID: (readIfThere('/etc/machine-id') ?? '').trim(),
        systemUUID: '',
        bootID: (readIfThere('/proc/sys/kernel/random/boot_id') ?? '').trim(),
        kernelVersion: release(),
        osImage: osRelease('PRETTY_NAME'),
        containerRuntimeVersion: 'containerd://1.7.22-k3s1',
        kubeletVersion: version,
        kubeProxyVersion: version,
        operatingSystem: 'linux',
        architecture: goArch,
      },
    },
  };
};

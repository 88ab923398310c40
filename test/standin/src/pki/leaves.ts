/** The leaf certificates of a server, in K3s's files, renewed at start as K3s renews them. */

import {readIfThere, writeWhole} from '../base/files.js';
import type {Layout} from '../base/layout.js';
import {daysLeft, type LeafOptions, makeLeaf, namesOf, type Pair} from './x509.js';

/** Leaves with fewer days left are renewed at start. */
const RENEW_DAYS = 120;

export interface ServerNames {
  readonly nodeName: string;
  readonly address: string;
  readonly tlsSans: readonly string[];
}

export const readPair = (path: string): Pair => ({
  cert: readIfThere(`${path}.crt`) ?? '',
  key: readIfThere(`${path}.key`) ?? '',
});

interface Leaf {
  /** path without `.crt` and `.key` */
  readonly path: string;
  readonly ca: 'server-ca' | 'client-ca' | 'etcd/server-ca' | 'etcd/peer-ca' | 'request-header-ca';
  readonly options: Omit<LeafOptions, 'now'>;
}

const client = (name: string, organization?: string): Leaf['options'] => ({
  subject: {commonName: name, ...(organization ? {organization: [organization]} : {})},
  usages: ['client'],
});

/** The names K3s's API server answers to without any tls-san. */
export const apiNames = ({nodeName, address, tlsSans}: ServerNames): string[] => [
  ...new Set([
    '10.43.0.1',
    '127.0.0.1',
    '::1',
    address,
    nodeName,
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    'localhost',
    ...tlsSans,
  ]),
];

const leavesOf = (names: ServerNames): readonly Leaf[] => {
  const loopback = ['localhost', '127.0.0.1', '::1'];
  const etcdNames = [...loopback, names.nodeName, names.address];
  return [
    {path: 'client-admin', ca: 'client-ca', options: client('system:admin', 'system:masters')},
    {path: 'client-supervisor', ca: 'client-ca', options: client('system:k3s-supervisor', 'system:masters')},
    {path: 'client-controller', ca: 'client-ca', options: client('system:kube-controller-manager')},
    {path: 'client-scheduler', ca: 'client-ca', options: client('system:kube-scheduler')},
    {path: 'client-kube-apiserver', ca: 'client-ca', options: client('system:apiserver', 'system:masters')},
    {path: 'client-kube-proxy', ca: 'client-ca', options: client('system:kube-proxy')},
    {path: 'client-k3s-controller', ca: 'client-ca', options: client('system:k3s-controller')},
    {path: 'client-k3s-cloud-controller', ca: 'client-ca', options: client('k3s-cloud-controller-manager')},
    {path: 'client-auth-proxy', ca: 'request-header-ca', options: client('system:auth-proxy')},
    {path: 'client-kubelet', ca: 'client-ca', options: client('system:kubelet')},
    {
      path: 'serving-kube-apiserver',
      ca: 'server-ca',
      options: {subject: {commonName: 'kube-apiserver'}, usages: ['server'], names: apiNames(names)},
    },
    {
      path: 'etcd/server-client',
      ca: 'etcd/server-ca',
      options: {subject: {commonName: 'etcd-server'}, usages: ['server', 'client'], names: etcdNames},
    },
    {path: 'etcd/client', ca: 'etcd/server-ca', options: client('etcd-client')},
    {
      path: 'etcd/peer-server-client',
      ca: 'etcd/peer-ca',
      options: {subject: {commonName: 'etcd-peer'}, usages: ['server', 'client'], names: etcdNames},
    },
  ];
};

const isGood = (pair: Pair, ca: Pair, wanted: readonly string[], now: Date): boolean => {
  if (pair.cert === '' || pair.key === '' || !pair.cert.endsWith(ca.cert)) return false;
  const has = new Set(namesOf(pair.cert).map(plain));
  return wanted.every((name) => has.has(plain(name))) && daysLeft(pair.cert, now) >= RENEW_DAYS;
};

/** Node prints IPv6 addresses in full. */
const plain = (name: string): string => (name === '0:0:0:0:0:0:0:1' ? '::1' : name.toLowerCase());

/** Makes or renews every leaf; resolves to the names renewed (paths under server/tls). */
export const renewLeaves = (layout: Layout, names: ServerNames, now: Date): string[] =>
  leavesOf(names).flatMap(({path, ca, options}) => {
    const signer = readPair(layout.tls(ca));
    const before = readPair(layout.tls(path));
    if (isGood(before, signer, options.names ?? [], now)) return [];
    const leaf = makeLeaf(signer, {...options, now, ...(before.key ? {key: before.key} : {})});
    writeWhole(layout.tls(`${path}.crt`), leaf.cert, 0o644);
    writeWhole(layout.tls(`${path}.key`), leaf.key);
    return [path];
  });

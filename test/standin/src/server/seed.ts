/** What a new cluster holds from the start: namespaces, service, and a few system objects. */

import {kindOf} from '../api/kinds.js';
import {type Obj, type Objects, StatusError} from '../api/objects.js';

const create = async (objects: Objects, kindName: string, namespace: string, object: Obj): Promise<void> => {
  const kind = kindOf(kindName);
  if (!kind || (await objects.find(kind, namespace, object.metadata.name))) return;
  await objects.create(kind, namespace, object).catch((error: unknown) => {
    if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
  });
};

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Idempotent: every server runs it at each start. */
export const seed = async (objects: Objects, serverCa: string): Promise<void> => {
  for (const name of NAMESPACES) {
    const labels = {'kubernetes.io/metadata.name': name};
    await create(objects, 'Namespace', '', {
      metadata: {name, labels},
      spec: {finalizers: ['kubernetes']},
      status: {phase: 'Active'},
    });
    await create(objects, 'ConfigMap', name, {metadata: {name: 'kube-root-ca.crt'}, data: {'ca.crt': serverCa}});
    await create(objects, 'ServiceAccount', name, {metadata: {name: 'default'}});
  }
  await create(objects, 'Service', 'default', {
    metadata: {name: 'kubernetes', labels: {component: 'apiserver', provider: 'kubernetes'}},
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.43.0.1',
      ports: [{name: 'https', port: 443, protocol: 'TCP', targetPort: 6443}],
    },
  });
  for (const [name, value] of [
    ['system-cluster-critical', 2_000_000_000],
    ['system-node-critical', 2_000_001_000],
  ] as const) {
    await create(objects, 'PriorityClass', '', {metadata: {name}, value, preemptionPolicy: 'PreemptLowerPriority'});
  }
};

interface Subset {
  readonly addresses: {ip: string}[];
  readonly ports: {name: string; port: number; protocol: string}[];
}

/** Sets the addresses of `kubernetes` in default: where the API servers are. */
export const setApiServers = async (objects: Objects, ips: readonly string[], port: number): Promise<void> => {
  const kind = kindOf('Endpoints');
  if (!kind) return;
  const subsets: Subset[] = [
    {addresses: [...ips].sort().map((ip) => ({ip})), ports: [{name: 'https', port, protocol: 'TCP'}]},
  ];
  await create(objects, 'Endpoints', 'default', {metadata: {name: 'kubernetes'}, subsets});
  await objects.change(kind, 'default', 'kubernetes', (object) => ({...object, subsets}));
};

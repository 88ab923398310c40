/** A node's life in the cluster: it registers, becomes Ready, and renews its lease. */

import type {ApiClient} from '../api/client.js';
import {kindOf} from '../api/kinds.js';
import {type Obj, StatusError} from '../api/objects.js';
import {messageOf} from '../base/fatal.js';
import type {Logger} from '../base/log.js';
import {every, sleep} from '../base/time.js';
import {atLeast} from '../base/version.js';
import type {Tuning} from '../config/tuning.js';
import {type Condition, conditionsOf, withCondition} from '../server/controllers.js';

export interface Kubelet {
  readonly api: ApiClient;
  readonly node: Obj;
  readonly tuning: Tuning;
  readonly log: Logger;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

const NOT_READY: Condition = {
  type: 'Ready',
  status: 'False',
  reason: 'KubeletNotReady',
  message:
    'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
};

const READY: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'KubeletReady',
  message: 'kubelet is posting ready status',
};

const fine = (type: string, reason: string, message: string): Condition => ({type, status: 'False', reason, message});

const PRESSURES: readonly Condition[] = [
  fine('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
  fine('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
  fine('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
];

/** What the kubelet and K3s set on a node that exists already: labels, annotations, status; taints only at its birth. */
const renewed = (before: Obj, wanted: Obj): Obj => ({
  ...before,
  metadata: {
    ...before.metadata,
    labels: {...before.metadata.labels, ...wanted.metadata.labels},
    annotations: {...before.metadata.annotations, ...wanted.metadata.annotations},
    finalizers: [...new Set([...(before.metadata.finalizers ?? []), ...(wanted.metadata.finalizers ?? [])])],
  },
  status: {...(before.status as object), ...(wanted.status as object)},
});

/** A removed member that came back under a new name is no longer marked for removal. */
const withoutOldRemoval = (node: Obj): Obj => {
  const annotations = {...node.metadata.annotations};
  const removed = annotations['etcd.k3s.cattle.io/removed-node-name'];
  if (removed && removed !== annotations['etcd.k3s.cattle.io/node-name']) {
    delete annotations['etcd.k3s.cattle.io/removed-node-name'];
    annotations['etcd.k3s.cattle.io/remove'] = 'false';
  }
  return {...node, metadata: {...node.metadata, annotations}};
};

/** Creates or renews the Node; resolves to whether it is new. */
const register = async ({api, node, now}: Kubelet): Promise<boolean> => {
  const kind = kindOf('Node');
  if (!kind) return false;
  const {name} = node.metadata;
  const before = await api.find(kind, undefined, name);
  if (before?.metadata.deletionTimestamp) throw new Error(`node ${name} is being deleted`);
  if (before) {
    await api.replace(kind, undefined, withoutOldRemoval(renewed(before, node)));
    return false;
  }
  const fresh = [...PRESSURES, NOT_READY].reduce((object, condition) => withCondition(object, condition, now()), node);
  await api.create(kind, undefined, fresh);
  return true;
};

const postReady = async ({api, node, now}: Kubelet): Promise<void> => {
  const kind = kindOf('Node');
  const before = kind && (await api.find(kind, undefined, node.metadata.name));
  if (!kind || !before || before.metadata.deletionTimestamp) return;
  if (conditionsOf(before).find(({type}) => type === 'Ready')?.status === 'True') return;
  await api.replace(kind, undefined, withCondition(before, READY, now()));
};

const renewLease = async ({api, node, now}: Kubelet): Promise<void> => {
  const kind = kindOf('Lease');
  if (!kind) return;
  const {name} = node.metadata;
  const spec = {holderIdentity: name, leaseDurationSeconds: 40, renewTime: now().toISOString()};
  try {
    await api.patch(kind, 'kube-node-lease', name, {spec});
  } catch (error) {
    if (!(error instanceof StatusError && error.code === 404)) throw error;
    await api.create(kind, 'kube-node-lease', {metadata: {name}, spec});
  }
};

/** Resolves once the Node is registered; the rest goes on until the signal. */
export const startKubelet = async (kubelet: Kubelet): Promise<void> => {
  const {tuning, log, signal} = kubelet;
  let isNew = false;
  while (!signal.aborted) {
    try {
      isNew = await register(kubelet);
      break;
    } catch (error) {
      log.info(`Unable to register node with API server: ${messageOf(error)}`);
      await sleep(1000, signal);
    }
  }
  await renewLease(kubelet).catch(() => {});
  void run(kubelet, isNew ? tuning.nodeReadyMs : Math.min(1000, tuning.nodeReadyMs));
};

const run = async (kubelet: Kubelet, readyAfterMs: number): Promise<void> => {
  const {tuning, log, signal} = kubelet;
  await sleep(readyAfterMs, signal);
  const beat = async () => {
    await renewLease(kubelet);
    await postReady(kubelet);
  };
  every(tuning.heartbeatMs, signal, beat, (error) =>
    log.error(`Error updating node status, will retry: ${messageOf(error)}`),
  );
};

/** The words of a rejected agent changed with time; kept beside what they are about. */
export const waitingLevel = (): 'info' | 'error' => (atLeast(29) ? 'error' : 'info');

/** What runs beside the API: learners, lost nodes, members of deleted nodes, voter conditions, API server addresses. */

import {kindOf} from '../api/kinds.js';
import type {Obj, Objects} from '../api/objects.js';
import {messageOf} from '../base/fatal.js';
import {every} from '../base/time.js';
import {atLeast} from '../base/version.js';
import {leads, removePeer, watchLearners} from '../etcd/members.js';
import {dropNodePassword} from './node_password.js';
import {setApiServers} from './seed.js';
import type {EtcdMember, ServerState, Setup} from './state.js';

export const ETCD = {
  label: 'node-role.kubernetes.io/etcd',
  name: 'etcd.k3s.cattle.io/node-name',
  address: 'etcd.k3s.cattle.io/node-address',
  remove: 'etcd.k3s.cattle.io/remove',
  removed: 'etcd.k3s.cattle.io/removed-node-name',
  finalizer: 'wrangler.cattle.io/managed-etcd-controller',
} as const;

export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastHeartbeatTime?: string;
  lastTransitionTime?: string;
}

export const conditionsOf = (node: Obj): Condition[] =>
  ((node.status as {conditions?: Condition[]})?.conditions ?? []) as Condition[];

/** Sets one condition; its transition time moves only with its status. */
export const withCondition = (node: Obj, given: Condition, now: Date): Obj => {
  const stamp = now.toISOString().replace(/\.\d+Z$/, 'Z');
  const before = conditionsOf(node).find(({type}) => type === given.type);
  const kept = before?.status === given.status ? before.lastTransitionTime : undefined;
  const lastTransitionTime = kept ?? stamp;
  const condition = {...given, lastHeartbeatTime: stamp, lastTransitionTime};
  const others = conditionsOf(node).filter(({type}) => type !== given.type);
  return {...node, status: {...(node.status as object), conditions: [...others, condition]}};
};

interface Controller {
  readonly setup: Setup;
  readonly objects: Objects;
  readonly etcd?: EtcdMember;
}

const nodes = async (objects: Objects): Promise<Obj[]> => {
  const kind = kindOf('Node');
  return kind ? (await objects.list(kind)).items : [];
};

const change = async (objects: Objects, name: string, edit: (node: Obj) => Obj): Promise<void> => {
  const kind = kindOf('Node');
  if (kind) await objects.change(kind, '', name, edit);
};

/** Takes the member of a node that is being deleted out of etcd, then lets the node go. */
const finishDeletion = async ({setup, objects, etcd}: Controller, node: Obj): Promise<void> => {
  const {name, annotations = {}} = node.metadata;
  const {[ETCD.name]: member, [ETCD.address]: address} = annotations;
  if (etcd && member && address && !annotations[ETCD.removed]) {
    setup.log.info(`Removing etcd member ${name} from cluster`);
    await removePeer(etcd.client, member, address, setup.log);
  }
  await dropNodePassword(objects, name);
  const lease = kindOf('Lease');
  if (lease) await objects.remove(lease, 'kube-node-lease', name).catch(() => {});
  await change(objects, name, (now) => ({...now, metadata: {...now.metadata, finalizers: []}}));
};

/** Annotated `remove=true`: the member leaves, the node stays and says which member it was. */
const finishRemoval = async ({setup, objects, etcd}: Controller, node: Obj): Promise<void> => {
  const {name, annotations = {}} = node.metadata;
  const {[ETCD.name]: member, [ETCD.address]: address} = annotations;
  if (!etcd || !member || !address) return;
  const voters = (await etcd.client.members()).filter(({isLearner}) => !isLearner);
  if (voters.length < 2) return setup.log.error('refusing to remove the last voting member from the etcd cluster');
  await removePeer(etcd.client, member, address, setup.log);
  await change(objects, name, (now) => {
    const {[ETCD.name]: _, [ETCD.address]: __, ...rest} = now.metadata.annotations ?? {};
    return {...now, metadata: {...now.metadata, annotations: {...rest, [ETCD.removed]: member}}};
  });
};

/** Looks at every node once. Safe on several servers at a time: each step can be done twice. */
export const reconcileNodes = async (controller: Controller): Promise<void> => {
  for (const node of await nodes(controller.objects)) {
    const {deletionTimestamp, annotations = {}} = node.metadata;
    if (deletionTimestamp) await finishDeletion(controller, node);
    else if (/^true$/i.test(annotations[ETCD.remove] ?? '') && !annotations[ETCD.removed])
      await finishRemoval(controller, node);
  }
};

/** A node whose lease is old is no longer known to be ready. */
const markLost = async ({setup, objects}: Controller): Promise<void> => {
  const kind = kindOf('Lease');
  if (!kind) return;
  const {items} = await objects.list(kind, 'kube-node-lease');
  const renewed = new Map(
    items.map((lease) => [lease.metadata.name, Date.parse(String((lease.spec as {renewTime?: string})?.renewTime))]),
  );
  for (const node of await nodes(objects)) {
    const {name, creationTimestamp} = node.metadata;
    const seen = renewed.get(name) ?? Date.parse(creationTimestamp ?? '');
    if (setup.now().getTime() - seen < setup.tuning.nodeLostMs) continue;
    if (conditionsOf(node).find(({type}) => type === 'Ready')?.status === 'Unknown') continue;
    const message = 'Kubelet stopped posting node status.';
    const lost: Condition = {type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message};
    await change(objects, name, (now) => withCondition(now, lost, setup.now()));
  }
};

/** EtcdIsVoter on each etcd node, where the version has it. */
const markVoters = async ({setup, objects, etcd}: Controller): Promise<void> => {
  if (!etcd || !atLeast(28)) return;
  const members = await etcd.client.members();
  for (const node of await nodes(objects)) {
    if (!node.metadata.labels?.[ETCD.label]) continue;
    const member = members.find(({name}) => name === node.metadata.annotations?.[ETCD.name]);
    const condition: Condition = member
      ? member.isLearner
        ? {
            type: 'EtcdIsVoter',
            status: 'False',
            reason: 'MemberIsLearner',
            message: 'Node has not been promoted to voting member of the etcd cluster',
          }
        : {
            type: 'EtcdIsVoter',
            status: 'True',
            reason: 'MemberNotLearner',
            message: 'Node is a voting member of the etcd cluster',
          }
      : {
          type: 'EtcdIsVoter',
          status: 'False',
          reason: 'NotAMember',
          message: 'Node is not a member of the etcd cluster',
        };
    const before = conditionsOf(node).find(({type}) => type === 'EtcdIsVoter');
    if (before?.status === condition.status && before.reason === condition.reason) continue;
    await change(objects, node.metadata.name, (now) => withCondition(now, condition, setup.now()));
  }
};

/** With embedded etcd every voter is an API server; else the nodes that say so. */
const publishServers = async ({setup, objects, etcd}: Controller): Promise<void> => {
  const members = etcd ? (await etcd.client.members()).filter(({isLearner}) => !isLearner) : [];
  const fromEtcd = members.flatMap(({clientUrls}) => clientUrls.map((url) => new URL(url).hostname));
  const fromNodes = (await nodes(objects))
    .filter((node) => node.metadata.labels?.['node-role.kubernetes.io/control-plane'])
    .flatMap((node) => node.metadata.annotations?.['k3s.io/internal-ip'] ?? []);
  const ips = etcd ? fromEtcd : [setup.options.advertiseAddress, ...fromNodes];
  await setApiServers(objects, [...new Set(ips)], setup.options.port);
};

/** Starts them all; they end with the setup's signal. */
export const startControllers = (setup: Setup, state: ServerState, objects: Objects): void => {
  const {etcd} = state;
  const controller: Controller = {setup, objects, ...(etcd ? {etcd} : {})};
  const {log, signal, tuning, now} = setup;
  const quiet = (error: unknown) => log.debug(`controller: ${messageOf(error)}`);
  if (etcd) {
    const learners = watchLearners(etcd.client, log, () => now().getTime());
    every(tuning.learnerMs, signal, learners.look, quiet);
  }
  const round = async () => {
    if (etcd && !(await leads(etcd.client))) return;
    await reconcileNodes(controller);
    await markLost(controller);
    await markVoters(controller);
    await publishServers(controller);
  };
  every(1500, signal, round, quiet);
};

import {causeOf, fatalMessage} from './causes.js';
import {addressOf, isRunning, kindOf, nodeNameOf} from './classify.js';
import {memberNodeName} from './known.js';
import type {NodeRow} from './nodes.js';
import type {HostPlan} from './plan.js';
import type {EtcdMember, UnitState} from './sighting.js';
import {differencesOf} from './status_differences.js';
import type {Certificate} from './status_look.js';
import type {HostState, HostStatus, MemberStatus, SeenHost, ServerStatus} from './status_types.js';

/** The leaf certificate that ends first. */
const firstToEnd = (certificates: readonly Certificate[]): Certificate | undefined =>
  certificates
    .filter(({authority}) => !authority)
    .reduce<Certificate | undefined>(
      (first, one) => (first === undefined || one.notAfter < first.notAfter ? one : first),
      undefined,
    );

const isFailing = (unit: UnitState | undefined): boolean =>
  unit?.active === 'failed' || (unit?.active === 'activating' && unit.restarts > 0);

function stateOf({host, more}: SeenHost, node: NodeRow | undefined): HostState {
  const {sighting, wanted} = host;
  if (sighting === undefined) return 'unknown';
  const unit = wanted.kind === 'server' ? sighting.server : sighting.agent;
  if (isFailing(unit)) return 'failing';
  if (unit?.active === 'activating' || unit?.active === 'reloading') return 'starting';
  if (unit?.active !== 'active') {
    const isBare = wanted.kind === 'server' ? kindOf(host) === 'bare' : !sighting.data.agent;
    return isBare ? 'bare' : 'stopped';
  }
  if (wanted.kind === 'agent') return node?.ready === true ? 'ready' : 'running';
  // A server with its agent disabled has no Node.
  const nodeIsWell = node?.ready ?? true;
  return isRunning(host) && more?.apiReady === true && nodeIsWell ? 'ready' : 'running';
}

/** Why a service does not stay up: the known cause that its last lines name, else the last of them. */
function causeIn(logged: readonly string[]): {readonly why: string; readonly hint?: string} | undefined {
  const latest = [...logged].reverse();
  const known = latest.map(causeOf).find((cause) => cause !== undefined);
  if (known !== undefined) return known;
  const line = latest.map(fatalMessage).find((message) => message !== undefined) ?? latest[0];
  return line === undefined ? undefined : {why: line};
}

function whyOf(seen: SeenHost, state: HostState): {readonly why?: string; readonly hint?: string} {
  if (state === 'unknown') return {why: seen.host.why ?? 'unreachable'};
  if (state !== 'failing') return {};
  const {sighting, wanted} = seen.host;
  const unit = wanted.kind === 'server' ? sighting?.server : sighting?.agent;
  const cause = causeIn(seen.more?.logged ?? []);
  const loop =
    unit?.active === 'failed' ? 'its service has failed' : `its service was restarted ${unit?.restarts ?? 0} times`;
  return {
    why: cause === undefined ? `${loop}, and its journal names no cause` : `${loop}: ${cause.why}`,
    ...(cause?.hint === undefined ? {} : {hint: cause.hint}),
  };
}

/** What is true of servers and agents alike. */
export function hostStatus(
  seen: SeenHost,
  plan: HostPlan | undefined,
  nodes: readonly NodeRow[] | undefined,
): HostStatus {
  const {host, more} = seen;
  const nodeName = nodeNameOf(host);
  const node = nodes?.find(({name}) => name === nodeName);
  const state = stateOf(seen, node);
  const certificate = firstToEnd(more?.certificates ?? []);
  const version = host.sighting?.version;
  return {
    host: host.wanted.host,
    address: addressOf(host),
    nodeName,
    state,
    ...whyOf(seen, state),
    ...(version === undefined ? {} : {version}),
    ...(node === undefined ? {} : {node}),
    ...(certificate === undefined ? {} : {certificate}),
    certificates: more?.certificates ?? [],
    differences: differencesOf(seen, plan),
  };
}

/** The member that a server is: by the name it wrote down, else by its Node's name. */
export function memberOf({host}: SeenHost, listed: readonly EtcdMember[]): EtcdMember | undefined {
  const own = host.sighting?.data.etcdName;
  return (
    listed.find(({name}) => own !== undefined && name === own) ??
    listed.find(({name}) => name !== '' && memberNodeName(name) === nodeNameOf(host))
  );
}

export const memberStatus = (member: EtcdMember, isLeader: boolean): MemberStatus => ({
  id: member.id,
  name: member.name,
  role: member.isLearner ? 'learner' : isLeader ? 'leader' : 'voter',
});

export function serverStatus(
  seen: SeenHost,
  plan: HostPlan | undefined,
  nodes: readonly NodeRow[] | undefined,
  listed: readonly EtcdMember[],
): ServerStatus {
  const {host, more} = seen;
  const member = memberOf(seen, listed);
  return {
    ...hostStatus(seen, plan, nodes),
    found: kindOf(host),
    ...(member === undefined ? {} : {member: memberStatus(member, host.sighting?.etcd?.isLeader === true)}),
    ...(more?.dbSizeBytes === undefined || kindOf(host) !== 'member' ? {} : {dbSizeBytes: more.dbSizeBytes}),
    ...(more?.snapshot === undefined ? {} : {snapshot: more.snapshot}),
  };
}

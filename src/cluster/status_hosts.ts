import {causeOf, fatalMessage} from './causes.js';
import {addressOf, isRunning, kindOf, nodeNameOf, unitOf} from './classify.js';
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

/** How a service does not stay up; undefined for one of which that cannot be said. */
function failureOf(unit: UnitState | undefined): string | undefined {
  if (unit?.active === 'failed') return 'its service has failed';
  const again = unit?.active === 'activating' && unit.restarts > 0;
  return again ? `its service was restarted ${unit.restarts} times` : undefined;
}

function stateOf({host, more}: SeenHost, unit: UnitState | undefined, node: NodeRow | undefined): HostState {
  const {sighting, wanted} = host;
  if (sighting === undefined) return 'unknown';
  if (failureOf(unit) !== undefined) return 'failing';
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

function whyOf({host, more}: SeenHost, unit: UnitState | undefined): {readonly why?: string; readonly hint?: string} {
  if (host.sighting === undefined) return {why: host.why ?? 'unreachable'};
  const failure = failureOf(unit);
  if (failure === undefined) return {};
  const cause = causeIn(more?.logged ?? []);
  return {
    why: cause === undefined ? `${failure}, and its journal names no cause` : `${failure}: ${cause.why}`,
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
  const unit = unitOf(host);
  const certificate = firstToEnd(more?.certificates ?? []);
  const version = host.sighting?.version;
  return {
    host: host.wanted.host,
    address: addressOf(host),
    nodeName,
    state: stateOf(seen, unit, node),
    ...whyOf(seen, unit),
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
    listed.find(({name}) => name === own) ??
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

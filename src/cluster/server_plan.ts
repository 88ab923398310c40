import {type Adoption, adoptionOf} from './adoption.js';
import {addressOf, isRunning, nodeNameOf, urlOf} from './classify.js';
import type {K3sConfig} from './config_file.js';
import {type ConversionWish, conversionStep} from './conversion_roles.js';
import {effectiveOf, isForeign} from './effective.js';
import {type ClusterTokens, hostConfig} from './host_config.js';
import {hasLeader, isOnItsWay, isRemoved, type Known} from './known.js';
import type {Datastore, HostPlan, Membership, Step} from './plan.js';
import {restartReason} from './restart_reason.js';
import type {EtcdMember} from './sighting.js';
import type {Stuck} from './stuck.js';
import {hasFreeAddress, isAtOwnAddress, type Wiped} from './wiped.js';

/** What is known of the cluster as a whole when one server's part is decided. */
export interface Picture {
  readonly servers: readonly Known[];
  readonly datastore: Datastore;
  readonly seed: Known | undefined;
  /** Whom joining servers go through. */
  readonly gate: Known | undefined;
  readonly wiped: readonly Wiped[];
  readonly stuck: readonly Stuck[];
  readonly tokens: ClusterTokens;
  readonly conversion: ConversionWish;
}

/** Why a server is restarted, as far as it can be told before anything is touched; undefined where it goes on as it is. */
function restartOf(known: Known, planned: K3sConfig, adoption: Adoption | undefined): string | undefined {
  if (adoption !== undefined) return adoption.same ? undefined : adoption.words;
  return restartReason(known.host, planned);
}

/** Members that do not run are started first, and only they can tell whether the cluster still lists a bare server. */
const notHeardYet = ({servers}: Picture): string => {
  const stopped = servers.filter(({kind, host}) => kind === 'member' && host.inPlay).map(({host}) => host.wanted.host);
  return hasLeader(servers) || stopped.length === 0
    ? ''
    : `; whether a dead member of it is still listed is seen once ${stopped.join(', ')} run${stopped.length === 1 ? 's' : ''}`;
};

type Decided = Pick<HostPlan, 'step' | 'why' | 'dead' | 'aside'>;

/** What is removed, and through whom; nothing where nobody is there to do it. */
const deadOf = (
  {id, name, isLearner}: EtcdMember,
  addressIsFree: boolean,
  gate: Known | undefined,
): Pick<HostPlan, 'dead'> =>
  gate === undefined ? {} : {dead: {id, name, isLearner, through: gate.host.wanted.host, addressIsFree}};

/** A learner that cannot catch up joins anew. Nobody listens at this server's address once K3s is stopped there. */
function stuckStep({known, etcdName, member}: Stuck, gate: Known | undefined, through: string): Decided {
  const removed = member === undefined ? 'is put out' : `(${member.id}) is removed`;
  return {
    step: 'replace',
    why: `its etcd was ended while it joined, and cannot catch up: its learner ${etcdName} ${removed}, and its data put aside${through}`,
    aside: etcdName,
    ...(member === undefined ? {} : deadOf(member, isAtOwnAddress(known.host, member), gate)),
  };
}

function stepOf(known: Known, picture: Picture): Decided {
  const {seed, gate, wiped, stuck, servers, conversion, datastore} = picture;
  const {host, kind} = known;
  const decided = conversionStep(known, servers, conversion);
  if (decided !== undefined) return decided;
  const through =
    gate === undefined
      ? ''
      : datastore === 'external'
        ? `; starts after ${gate.host.wanted.host}`
        : `; joins through ${gate.host.wanted.host}`;
  if (kind === 'unknown') return {step: 'none', why: host.why ?? 'unreachable'};
  if (!host.inPlay) return {step: 'none', why: 'not among the hosts of this run'};
  const held = stuck.find((one) => one.known === known);
  if (held !== undefined) return stuckStep(held, gate, through);
  if (kind === 'bare') {
    if (known === seed) return {step: 'init', why: 'no server has any data'};
    const own = wiped.find((one) => one.known === known);
    if (own === undefined)
      return {
        step: 'join',
        why: `${isOnItsWay(host, 'join') ? 'has no data yet, and K3s is starting there' : 'has no data'}${through}${notHeardYet(picture)}`,
      };
    const {dead} = own;
    return {
      step: 'replace',
      why: `was wiped: its dead member ${dead.name} (${dead.id}) is removed${through}`,
      ...deadOf(dead, hasFreeAddress(own), gate),
    };
  }
  if (isRemoved(known, servers)) {
    if (host.sighting?.data.tombstone !== true)
      return {step: 'none', why: 'has the data of a member that the cluster does not list'};
    return {step: 'join', why: `was removed from the cluster, and K3s puts its data aside${through}`};
  }
  if (isRunning(host)) return {step: 'member', why: kind === 'member' ? 'runs as a member' : 'runs'};
  // It votes already: if it has to be restarted, that is done in turn, and not together with members that are down.
  if (host.sighting?.etcd?.hasLeader === true) return {step: 'member', why: 'is a member that is still starting'};
  if (kind === 'external') return {step: 'start', why: 'has run on the datastore, and does not run'};
  return {
    step: kind === 'member' ? 'start' : 'init',
    why: kind === 'member' ? 'is a member that does not run' : 'has data but does not run',
  };
}

function membershipOf({host}: Known, step: Step, {datastore, gate}: Picture, peerUrl: string | undefined): Membership {
  if (datastore !== 'etcd') return {membership: 'keep'};
  if (step === 'init') return {membership: 'cluster-init'};
  if ((step === 'join' || step === 'replace') && gate !== undefined)
    return {membership: 'server', url: urlOf(addressOf(gate.host), gate.host.wanted.port)};
  if (host.sighting === undefined || !isForeign(host.sighting, 'server')) return {membership: 'keep'};
  // A server that was removed rejoins through `server`: it moves from a unit of another hand to config.yaml.
  const {fromUnit} = effectiveOf(host.sighting, 'server');
  if (typeof fromUnit.server === 'string') return {membership: 'server', url: fromUnit.server};
  return fromUnit['cluster-init'] !== undefined && peerUrl !== undefined
    ? {membership: 'server', url: peerUrl}
    : {membership: 'keep'};
}

export function serverPlan(known: Known, picture: Picture): HostPlan {
  const {servers, datastore, tokens} = picture;
  const {host} = known;
  const {step, why: found, dead, aside} = stepOf(known, picture);
  const config = hostConfig(host, tokens);
  const adoption = adoptionOf(host, config);
  const restart = step === 'member' ? restartOf(known, config, adoption) : undefined;
  const peer =
    servers.find((other) => other !== known && other.kind !== 'unknown' && other.kind !== 'bare') ??
    servers.find((other) => other !== known && other.kind !== 'unknown');
  const peerUrl =
    datastore === 'etcd' && peer !== undefined ? urlOf(addressOf(peer.host), peer.host.wanted.port) : undefined;
  const words =
    adoption !== undefined ? `; ${adoption.words}` : restart === undefined ? '' : `; to be restarted: ${restart}`;
  return {
    host: host.wanted.host,
    kind: 'server',
    step,
    why: `${found}${words}`,
    nodeName: nodeNameOf(host),
    address: addressOf(host),
    membership: membershipOf(known, step, picture, peerUrl),
    ...(restart === undefined ? {} : {restart}),
    ...(peerUrl === undefined ? {} : {peerUrl}),
    ...(dead === undefined ? {} : {dead}),
    ...(aside === undefined ? {} : {aside}),
    kept: host.wanted.kept,
    foreign: host.sighting !== undefined && isForeign(host.sighting, 'server'),
    ...(adoption === undefined ? {} : {adoption}),
    config,
  };
}

import {
  addressOf,
  type ClusterHost,
  hostOf,
  isRunning,
  kindOf,
  liveConfig,
  nodeNameOf,
  type ServerKind,
} from './classify.js';
import type {EtcdMember, EtcdSighting} from './sighting.js';

/** A server with what its disk says it is. */
export interface Known {
  readonly host: ClusterHost;
  readonly kind: ServerKind;
}

export const knownServers = (servers: readonly ClusterHost[]): readonly Known[] =>
  servers.map((host) => ({host, kind: kindOf(host)}));

/** What members that run say of the cluster, those that have lost their leader included. */
const heard = (servers: readonly Known[]): readonly EtcdSighting[] =>
  servers.flatMap(({host}) => (host.sighting?.etcd === undefined ? [] : [host.sighting.etcd]));

/** Whether a majority agrees on anything: some member sees a leader. */
export const hasLeader = (servers: readonly Known[]): boolean => heard(servers).some((one) => one.hasLeader);

/** What can be known of the cluster: from members under a leader, else from those that lost it and still tell their list. */
export const etcdOf = (servers: readonly Known[]): readonly EtcdSighting[] => {
  const led = heard(servers).filter((one) => one.hasLeader);
  return led.length > 0 ? led : heard(servers);
};

/** `server1-0123abcd` -> `server1`: K3s names members after their Node and eight random digits (pkg/etcd). */
export const memberNodeName = (memberName: string): string => memberName.replace(/-[0-9a-f]{8}$/, '');

/** The members that the cluster lists, by the member with the most to say. */
export const listedMembers = (servers: readonly Known[]): readonly EtcdMember[] =>
  etcdOf(servers).reduce<readonly EtcdMember[]>(
    (most, {members}) => (members.length > most.length ? members : most),
    [],
  );

/** A server that was told to begin or to join, though nothing of etcd's is on its disk yet. */
export const hasBegun = ({sighting}: ClusterHost): boolean => {
  const config = sighting === undefined ? {} : liveConfig(sighting);
  return config['cluster-init'] === true || config.server !== undefined;
};

/** Systemd keeps it up, though it may wait for the others: a member alone of three neither answers nor ends. */
export const isUp = ({sighting}: ClusterHost): boolean =>
  ['active', 'activating'].includes(sighting?.server?.active ?? '');

/**
 * A server that may be another at the next look, though nobody else has changed it: one without data where K3s is starting by itself
 * towards the same step, as after a power cut in the middle of a join; one in the middle of a conversion, where K3s may be copying
 * keys, and what an earlier run has begun on the host may still go on after that run was killed.
 */
export function isOnItsWay(host: ClusterHost, step: string): boolean {
  if (step === 'convert' || step === 'back') return host.sighting?.data.conversion !== undefined;
  if (kindOf(host) !== 'bare' || host.sighting === undefined || !isUp(host)) return false;
  const config = liveConfig(host.sighting);
  return step === 'init' ? config['cluster-init'] === true : step === 'join' && config.server !== undefined;
}

/** What the cluster says of a server that has etcd's data. */
export type Standing =
  | 'voter'
  | 'learner'
  /** A majority lists its members, and this server is none: removed, or put out as a learner before it had caught up. */
  | 'out'
  /** Nobody could be asked. */
  | 'unheard';

/** A member that was added and has not started yet has no name; its address tells whose it is (k3s pkg/etcd join). */
const isOwn = (member: EtcdMember, host: ClusterHost): boolean => {
  const name = host.sighting?.data.etcdName;
  if (member.name !== '')
    return name === undefined ? memberNodeName(member.name) === nodeNameOf(host) : member.name === name;
  return member.peerUrls.some((url) => hostOf(url) === addressOf(host));
};

/** A server's own among these members. */
export const ownMember = (host: ClusterHost, members: readonly EtcdMember[]): EtcdMember | undefined =>
  members.find((member) => isOwn(member, host));

/** Where a server stands with the cluster, by what is written on its disk and what living members list. */
export function standingOf({host, kind}: Known, servers: readonly Known[]): Standing {
  if (kind !== 'member' && kind !== 'half-converted') return 'unheard';
  // Who answers himself is heard himself: he may be of another cluster.
  const {etcd} = host.sighting ?? {};
  const own = ownMember(host, etcd?.members ?? listedMembers(servers));
  if (own !== undefined) return own.isLearner ? 'learner' : 'voter';
  // One that is starting may have been added since the others were asked.
  if (etcd !== undefined || isUp(host) || !hasLeader(servers) || host.sighting?.data.etcdName === undefined)
    return 'unheard';
  return 'out';
}

/** A member that was taken out: K3s left a tombstone, or the cluster does not list it. */
export const isRemoved = (known: Known, servers: readonly Known[]): boolean => {
  const standing = standingOf(known, servers);
  return (
    standing === 'out' ||
    (standing === 'unheard' && known.kind === 'member' && known.host.sighting?.data.tombstone === true)
  );
};

export interface Votes {
  readonly voters: number;
  /** Of these, who is seen to be well. */
  readonly healthy: number;
  /** Who will be well once this run has started the members that do not run, as far as it can tell. */
  readonly expected: number;
}

/** Etcd's voters as the members list them, and how many of them are seen to be well. Unknown counts as down. */
export function votesOf(servers: readonly Known[]): Votes {
  const lists = etcdOf(servers);
  const onDisk = servers.filter(
    (known) => (known.kind === 'member' || known.kind === 'half-converted') && !isRemoved(known, servers),
  );
  const voting = onDisk.filter((known) => standingOf(known, servers) !== 'learner');
  const voters =
    lists.length > 0
      ? Math.max(...lists.map((list) => list.members.filter((member) => !member.isLearner).length))
      : onDisk.length;
  const healthy = voting.filter(({host}) => host.sighting?.etcd?.hasLeader === true).length;
  const expected = voting.filter(
    ({host}) => host.sighting?.etcd?.hasLeader === true || isUp(host) || isRunning(host) || host.inPlay,
  ).length;
  return {voters, healthy: Math.min(healthy, voters), expected: Math.min(expected, voters)};
}

/** Servers of this run that are learners now and vote once they have caught up. */
export const learnersOf = (servers: readonly Known[]): readonly Known[] =>
  servers.filter((known) => known.host.inPlay && standingOf(known, servers) === 'learner');

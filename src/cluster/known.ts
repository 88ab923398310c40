import {type ClusterHost, kindOf, liveConfig, type ServerKind} from './classify.js';
import type {EtcdMember, EtcdSighting} from './sighting.js';

/** A server with what its disk says it is. */
export interface Known {
  readonly host: ClusterHost;
  readonly kind: ServerKind;
}

export const knownServers = (servers: readonly ClusterHost[]): readonly Known[] =>
  servers.map((host) => ({host, kind: kindOf(host)}));

/** What living members say of the cluster. */
export const etcdOf = (servers: readonly Known[]): readonly EtcdSighting[] =>
  servers.flatMap(({host}) => (host.sighting?.etcd === undefined ? [] : [host.sighting.etcd]));

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

export interface Votes {
  readonly voters: number;
  readonly healthy: number;
}

/** Etcd's voters as the members list them, and how many of them are seen to be well. Unknown counts as down. */
export function votesOf(servers: readonly Known[]): Votes {
  const lists = etcdOf(servers);
  const onDisk = servers.filter(({kind}) => kind === 'member' || kind === 'half-converted');
  const voters =
    lists.length > 0
      ? Math.max(...lists.map((list) => list.members.filter((member) => !member.isLearner).length))
      : onDisk.length;
  const healthy = servers.filter(({host}) => host.sighting?.etcd?.hasLeader === true && !isLearner(host)).length;
  return {voters, healthy: Math.min(healthy, voters)};
}

/** Whether etcd on this host is listed as a learner, which does not vote. */
const isLearner = ({sighting}: ClusterHost): boolean =>
  sighting?.data.etcdName !== undefined &&
  sighting.etcd?.members.some((member) => member.isLearner && member.name === sighting.data.etcdName) === true;

import {unknownPeersLastMs} from './causes.js';
import type {ClusterHost} from './classify.js';
import {hasLeader, isUp, type Known, listedMembers, ownMember} from './known.js';
import type {EtcdMember} from './sighting.js';

/** A server that began to join and will not get further by itself. It never voted, and holds at most a copy. */
export interface Stuck {
  readonly known: Known;
  /** Its learner; undefined where K3s has put it out meanwhile, as it does after five minutes. */
  readonly member?: EtcdMember;
}

/**
 * Ended as soon as its etcd had made its log: a start finds that log, asks nobody who the members are, and answers those that
 * knock at addresses they do not have (etcd tells a peer's address only by its initial-advertise-peer-urls, which K3s sets for
 * the first start alone). While K3s runs, only a start that found the log so is such a one; the first start gets its members.
 */
const isBlank = (host: ClusterHost): boolean =>
  host.sighting?.data.blankWal === true && (!isUp(host) || host.sighting.resumed !== undefined);

/** Its log holds something, and still it answers nobody. */
const isDeaf = (host: ClusterHost): boolean =>
  isUp(host) && (host.sighting?.resumed?.unknownPeersMs ?? 0) >= unknownPeersLastMs;

/** Of this cluster by its certificates, where no list says so. */
const hasItsCa = ({host}: Known, servers: readonly Known[]): boolean => {
  const ca = host.sighting?.data.ca;
  return ca !== undefined && servers.some(({host: {sighting}}) => sighting?.etcd?.hasLeader && sighting.data.ca === ca);
};

/**
 * Servers that joined as learners and cannot catch up. A majority has to have said that they do not vote. What K3s
 * left a tombstone in, it puts aside itself.
 */
export function stuckServers(servers: readonly Known[]): readonly Stuck[] {
  if (!hasLeader(servers)) return [];
  const listed = listedMembers(servers);
  return servers.flatMap((known): Stuck[] => {
    const {host, kind} = known;
    const {data, etcd} = host.sighting ?? {};
    if (kind !== 'member' || etcd !== undefined || data?.tombstone === true) return [];
    if (data?.etcdName === undefined) return [];
    const member = ownMember(host, listed);
    if (member === undefined) return isBlank(host) && hasItsCa(known, servers) ? [{known}] : [];
    return member.isLearner && (isBlank(host) || isDeaf(host)) ? [{known, member}] : [];
  });
}

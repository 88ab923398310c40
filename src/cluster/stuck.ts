import {unknownPeersLastMs} from './causes.js';
import {hasLeader, isUp, type Known, listedMembers, ownMember} from './known.js';
import type {EtcdMember, Sighting} from './sighting.js';

/** A server that began to join and will not get further by itself. It never voted, and holds at most a copy. */
export interface Stuck {
  readonly known: Known;
  /** As its etcd calls itself, and as its data is called once it is put aside. */
  readonly etcdName: string;
  /** Its learner; undefined where K3s has put it out meanwhile, as it does after five minutes. */
  readonly member?: EtcdMember;
}

/**
 * Ended as soon as its etcd had made its log: a start finds that log, asks nobody who the members are, and answers those that
 * knock at addresses they do not have (etcd tells a peer's address only by its initial-advertise-peer-urls, which K3s sets for
 * the first start alone). While K3s runs, only a start that found the log so is such a one; the first start gets its members.
 */
const isBlank = ({data, resumed}: Sighting, up: boolean): boolean => data.blankWal && (!up || resumed !== undefined);

/** Its log holds something, and still it answers nobody. */
const isDeaf = ({resumed}: Sighting, up: boolean): boolean =>
  up && (resumed?.unknownPeersMs ?? 0) >= unknownPeersLastMs;

/** Of this cluster by its certificates, where no list says so. */
const hasItsCa = ({data: {ca}}: Sighting, servers: readonly Known[]): boolean =>
  ca !== undefined && servers.some(({host: {sighting}}) => sighting?.etcd?.hasLeader && sighting.data.ca === ca);

/**
 * Servers that joined as learners and cannot catch up. A majority has to have said that they do not vote. What K3s
 * left a tombstone in, it puts aside itself.
 */
export function stuckServers(servers: readonly Known[]): readonly Stuck[] {
  if (!hasLeader(servers)) return [];
  const listed = listedMembers(servers);
  return servers.flatMap((known): Stuck[] => {
    const {host, kind} = known;
    const {sighting} = host;
    if (sighting?.data.etcdName === undefined) return [];
    const {etcdName} = sighting.data;
    if (kind !== 'member' || sighting.etcd !== undefined || sighting.data.tombstone) return [];
    const up = isUp(host);
    const member = ownMember(host, listed);
    if (member === undefined) return isBlank(sighting, up) && hasItsCa(sighting, servers) ? [{known, etcdName}] : [];
    return member.isLearner && (isBlank(sighting, up) || isDeaf(sighting, up)) ? [{known, etcdName, member}] : [];
  });
}

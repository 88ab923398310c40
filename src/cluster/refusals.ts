import {etcdOf, hasBegun, type Known, type Votes} from './known.js';
import type {Datastore, PlanRefusal} from './plan.js';
import {hasQuorum, quorumOf} from './quorum.js';

/** What lies on the disks and may not be touched, or not by this play. */
export function refuseDisk(servers: readonly Known[], datastore: Datastore): PlanRefusal[] {
  const refusals: PlanRefusal[] = [];
  for (const {host, kind} of servers) {
    const name = host.wanted.host;
    if (kind === 'half-converted') {
      refusals.push({
        hosts: [name],
        what: `${name} holds a conversion from SQLite to etcd that died midway (state.db and etcd's WAL, no state.db.migrated): part of its data is missing from etcd`,
        hint: `run playbooks/convert_to_etcd.yml, which repairs it; until then do not use this cluster`,
      });
    }
    if (kind === 'sqlite' && servers.length > 1) {
      refusals.push({
        hosts: [name],
        what: `${name} is a single server on SQLite, and the inventory names ${servers.length} servers`,
        hint: 'SQLite serves one server only: convert it first with playbooks/convert_to_etcd.yml, then run site.yml again',
      });
    }
    if (kind === 'sqlite' && servers.length === 1 && host.wanted.clusterInit) {
      refusals.push({
        hosts: [name],
        what: `${name} runs on SQLite, and k3s_cluster_init asks for etcd`,
        hint: 'convert it with playbooks/convert_to_etcd.yml: it backs up, converts and compares',
        variable: {name: 'k3s_cluster_init', host: name},
      });
    }
    if (kind === 'bare' && datastore === 'etcd' && host.sighting?.data.serverTls === true && !hasBegun(host)) {
      refusals.push({
        hosts: [name],
        what: `${name} has certificates of another cluster under ${host.wanted.dataDir}/server/tls, but no datastore`,
        hint: `if nothing on ${name} is needed, run k3s-uninstall.sh there (or remove ${host.wanted.dataDir}/server), then run again`,
      });
    }
    refusals.push(...refuseDatastoreMove(host, kind));
  }
  return refusals;
}

/** A server's datastore is what its data lies in; an inventory cannot move it (#4046: there is no way back, nor across). */
function refuseDatastoreMove(host: Known['host'], kind: Known['kind']): PlanRefusal[] {
  const wanted = host.wanted.config['datastore-endpoint'];
  if (wanted === undefined || host.sighting === undefined) return [];
  if (kind !== 'sqlite' && kind !== 'half-converted') return [];
  const name = host.wanted.host;
  return [
    {
      hosts: [name],
      what: `${name} keeps its data in ${kind === 'sqlite' ? 'SQLite' : 'etcd'}, and datastore-endpoint asks for an external datastore`,
      hint: 'K3s moves no data to an external datastore: leave datastore-endpoint out, or build a new cluster on it',
      variable: {name: 'k3s_server_config', host: name},
    },
  ];
}

export interface MembershipInput {
  readonly servers: readonly Known[];
  readonly lost: readonly string[];
  readonly seed: Known | undefined;
}

/** Two clusters, or one that might be a second. */
export function refuseMembership({servers, lost, seed}: MembershipInput): PlanRefusal[] {
  const refusals: PlanRefusal[] = [];
  const ids = new Map<string, string[]>();
  for (const {host} of servers) {
    const id = host.sighting?.etcd?.clusterId;
    if (id !== undefined) ids.set(id, [...(ids.get(id) ?? []), host.wanted.host]);
  }
  if (ids.size > 1) {
    refusals.push({
      hosts: [],
      what: `the servers are members of ${ids.size} different clusters: ${[...ids].map(([id, hosts]) => `${hosts.join(', ')} of ${id}`).join('; ')}`,
      hint: 'decide which cluster is the one to keep, and uninstall K3s on the servers of the other',
    });
  }
  const members = servers.filter(({kind}) => kind === 'member');
  const unknown = servers.filter(({host, kind}) => kind === 'unknown' && !lost.includes(host.wanted.host));
  if (members.length === 0 && unknown.length > 0 && seed !== undefined) {
    refusals.push({
      hosts: [],
      what: `no cluster is started while it is not known whether ${unknown.map(({host}) => host.wanted.host).join(', ')} belongs to one (${unknown[0]?.host.why ?? 'unreachable'})`,
      hint: `make ${unknown.length === 1 ? 'it' : 'them'} reachable; or, if lost for good, say so by name: -e '{"k3s_lost_servers": [${unknown.map(({host}) => `"${host.wanted.host}"`).join(', ')}]}'`,
    });
  }
  if (members.length === 0 && seed !== undefined && !seed.host.inPlay && unknown.length === 0) {
    refusals.push({
      hosts: [],
      what: `no server of the cluster exists yet, and ${seed.host.wanted.host}, which would start it, is not among the hosts of this run`,
      hint: `run without --limit, or with ${seed.host.wanted.host} in it`,
    });
  }
  return refusals;
}

/** Joining adds a voter that is not well yet: the others have to be a majority of all of them, itself counted. */
export function refuseJoins(votes: Votes, joins: number): PlanRefusal[] {
  if (joins === 0 || votes.voters === 0) return [];
  if (hasQuorum(votes.voters + 1, votes.healthy)) return [];
  if (votes.voters === 1 && votes.healthy === 1) return [];
  return [
    {
      hosts: [],
      what: `a server may not join now: ${votes.healthy} of ${votes.voters} voters are healthy, and with one more ${quorumOf(votes.voters + 1)} would be needed`,
      hint: 'bring the members that are down back first, or remove those that are lost',
    },
  ];
}

/** Agents alone in a run need a cluster to register at. */
export function refuseNoServer(servers: readonly Known[], hasAgents: boolean, seed: Known | undefined): PlanRefusal[] {
  if (!hasAgents || servers.length === 0 || seed !== undefined) return [];
  const seen = servers.some(({kind}) => kind !== 'unknown');
  return seen || etcdOf(servers).length > 0
    ? []
    : [
        {
          hosts: [],
          what: `no server of the cluster can be read: ${servers.map(({host}) => `${host.wanted.host} (${host.why ?? 'unreachable'})`).join(', ')}`,
          hint: 'agents need the token and the address of a living server: make one reachable, then run again',
        },
      ];
}

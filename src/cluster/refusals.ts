import {nearest} from '../errors/nearest.js';
import {refuseMove, refuseSeveral} from './datastore_moves.js';
import {hasBegun, type Known} from './known.js';
import type {Datastore, PlanRefusal} from './plan.js';

export interface Disks {
  readonly servers: readonly Known[];
  readonly datastore: Datastore;
  /** Servers that lost their data while the cluster lists them; what else lies there is looked at where they are replaced. */
  readonly wiped: readonly Known[];
}

/** What lies on the disks and may not be touched, or not by this play. */
export function refuseDisk(disks: Disks): PlanRefusal[] {
  return [
    ...refuseSqlite(disks),
    ...disks.servers.flatMap((known) => refuseOneDisk(known, disks)),
    ...refuseSeveral(disks.servers),
  ];
}

function refuseOneDisk(known: Known, {servers, datastore, wiped}: Disks): PlanRefusal[] {
  const {host, kind} = known;
  const name = host.wanted.host;
  const folder = `${host.wanted.dataDir}/server`;
  if (kind === 'half-converted')
    return [
      {
        hosts: [name],
        what: `${name} holds a conversion from SQLite to etcd that died midway (state.db and etcd's WAL, no state.db.migrated): part of its data is missing from etcd`,
        hint: 'run `quorate run playbooks/convert_to_etcd.yml` with this inventory, which repairs it; until then do not use this cluster',
      },
    ];
  if (kind === 'bare' && datastore === 'etcd' && !wiped.includes(known) && leftCertificates(host, servers))
    return [
      {
        hosts: [name],
        what: `${name} has certificates of another cluster under ${folder}/tls, but no datastore`,
        hint: `if nothing on ${name} is needed, run k3s-uninstall.sh there (or \`systemctl stop k3s\`, then remove ${folder}), then run again`,
      },
    ];
  return [...refuseMove(known)];
}

/** Certificates that are not what a start or a join of this cluster left behind when it was cut short. */
function leftCertificates(host: Known['host'], servers: readonly Known[]): boolean {
  const {sighting} = host;
  if (sighting?.data.serverTls !== true) return false;
  if (!hasBegun(host)) return true;
  const living = servers.find((other) => other.host.sighting?.etcd !== undefined)?.host.sighting?.data.ca;
  return living !== undefined && sighting.data.ca !== undefined && sighting.data.ca !== living;
}

/** SQLite serves one server. With several in the inventory its data has to be converted, or is of a cluster of its own. */
function refuseSqlite({servers, datastore}: Disks): PlanRefusal[] {
  const sqlite = servers.filter(({kind}) => kind === 'sqlite');
  const [first, second] = sqlite;
  if (first === undefined) return [];
  const names = sqlite.map(({host}) => host.wanted.host);
  const name = first.host.wanted.host;
  if (datastore !== 'sqlite')
    return sqlite.map(({host: {wanted}}) => ({
      hosts: [wanted.host],
      what: `${wanted.host} is a cluster of its own on SQLite (${wanted.dataDir}/server/db/state.db), so it cannot join this one`,
      hint: `if nothing in it is needed, run k3s-uninstall.sh on ${wanted.host} (or \`systemctl stop k3s\`, then remove ${wanted.dataDir}/server), then run again`,
    }));
  if (second !== undefined)
    return [
      {
        hosts: names,
        what: `${names.join(' and ')} are clusters of their own, each on SQLite`,
        hint: 'decide which one is to be kept, run k3s-uninstall.sh on the others, then run playbooks/convert_to_etcd.yml',
      },
    ];
  if (servers.length > 1)
    return [
      {
        hosts: names,
        what: `${name} is a single server on SQLite, and the inventory names ${servers.length} servers`,
        hint: 'SQLite serves one server only: convert it first with `quorate run playbooks/convert_to_etcd.yml` and this inventory, then run site.yml again; or let site.yml do both: -e k3s_convert_to_etcd=true',
      },
    ];
  if (!first.host.wanted.clusterInit) return [];
  return [
    {
      hosts: names,
      what: `${name} runs on SQLite, and k3s_cluster_init asks for etcd`,
      hint: 'convert it with playbooks/convert_to_etcd.yml: it backs up, converts and compares',
      variable: {name: 'k3s_cluster_init', host: name},
    },
  ];
}

/** Given up are those that answer no more: a name that is none gives nobody up, and a server with data would be forgotten. */
export function refuseLost(servers: readonly Known[], lost: readonly string[]): PlanRefusal[] {
  const names = servers.map(({host}) => host.wanted.host);
  const variable = {name: 'k3s_lost_servers', host: names[0] ?? ''};
  return lost.flatMap((name): PlanRefusal[] => {
    const known = servers.find(({host}) => host.wanted.host === name);
    const near = nearest(name, names);
    if (known === undefined)
      return [
        {
          hosts: [],
          what: `k3s_lost_servers names '${name}', which is no host of group \`server\``,
          hint: near === undefined ? `its hosts are ${names.join(', ') || 'none'}` : `did you mean '${near}'?`,
          variable,
        },
      ];
    if (known.kind === 'bare' || known.kind === 'unknown') return [];
    return [
      {
        hosts: [name],
        what: `k3s_lost_servers gives up ${name}, which answers and has a cluster's data on its disk`,
        hint: `take it out of k3s_lost_servers: it is not lost. To be rid of it, remove it from the cluster and from the inventory`,
        variable,
      },
    ];
  });
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
  const unknown = servers.filter(({host, kind}) => kind === 'unknown' && !lost.includes(host.wanted.host));
  const [first] = unknown;
  if (seed === undefined) return refusals;
  if (first !== undefined) {
    refusals.push({
      hosts: [],
      what: `no cluster is started while it is not known whether ${unknown.map(({host}) => host.wanted.host).join(', ')} belongs to one (${first.host.why ?? 'unreachable'})`,
      hint: `make ${unknown.length === 1 ? 'it' : 'them'} reachable; or, if lost for good, say so by name: -e '{"k3s_lost_servers": [${unknown.map(({host}) => `"${host.wanted.host}"`).join(', ')}]}'`,
    });
  } else if (!seed.host.inPlay) {
    refusals.push({
      hosts: [],
      what: `no server of the cluster exists yet, and ${seed.host.wanted.host}, which would start it, is not among the hosts of this run`,
      hint: `run without --limit, or with ${seed.host.wanted.host} in it`,
    });
  }
  return refusals;
}

/** Agents alone in a run need a cluster to register at. */
export function refuseNoServer(servers: readonly Known[], hasAgents: boolean): PlanRefusal[] {
  if (!hasAgents || servers.length === 0 || servers.some(({kind}) => kind !== 'unknown')) return [];
  return [
    {
      hosts: [],
      what: `no server of the cluster can be read: ${servers.map(({host}) => `${host.wanted.host} (${host.why ?? 'unreachable'})`).join(', ')}`,
      hint: 'agents need the token and the address of a living server: make one reachable, then run again',
    },
  ];
}

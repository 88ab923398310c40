import {chooseToken} from './choose_token.js';
import {
  addressOf,
  type ClusterHost,
  isRunning,
  kindOf,
  liveConfig,
  nodeNameOf,
  type ServerKind,
  urlOf,
} from './classify.js';
import {hostConfig} from './host_config.js';
import type {ClusterPlan, Datastore, HostPlan, Membership, PlanRefusal, Step} from './plan.js';
import {hasQuorum, quorumOf} from './quorum.js';
import {showPlan} from './show.js';
import type {EtcdSighting} from './sighting.js';

export interface RolesInput {
  /** All hosts of group `server`, in the inventory's order, whatever `--limit` says. */
  readonly servers: readonly ClusterHost[];
  readonly agents: readonly ClusterHost[];
  /** `k3s_lost_servers`: given up by name; they no longer hold back a first server. */
  readonly lost: readonly string[];
  readonly random: (bytes: number) => Buffer;
}

interface Known {
  readonly host: ClusterHost;
  readonly kind: ServerKind;
}

/** The datastore is what lies on disk; only where nothing does, what the inventory wants. */
function datastoreOf(servers: readonly Known[]): Datastore {
  if (servers.some(({host, kind}) => kind === 'external' || host.wanted.config['datastore-endpoint'] !== undefined))
    return 'external';
  if (servers.some(({kind}) => kind === 'member' || kind === 'half-converted')) return 'etcd';
  if (servers.some(({kind}) => kind === 'sqlite')) return 'sqlite';
  return servers.length > 1 || servers.some(({host}) => host.wanted.clusterInit) ? 'etcd' : 'sqlite';
}

/** What living members say of the cluster; the member with the most to say speaks. */
const etcdOf = (servers: readonly Known[]): readonly EtcdSighting[] =>
  servers.flatMap(({host}) => (host.sighting?.etcd === undefined ? [] : [host.sighting.etcd]));

/** The one bare server that begins: one that was already told to, else the first of the inventory. */
function seedOf(bare: readonly Known[]): Known | undefined {
  return (
    bare.find(({host}) => host.sighting !== undefined && liveConfig(host.sighting)['cluster-init'] === true) ?? bare[0]
  );
}

const memberNodeName = (memberName: string): string => memberName.replace(/-[0-9a-f]{8}$/, '');

function refuseDisk(servers: readonly Known[], datastore: Datastore): PlanRefusal[] {
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
    const config = host.sighting === undefined ? {} : liveConfig(host.sighting);
    const begun = config['cluster-init'] === true || config.server !== undefined;
    if (kind === 'bare' && datastore === 'etcd' && host.sighting?.data.serverTls === true && !begun) {
      refusals.push({
        hosts: [name],
        what: `${name} has certificates of another cluster under ${host.wanted.dataDir}/server/tls, but no datastore`,
        hint: `if nothing on ${name} is needed, run k3s-uninstall.sh there (or remove ${host.wanted.dataDir}/server), then run again`,
      });
    }
  }
  return refusals;
}

function refuseMembership(
  servers: readonly Known[],
  input: RolesInput,
  datastore: Datastore,
  seed: Known | undefined,
): PlanRefusal[] {
  const refusals: PlanRefusal[] = [];
  if (datastore !== 'etcd') return refusals;
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
  const unknown = servers.filter(({host, kind}) => kind === 'unknown' && !input.lost.includes(host.wanted.host));
  if (members.length === 0 && unknown.length > 0 && seed !== undefined) {
    refusals.push({
      hosts: [],
      what: `no cluster is started while it is not known whether ${unknown.map(({host}) => host.wanted.host).join(', ')} belongs to one (${unknown[0]?.host.why ?? 'unreachable'})`,
      hint: `make ${unknown.length === 1 ? 'it' : 'them'} reachable; or, if lost for good, say so by name: -e '{"k3s_lost_servers": ["${unknown[0]?.host.wanted.host}"]}'`,
    });
  }
  if (members.length === 0 && seed !== undefined && !seed.host.inPlay && unknown.length === 0) {
    refusals.push({
      hosts: [],
      what: `no server of the cluster exists yet, and ${seed.host.wanted.host}, which would start it, is not among the hosts of this run`,
      hint: `run without --limit, or with ${seed.host.wanted.host} in it`,
    });
  }
  const listed = etcdOf(servers).flatMap((etcd) => etcd.members);
  for (const {host} of servers.filter(({kind, host}) => kind === 'bare' && host.inPlay)) {
    const dead = listed.find((member) => memberNodeName(member.name) === nodeNameOf(host));
    if (dead !== undefined && !joining(host)) {
      refusals.push({
        hosts: [host.wanted.host],
        what: `${host.wanted.host} has no data, but the cluster still lists it as member ${dead.name} (${dead.id})`,
        hint: `it was wiped or rebuilt: remove the dead member on a living server with \`k3s kubectl delete node ${nodeNameOf(host)}\`, then run again`,
      });
    }
  }
  return refusals;
}

/** A join that was begun: its config names a server and its unit is there; K3s's own join finds itself again. */
const joining = (host: ClusterHost): boolean =>
  host.sighting !== undefined && liveConfig(host.sighting).server !== undefined && host.sighting.data.etcdDir;

function refuseQuorum(votes: Votes, joins: number): PlanRefusal[] {
  if (joins === 0 || votes.voters === 0) return [];
  // While a server joins, it is one more voter that may not be healthy.
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

interface Votes {
  readonly voters: number;
  readonly healthy: number;
}

/** Etcd's voters as the members list them, and how many of them are seen to be well. Unknown counts as down. */
function votesOf(servers: readonly Known[]): Votes {
  const lists = etcdOf(servers);
  const members = servers.filter(({kind}) => kind === 'member' || kind === 'half-converted');
  const voters =
    lists.length > 0
      ? Math.max(...lists.map((list) => list.members.filter((member) => !member.isLearner).length))
      : members.length;
  const healthy = servers.filter(({host}) => host.sighting?.etcd?.hasLeader === true).length;
  return {voters, healthy: Math.min(healthy, voters)};
}

function stepOf(known: Known, seed: Known | undefined, living: boolean): {readonly step: Step; readonly why: string} {
  const {host, kind} = known;
  if (kind === 'unknown') return {step: 'none', why: host.why ?? 'unreachable'};
  if (!host.inPlay) return {step: 'none', why: 'not among the hosts of this run'};
  if (kind === 'bare') {
    if (known === seed) return {step: 'init', why: living ? 'joins' : 'no server has any data'};
    return {step: 'join', why: 'has no data'};
  }
  if (isRunning(host)) return {step: 'member', why: kind === 'member' ? 'runs as a member' : 'runs'};
  return {
    step: kind === 'member' ? 'start' : 'init',
    why: kind === 'member' ? 'is a member that does not run' : 'has data but does not run',
  };
}

/** Whom a joining server goes through: a running member, else one being started, else the seed. */
function gateOf(servers: readonly Known[], seed: Known | undefined): Known | undefined {
  const members = servers.filter(({kind}) => kind !== 'bare' && kind !== 'unknown');
  return members.find(({host}) => isRunning(host)) ?? members[0] ?? seed;
}

/** Reads every host's role from what was seen; pure. Refusals forbid the whole run before anything is touched. */
export function resolveRoles(input: RolesInput): ClusterPlan {
  const servers: readonly Known[] = input.servers.map((host) => ({host, kind: kindOf(host)}));
  const datastore = datastoreOf(servers);
  const existing = servers.filter(({kind}) => kind !== 'bare' && kind !== 'unknown');
  const bare = servers.filter(({kind}) => kind === 'bare');
  const seed = existing.length === 0 ? seedOf(bare) : undefined;
  const gate = gateOf(servers, seed);
  const token = chooseToken(input.servers, input.random);
  const votes = votesOf(servers);
  const hosts = new Map<string, HostPlan>();
  for (const known of servers) {
    const {host} = known;
    const {step, why} = stepOf(known, seed, existing.length > 0);
    const peer = servers.find((other) => other !== known && other.kind !== 'unknown');
    const membership: Membership =
      datastore !== 'etcd'
        ? {membership: 'keep'}
        : step === 'init'
          ? {membership: 'cluster-init'}
          : step === 'join' && gate !== undefined
            ? {membership: 'server', url: urlOf(addressOf(gate.host), gate.host.wanted.port)}
            : {membership: 'keep'};
    hosts.set(host.wanted.host, {
      host: host.wanted.host,
      kind: 'server',
      step,
      why: step === 'join' && gate !== undefined ? `${why}; joins through ${gate.host.wanted.host}` : why,
      nodeName: nodeNameOf(host),
      address: addressOf(host),
      membership,
      ...(datastore === 'etcd' && peer !== undefined
        ? {peerUrl: urlOf(addressOf(peer.host), peer.host.wanted.port)}
        : {}),
      config: hostConfig(host, token.token),
    });
  }
  for (const host of input.agents) hosts.set(host.wanted.host, agentPlan(host, servers, gate, token.token));
  const joins = [...hosts.values()].filter(({step}) => step === 'join').length;
  const clusterId = etcdOf(servers)[0]?.clusterId;
  const votersAfter =
    datastore === 'etcd' ? votes.voters + joins + ([...hosts.values()].some(({step}) => step === 'init') ? 1 : 0) : 0;
  const plan = {
    datastore,
    ...(clusterId === undefined ? {} : {clusterId}),
    ...(token.token === undefined ? {} : {token: token.token}),
    hosts,
    votersBefore: votes.voters,
    healthyBefore: votes.healthy,
    votersAfter,
    refusals: [
      ...token.refusals,
      ...refuseDisk(servers, datastore),
      ...refuseMembership(servers, input, datastore, seed),
      ...(datastore === 'etcd' ? refuseQuorum(votes, existing.some(({host}) => isRunning(host)) ? joins : 0) : []),
    ],
    warnings:
      datastore === 'etcd' && votersAfter > 0 && votersAfter % 2 === 0
        ? [
            `${votersAfter} etcd members survive no more failures than ${votersAfter - 1}: an odd number of servers is better`,
          ]
        : [],
  };
  return {...plan, shows: showPlan(plan)};
}

function agentPlan(
  host: ClusterHost,
  servers: readonly Known[],
  gate: Known | undefined,
  token: ClusterPlan['token'],
): HostPlan {
  const {wanted} = host;
  const fixed = wanted.endpoints[0];
  const present = host.sighting === undefined ? undefined : liveConfig(host.sighting).server;
  const urls = servers
    .filter(({kind}) => kind !== 'unknown')
    .map((known) => urlOf(addressOf(known.host), known.host.wanted.port));
  // An agent keeps its own list of servers; the address in its config matters at registration only, so a living one stays.
  const url =
    fixed !== undefined
      ? urlOf(fixed, wanted.port)
      : typeof present === 'string' && urls.includes(present)
        ? present
        : gate === undefined
          ? (urls[0] ?? '')
          : urlOf(addressOf(gate.host), gate.host.wanted.port);
  const unknown = host.sighting === undefined;
  return {
    host: wanted.host,
    kind: 'agent',
    step: unknown || !host.inPlay ? 'none' : 'agent',
    why: unknown
      ? (host.why ?? 'unreachable')
      : host.inPlay
        ? `registers at ${url}`
        : 'not among the hosts of this run',
    nodeName: nodeNameOf(host),
    address: addressOf(host),
    membership: {membership: 'keep'},
    config: {...hostConfig(host, token), server: url},
  };
}

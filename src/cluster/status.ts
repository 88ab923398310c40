import {etcdOf, isUp, type Known, knownServers, listedMembers, votesOf} from './known.js';
import type {HostPlan, PlanRefusal} from './plan.js';
import {preflight} from './preflight.js';
import {quorumOf, tolerance} from './quorum.js';
import {resolveRoles} from './roles.js';
import type {EtcdMember} from './sighting.js';
import {findingsOf} from './status_findings.js';
import {hostStatus, memberOf, memberStatus, serverStatus} from './status_hosts.js';
import type {
  ClusterStatus,
  Finding,
  Health,
  HostStatus,
  Quorum,
  SeenHost,
  ServerStatus,
  StatusInput,
} from './status_types.js';

/** Everything but what follows from it. */
export type Facts = Omit<ClusterStatus, 'health' | 'findings'>;

/**
 * What is known of a cluster, pure: from what was read on its hosts. Roles, differences and refusals are those that
 * site.yml plans with (`resolveRoles`, `preflight`), so that both say the same.
 */
export function clusterStatus(input: StatusInput): ClusterStatus {
  const hosts = {
    servers: input.servers.map(({host}) => host),
    agents: input.agents.map(({host}) => host),
  };
  const plan = resolveRoles({...hosts, lost: [], allowEven: true, random: input.random});
  const known = knownServers(hosts.servers);
  const listed = listedMembers(known);
  // With no server to ask, the token and the address that the plan has are made up.
  const canPlan = known.some(({kind}) => kind !== 'unknown');
  const planOf = ({host}: SeenHost): HostPlan | undefined => (canPlan ? plan.hosts.get(host.wanted.host) : undefined);
  const servers = input.servers.map((seen) => serverStatus(seen, planOf(seen), input.nodes, listed));
  const agents = input.agents.map((seen) => hostStatus(seen, planOf(seen), input.nodes));
  const snapshot = newestSnapshot(servers);
  const facts: Facts = {
    datastore: plan.datastore,
    clusterIds: [...new Set(etcdOf(known).map(({clusterId}) => clusterId))],
    ...(plan.votersBefore > 0 ? {quorum: quorumIn(known, input.servers, listed)} : {}),
    servers,
    agents,
    strangers: strangersIn(input.servers, listed),
    versions: versionsOf([...servers, ...agents]),
    ...(snapshot === undefined ? {} : {snapshot}),
  };
  const checks = preflight({...hosts, binaryGiven: true});
  const findings = findingsOf({
    input,
    known,
    facts,
    plan,
    wouldRefuse: [...plan.refusals, ...checks.refusals].map(({what, hint}: PlanRefusal) => ({what, hint})),
    wouldWarn: [...plan.warnings, ...checks.warnings],
  });
  return {...facts, health: healthOf(facts, findings), findings};
}

/** The worst of the findings; hosts on which there is nothing are no cluster, if all of them can be seen. */
function healthOf({servers}: Facts, findings: readonly Finding[]): Health {
  const levels = new Set(findings.map(({level}) => level));
  if (levels.has('broken')) return 'broken';
  if (servers.every(({state}) => state === 'bare')) return 'bare';
  if (levels.has('unknown')) return 'unknown';
  return levels.has('degraded') ? 'degraded' : 'healthy';
}

/** Members that are no server of the inventory. */
const strangersIn = (servers: readonly SeenHost[], listed: readonly EtcdMember[]) => {
  const own = new Set(servers.map((seen) => memberOf(seen, listed)?.id));
  return listed.filter(({id}) => !own.has(id)).map((member) => memberStatus(member, false));
};

/** A member whose etcd gave no word though its K3s runs or starts: it may be well. */
const isSilent = ({host}: SeenHost): boolean => isUp(host) && host.sighting?.etcd === undefined;

/**
 * Whether a majority of etcd's voters is there, as far as it can be told: a voter that sees a leader is in one, if there are
 * others enough for one. Right after a majority has stopped its leader still calls itself so.
 */
function quorumIn(known: readonly Known[], servers: readonly SeenHost[], listed: readonly EtcdMember[]): Quorum {
  const {voters: counted, healthy} = votesOf(known);
  const readable = servers.filter(({host}) => host.sighting !== undefined);
  const unseen =
    listed.length > 0
      ? listed.filter(({id, isLearner}) => !isLearner && !readable.some((seen) => memberOf(seen, listed)?.id === id))
      : servers.filter(({host}) => host.sighting === undefined);
  // Without a list, a server that cannot be asked may be a voter as well as one that has etcd on its disk.
  const voters = listed.length > 0 ? counted : counted + unseen.length;
  const needed = quorumOf(voters);
  const answers = etcdOf(known);
  const silent = readable.filter((seen) => isSilent(seen) && memberOf(seen, listed)?.isLearner === false).length;
  const isLed = answers.some(({hasLeader}) => hasLeader) && healthy + silent + unseen.length >= needed;
  const held = isLed ? true : answers.length > 0 || unseen.length < needed ? false : ('unknown' as const);
  return {
    voters,
    healthy,
    unknown: unseen.length,
    needed,
    mayFail: Math.max(0, tolerance(voters, healthy)),
    held,
  };
}

function newestSnapshot(servers: readonly ServerStatus[]): ClusterStatus['snapshot'] {
  return servers
    .flatMap(({host, snapshot}) => (snapshot === undefined ? [] : [{...snapshot, host}]))
    .sort((a, b) => b.savedEpochSeconds - a.savedEpochSeconds)[0];
}

/** What runs where: a Node says what its kubelet is, which may be older than the binary that waits for a restart. */
function versionsOf(hosts: readonly HostStatus[]): ReadonlyMap<string, readonly string[]> {
  const versions = new Map<string, string[]>();
  for (const {host, version, node} of hosts) {
    const runs = node?.version || version;
    if (runs !== undefined) versions.set(runs, [...(versions.get(runs) ?? []), host]);
  }
  return versions;
}

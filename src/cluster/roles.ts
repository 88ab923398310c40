import {agentPlan} from './agent_plan.js';
import {chooseToken} from './choose_token.js';
import {type ClusterHost, isRunning, liveConfig} from './classify.js';
import {agentStep, type ConversionWish, converting, refuseConverting} from './conversion_roles.js';
import {datastoreWarnings, plannedEndpoint} from './datastore_moves.js';
import {evenness, joiningLater} from './evenness.js';
import type {ClusterTokens} from './host_config.js';
import {etcdOf, isRemoved, type Known, knownServers, learnersOf, votesOf} from './known.js';
import type {ClusterPlan, Datastore, HostPlan, PlanRefusal} from './plan.js';
import {refuseOut, refuseQuorum, withoutDead} from './quorum_refusals.js';
import {refuseDisk, refuseLost, refuseMembership, refuseNoServer} from './refusals.js';
import {type Picture, serverPlan} from './server_plan.js';
import {showPlan} from './show.js';
import {stuckServers} from './stuck.js';
import {parseToken, sameToken} from './tokens.js';
import {refuseWiped, wipedServers} from './wiped.js';

export interface RolesInput {
  /** All hosts of group `server`, in the inventory's order, whatever `--limit` says. */
  readonly servers: readonly ClusterHost[];
  readonly agents: readonly ClusterHost[];
  /** `k3s_lost_servers`: given up by name; they no longer hold back a first server. */
  readonly lost: readonly string[];
  /** `k3s_allow_even`: an even number of voters is what the user wants. */
  readonly allowEven?: boolean;
  /** What becomes of a server on SQLite; nothing without it. */
  readonly conversion?: ConversionWish;
  /** `k3s_snapshot_before_change`: whether a snapshot is taken before servers are restarted. */
  readonly snapshotBefore?: boolean;
  readonly random: (bytes: number) => Buffer;
}

/** The datastore is what lies on disk; only where nothing does, what the inventory wants. */
function datastoreOf(servers: readonly Known[], conversion: ConversionWish): Datastore {
  if (conversion === 'back' && converting(servers, conversion).length > 0) return 'sqlite';
  if (converting(servers, conversion).length > 0) return 'etcd';
  if (servers.some(({kind}) => kind === 'member' || kind === 'half-converted')) return 'etcd';
  if (servers.some(({kind}) => kind === 'sqlite')) return 'sqlite';
  if (servers.some(({host, kind}) => kind === 'external' || plannedEndpoint(host) !== undefined)) return 'external';
  return servers.length > 1 || servers.some(({host}) => host.wanted.clusterInit) ? 'etcd' : 'sqlite';
}

/**
 * The one bare server that begins: one that was already told to, else the first of the inventory. On an external datastore it
 * may be any, since what holds the cluster is the datastore (its bootstrap key is the lock).
 */
function seedOf(bare: readonly Known[], datastore: Datastore): Known | undefined {
  if (datastore === 'external') return bare.find(({host}) => host.inPlay) ?? bare[0];
  return (
    bare.find(({host}) => host.sighting !== undefined && liveConfig(host.sighting)['cluster-init'] === true) ?? bare[0]
  );
}

/** The agents' own token, where a server has one: without it K3s makes that file a link to the servers'. */
function agentTokenOf(servers: readonly ClusterHost[]): Pick<ClusterTokens, 'agentToken'> {
  for (const {sighting} of servers) {
    const {token, agentToken} = sighting?.data ?? {};
    if (agentToken !== undefined && token !== undefined && !sameToken(agentToken, token))
      return {agentToken: parseToken(agentToken).password};
  }
  return {};
}

/** Whom a joining server goes through: a running member, else one whose etcd answers, else one to be started, else the seed. */
function gateOf(servers: readonly Known[], seed: Known | undefined): Known | undefined {
  const members = servers.filter(
    (known) => known.kind !== 'bare' && known.kind !== 'unknown' && !isRemoved(known, servers),
  );
  return (
    members.find(({host}) => isRunning(host) && host.sighting?.etcd?.hasLeader === true) ??
    members.find(({host}) => isRunning(host)) ??
    members.find(({host}) => host.sighting?.etcd?.hasLeader === true) ??
    members.find(({host}) => host.sighting?.etcd !== undefined) ??
    members[0] ??
    seed
  );
}

/** Members under a leader; those whose K3s is still starting come last. */
function livingOf(servers: readonly Known[]): readonly string[] {
  const led = servers.filter(({host}) => host.sighting?.etcd?.hasLeader === true);
  const [serving, starting] = [led.filter(({host}) => isRunning(host)), led.filter(({host}) => !isRunning(host))];
  return [...serving, ...starting].map(({host}) => host.wanted.host);
}

/** A server on SQLite has no vote yet; one that has etcd on its disk is counted as a voter already, unless it was removed. */
const isNewVoter = ({host, step}: HostPlan, servers: readonly Known[]): boolean =>
  (step === 'init' || step === 'join' || step === 'replace' || step === 'convert') &&
  servers.some(
    (known) =>
      known.host.wanted.host === host &&
      (step === 'replace' || (known.kind !== 'member' && known.kind !== 'half-converted') || isRemoved(known, servers)),
  );

/** Reads every host's role from what was seen; pure. Refusals forbid the whole run before anything is touched. */
export function resolveRoles(input: RolesInput): ClusterPlan {
  const servers = knownServers(input.servers);
  const conversion = input.conversion ?? 'none';
  const datastore = datastoreOf(servers, conversion);
  const existing = servers.filter(({kind}) => kind !== 'bare' && kind !== 'unknown');
  const seed =
    existing.length === 0
      ? seedOf(
          servers.filter(({kind}) => kind === 'bare'),
          datastore,
        )
      : undefined;
  const chosen = chooseToken({servers: input.servers, agents: input.agents}, input.random);
  const wiped = wipedServers(servers).filter(({known}) => known.host.inPlay);
  const stuck = stuckServers(servers);
  const sound = servers.filter((known) => !stuck.some((one) => one.known === known));
  const tokens = {token: chosen.token, ...agentTokenOf(input.servers)};
  const picture: Picture = {servers, datastore, seed, gate: gateOf(sound, seed), wiped, stuck, tokens, conversion};
  const agents = input.agents.map((host) => agentPlan(host, servers, picture.gate, tokens));
  const hosts = new Map<string, HostPlan>(
    [...servers.map((known) => serverPlan(known, picture)), ...agents.map((plan) => agentStep(plan, conversion))].map(
      (plan) => [plan.host, plan],
    ),
  );
  const becoming = [...hosts.values()].filter((plan) => isNewVoter(plan, servers));
  const votes = votesOf(sound);
  const isEtcd = datastore === 'etcd';
  const growing = becoming.length + learnersOf(sound).length;
  const votersAfter = isEtcd ? withoutDead(votes, wiped).voters + growing : 0;
  const later = joiningLater(servers, input.lost);
  const even = evenness({
    before: votes.voters,
    after: votersAfter,
    final: votersAfter + later,
    joining: becoming.map(({host}) => host),
    allowed: input.allowEven === true,
  });
  const refusals: readonly PlanRefusal[] = [
    ...chosen.refusals,
    ...refuseLost(servers, input.lost),
    ...refuseDisk({
      servers: servers.filter((known) => !converting(servers, conversion).includes(known)),
      datastore,
      wiped: wiped.map(({known}) => known),
    }),
    ...refuseConverting(servers, conversion),
    ...refuseNoServer(servers, input.agents.length > 0),
    ...(isEtcd
      ? [
          ...refuseMembership({servers, lost: input.lost, seed}),
          ...refuseOut(sound, picture.gate),
          ...refuseWiped(wiped, servers),
          ...refuseQuorum(wiped, servers, votes, becoming.length),
          ...even.refusals,
        ]
      : []),
  ];
  const clusterId = etcdOf(servers)[0]?.clusterId;
  const plan = {
    datastore,
    datastoreInUse: servers.some(({kind}) => kind === 'external'),
    ...(clusterId === undefined ? {} : {clusterId}),
    token: chosen.token,
    hosts,
    living: livingOf(servers),
    votersBefore: votes.voters,
    healthyBefore: votes.healthy,
    votersAfter,
    refusals,
    warnings: isEtcd ? even.warnings : datastoreWarnings(input.servers),
  };
  return {...plan, shows: showPlan({...plan, snapshotBefore: input.snapshotBefore !== false})};
}

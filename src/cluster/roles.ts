import {adoptionOf} from './adoption.js';
import {agentPlan} from './agent_plan.js';
import {chooseToken} from './choose_token.js';
import {addressOf, type ClusterHost, isRunning, liveConfig, nodeNameOf, urlOf} from './classify.js';
import {agentStep, type ConversionWish, conversionStep, converting, refuseConverting} from './conversion_roles.js';
import {effectiveOf, isForeign} from './effective.js';
import {evenness, joiningLater} from './evenness.js';
import {type ClusterTokens, hostConfig} from './host_config.js';
import {etcdOf, type Known, knownServers, type Votes, votesOf} from './known.js';
import type {ClusterPlan, Datastore, HostPlan, Membership, PlanRefusal, Step} from './plan.js';
import {refuseDisk, refuseJoins, refuseLost, refuseMembership, refuseNoServer} from './refusals.js';
import {restartReason} from './restart_reason.js';
import {showPlan} from './show.js';
import {parseToken, sameToken} from './tokens.js';
import {refuseWiped, type Wiped, wipedServers} from './wiped.js';

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
  readonly random: (bytes: number) => Buffer;
}

/** The datastore is what lies on disk; only where nothing does, what the inventory wants. */
function datastoreOf(servers: readonly Known[], conversion: ConversionWish): Datastore {
  if (conversion === 'back' && converting(servers, conversion).length > 0) return 'sqlite';
  if (converting(servers, conversion).length > 0) return 'etcd';
  if (servers.some(({kind}) => kind === 'member' || kind === 'half-converted')) return 'etcd';
  if (servers.some(({kind}) => kind === 'sqlite')) return 'sqlite';
  if (servers.some(({host, kind}) => kind === 'external' || host.wanted.config['datastore-endpoint'] !== undefined))
    return 'external';
  return servers.length > 1 || servers.some(({host}) => host.wanted.clusterInit) ? 'etcd' : 'sqlite';
}

/** The one bare server that begins: one that was already told to, else the first of the inventory. */
function seedOf(bare: readonly Known[]): Known | undefined {
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

/** Whom a joining server goes through: a running member, else one being started, else the seed. */
function gateOf(servers: readonly Known[], seed: Known | undefined): Known | undefined {
  const members = servers.filter(({kind}) => kind !== 'bare' && kind !== 'unknown');
  return (
    members.find(({host}) => isRunning(host) && host.sighting?.etcd?.hasLeader === true) ??
    members.find(({host}) => isRunning(host)) ??
    members[0] ??
    seed
  );
}

interface Picture {
  readonly servers: readonly Known[];
  readonly datastore: Datastore;
  readonly seed: Known | undefined;
  readonly gate: Known | undefined;
  readonly wiped: readonly Wiped[];
  readonly tokens: ClusterTokens;
  readonly conversion: ConversionWish;
}

function stepOf(known: Known, picture: Picture): {readonly step: Step; readonly why: string} {
  const {servers, seed, gate, wiped, conversion} = picture;
  const {host, kind} = known;
  const decided = conversionStep(known, servers, conversion);
  if (decided !== undefined) return decided;
  const through = gate === undefined ? '' : `; joins through ${gate.host.wanted.host}`;
  if (kind === 'unknown') return {step: 'none', why: host.why ?? 'unreachable'};
  if (!host.inPlay) return {step: 'none', why: 'not among the hosts of this run'};
  if (kind === 'bare') {
    if (known === seed) return {step: 'init', why: 'no server has any data'};
    const dead = wiped.find((one) => one.known === known)?.dead;
    if (dead === undefined) return {step: 'join', why: `has no data${through}`};
    return {step: 'replace', why: `was wiped: its dead member ${dead.name} (${dead.id}) is removed${through}`};
  }
  if (isRunning(host)) {
    const reason = restartReason(host);
    const runs = kind === 'member' ? 'runs as a member' : 'runs';
    return {step: 'member', why: reason === undefined ? runs : `${runs}; to be restarted: ${reason}`};
  }
  return {
    step: kind === 'member' ? 'start' : 'init',
    why: kind === 'member' ? 'is a member that does not run' : 'has data but does not run',
  };
}

function membershipOf({host}: Known, step: Step, {datastore, gate}: Picture, peerUrl: string | undefined): Membership {
  if (datastore !== 'etcd') return {membership: 'keep'};
  if (step === 'init' || step === 'convert') return {membership: 'cluster-init'};
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

function serverPlan(known: Known, picture: Picture): HostPlan {
  const {servers, datastore, gate, wiped, tokens} = picture;
  const {host} = known;
  const {step, why: found} = stepOf(known, picture);
  const config = hostConfig(host, tokens);
  const adoption = adoptionOf(host, config);
  const why = adoption === undefined ? found : `${found}; ${adoption.words}`;
  const peer =
    servers.find((other) => other !== known && other.kind !== 'unknown' && other.kind !== 'bare') ??
    servers.find((other) => other !== known && other.kind !== 'unknown');
  const peerUrl =
    datastore === 'etcd' && peer !== undefined ? urlOf(addressOf(peer.host), peer.host.wanted.port) : undefined;
  const dead = wiped.find((one) => one.known === known)?.dead;
  return {
    host: host.wanted.host,
    kind: 'server',
    step,
    why,
    nodeName: nodeNameOf(host),
    address: addressOf(host),
    membership: membershipOf(known, step, picture, peerUrl),
    ...(peerUrl === undefined ? {} : {peerUrl}),
    ...(step === 'replace' && dead !== undefined && gate !== undefined
      ? {dead: {id: dead.id, name: dead.name, through: gate.host.wanted.host}}
      : {}),
    kept: host.wanted.kept,
    foreign: host.sighting !== undefined && isForeign(host.sighting, 'server'),
    ...(adoption === undefined ? {} : {adoption}),
    config,
  };
}

/** A server on SQLite has no vote yet; one that has etcd on its disk is counted as a voter already. */
const isNewVoter = ({host, step}: HostPlan, servers: readonly Known[]): boolean =>
  (step === 'init' || step === 'join' || step === 'replace' || step === 'convert') &&
  servers.some(({host: {wanted}, kind}) => wanted.host === host && kind !== 'member' && kind !== 'half-converted');

/** Votes once the dead members of wiped servers are out. */
const withoutDead = ({voters, healthy}: Votes, wiped: readonly Wiped[]): Votes => ({
  voters: voters - wiped.filter(({dead}) => !dead.isLearner).length,
  healthy,
});

/** Reads every host's role from what was seen; pure. Refusals forbid the whole run before anything is touched. */
export function resolveRoles(input: RolesInput): ClusterPlan {
  const servers = knownServers(input.servers);
  const conversion = input.conversion ?? 'none';
  const datastore = datastoreOf(servers, conversion);
  const existing = servers.filter(({kind}) => kind !== 'bare' && kind !== 'unknown');
  const seed = existing.length === 0 ? seedOf(servers.filter(({kind}) => kind === 'bare')) : undefined;
  const chosen = chooseToken({servers: input.servers, agents: input.agents}, input.random);
  const wiped = wipedServers(servers).filter(({known}) => known.host.inPlay);
  const tokens = {...(chosen.token === undefined ? {} : {token: chosen.token}), ...agentTokenOf(input.servers)};
  const picture: Picture = {servers, datastore, seed, gate: gateOf(servers, seed), wiped, tokens, conversion};
  const agents = input.agents.map((host) => agentPlan(host, servers, picture.gate, tokens));
  const hosts = new Map<string, HostPlan>(
    [...servers.map((known) => serverPlan(known, picture)), ...agents.map((plan) => agentStep(plan, conversion))].map(
      (plan) => [plan.host, plan],
    ),
  );
  const becoming = [...hosts.values()].filter((plan) => isNewVoter(plan, servers));
  const votes = votesOf(servers);
  const removed = withoutDead(votes, wiped);
  const isEtcd = datastore === 'etcd';
  const votersAfter = isEtcd ? removed.voters + becoming.length : 0;
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
    ...refuseNoServer(servers, input.agents.length > 0, seed),
    ...(isEtcd
      ? [
          ...refuseMembership({servers, lost: input.lost, seed}),
          ...refuseWiped(wiped, servers, votes),
          ...(existing.some(({host}) => isRunning(host)) ? refuseJoins(removed, becoming.length) : []),
          ...even.refusals,
        ]
      : []),
  ];
  const clusterId = etcdOf(servers)[0]?.clusterId;
  const plan = {
    datastore,
    ...(clusterId === undefined ? {} : {clusterId}),
    ...(chosen.token === undefined ? {} : {token: chosen.token}),
    hosts,
    living: servers.filter(({host}) => host.sighting?.etcd !== undefined).map(({host}) => host.wanted.host),
    votersBefore: votes.voters,
    healthyBefore: votes.healthy,
    votersAfter,
    refusals,
    warnings: isEtcd ? even.warnings : [],
  };
  return {...plan, shows: showPlan(plan)};
}

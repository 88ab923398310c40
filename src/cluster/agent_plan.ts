import {adoptionOf} from './adoption.js';
import {addressOf, type ClusterHost, hostOf, nodeNameOf, urlOf} from './classify.js';
import {effectiveOf, isForeign} from './effective.js';
import {keptIn} from './environment.js';
import {type ClusterTokens, hostConfig} from './host_config.js';
import type {Known} from './known.js';
import type {HostPlan} from './plan.js';

/**
 * An agent registers at the fixed address, else at a living server. It keeps its own list of servers afterwards, so an
 * address that is there already and names one of the servers stays.
 */
export function agentPlan(
  host: ClusterHost,
  servers: readonly Known[],
  gate: Known | undefined,
  tokens: ClusterTokens,
): HostPlan {
  const {wanted} = host;
  const {url, kept: keptUrl} = registration(host, servers, gate);
  const unknown = host.sighting === undefined;
  const config = {...hostConfig(host, tokens), server: url};
  const adoption = adoptionOf(host, config);
  const found = `registers at ${url}${adoption === undefined ? '' : `; ${adoption.words}`}`;
  return {
    host: wanted.host,
    kind: 'agent',
    step: unknown || !host.inPlay ? 'none' : 'agent',
    why: unknown ? (host.why ?? 'unreachable') : host.inPlay ? found : 'not among the hosts of this run',
    nodeName: nodeNameOf(host),
    address: addressOf(host),
    membership: {membership: 'keep'},
    kept: [...wanted.kept, ...(keptUrl ? ['server'] : [])],
    foreign: host.sighting !== undefined && isForeign(host.sighting, 'agent'),
    ...(adoption === undefined ? {} : {adoption}),
    config,
  };
}

interface Registration {
  readonly url: string;
  /** The address is of none that the inventory knows; another hand gave it, and it stays. */
  readonly kept: boolean;
}

function registration(host: ClusterHost, servers: readonly Known[], gate: Known | undefined): Registration {
  const {wanted, sighting} = host;
  const fixed = wanted.endpoints[0];
  if (fixed !== undefined) return {url: urlOf(fixed, wanted.apiPort), kept: false};
  const present = sighting === undefined ? undefined : effectiveOf(sighting, 'agent').config.server;
  if (sighting !== undefined && typeof present === 'string' && present !== '') {
    const named = servers.find(({host: server}) => namesOf(server).has(hostOf(present)));
    if (named !== undefined && named.kind !== 'unknown') return {url: present, kept: false};
    // A name, or an address that moves: what the agents were given by another hand is not for us to replace.
    const isKept = isForeign(sighting, 'agent') || keptIn(sighting.configText ?? '').includes('server');
    if (named === undefined && isKept) return {url: present, kept: true};
  }
  const known = gate ?? servers.find(({kind}) => kind !== 'unknown');
  return {url: known === undefined ? '' : urlOf(addressOf(known.host), known.host.wanted.port), kept: false};
}

/** All that may stand for a server in a URL. */
const namesOf = (server: ClusterHost): ReadonlySet<string> =>
  new Set([
    addressOf(server),
    server.wanted.host,
    server.wanted.address,
    nodeNameOf(server),
    ...(server.sighting?.addresses ?? []).map(({address}) => address),
  ]);

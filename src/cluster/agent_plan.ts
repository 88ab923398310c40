import {adoptionOf} from './adoption.js';
import {addressOf, type ClusterHost, nodeNameOf, urlOf} from './classify.js';
import {effectiveOf, keptSettings} from './effective.js';
import {hostConfig} from './host_config.js';
import type {Known} from './known.js';
import type {ClusterPlan, HostPlan} from './plan.js';

/**
 * An agent registers at the fixed address, else at a living server. It keeps its own list of servers afterwards, so an
 * address that is there already and names one of the servers stays.
 */
export function agentPlan(
  host: ClusterHost,
  servers: readonly Known[],
  gate: Known | undefined,
  token: ClusterPlan['token'],
): HostPlan {
  const {wanted} = host;
  const url = registrationUrl(host, servers, gate);
  const unknown = host.sighting === undefined;
  const config = {...hostConfig(host, token), server: url};
  const adoption = adoptionOf(host, config);
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
    kept:
      host.sighting === undefined
        ? []
        : Object.keys(keptSettings(host.sighting, 'agent')).filter((key) => !(key in wanted.config)),
    ...(adoption === undefined ? {} : {adoption}),
    config,
  };
}

function registrationUrl(host: ClusterHost, servers: readonly Known[], gate: Known | undefined): string {
  const {wanted} = host;
  const fixed = wanted.endpoints[0];
  if (fixed !== undefined) return urlOf(fixed, wanted.port);
  const urlOfServer = (known: Known): string => urlOf(addressOf(known.host), known.host.wanted.port);
  const urls = servers.filter(({kind}) => kind !== 'unknown').map(urlOfServer);
  const present = host.sighting === undefined ? undefined : effectiveOf(host.sighting, 'agent').config.server;
  if (typeof present === 'string' && urls.includes(present)) return present;
  return gate === undefined ? (urls[0] ?? '') : urlOfServer(gate);
}

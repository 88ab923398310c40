import type {Secret} from '../shell/index.js';
import type {ClusterHost, ServerKind} from './classify.js';
import {parseEndpoint} from './datastore_endpoint.js';
import {type Endpoint, kindName, shownEndpoint} from './datastore_types.js';
import {effectiveOf} from './effective.js';
import type {Known} from './known.js';
import type {PlanRefusal} from './plan.js';
import {plannedOf} from './planned.js';

const endpointIn = (value: unknown): Endpoint | undefined => {
  if (value === undefined) return undefined;
  const parsed = parseEndpoint(value as Secret);
  return 'fault' in parsed ? undefined : parsed.endpoint;
};

/** The endpoint that a server runs with, by its files. */
const endpointFound = ({sighting}: ClusterHost): Endpoint | undefined =>
  sighting === undefined ? undefined : endpointIn(effectiveOf(sighting, 'server').config['datastore-endpoint']);

/** The endpoint that a server will run with: the inventory's, or one that stays on the host. */
export const plannedEndpoint = (host: ClusterHost): unknown => plannedOf(host)['datastore-endpoint'];

const variableOf = ({wanted: {host, datastore}}: ClusterHost): NonNullable<PlanRefusal['variable']> =>
  datastore?.variable === 'k3s_server_config'
    ? {name: 'k3s_server_config', member: 'datastore-endpoint', host}
    : {name: 'k3s_datastore', host};

const embedded: Partial<Record<ServerKind, string>> = {
  sqlite: 'SQLite',
  member: 'embedded etcd',
  'half-converted': 'embedded etcd',
};

/**
 * A server's datastore is what its data lies in, and an inventory cannot move it: K3s copies from SQLite to embedded etcd and
 * knows no other way, in neither direction (k3s-io/k3s #4046; docs "datastore"). Started on another kind it would begin anew.
 */
export function refuseMove({host, kind}: Known): readonly PlanRefusal[] {
  const name = host.wanted.host;
  const refuse = (what: string, hint: string): readonly PlanRefusal[] => [
    {hosts: [name], what, hint, variable: variableOf(host)},
  ];
  const wanted = plannedEndpoint(host);
  const here = embedded[kind];
  if (here !== undefined && host.wanted.config['datastore-endpoint'] !== undefined)
    return refuse(
      `${name} keeps its data in ${here}, and the inventory asks for an external datastore`,
      `K3s moves no data to an external datastore: leave it out${kind === 'sqlite' ? ' (from SQLite to etcd there is playbooks/convert_to_etcd.yml)' : ''}, or build a new cluster on it and bring the workloads there`,
    );
  if (kind !== 'external') return [];
  const found = endpointFound(host);
  const shown = found === undefined ? 'an external datastore' : shownEndpoint(found);
  if (wanted === undefined)
    return refuse(
      `${name} keeps its data in ${shown}, and the inventory names no datastore: K3s would begin anew`,
      'name it in k3s_datastore; K3s moves no data from an external datastore to etcd or SQLite, so for those build a new cluster and bring the workloads there',
    );
  const to = endpointIn(wanted);
  if (found === undefined || to === undefined || found.kind === to.kind) return [];
  return refuse(
    `${name} keeps its data in ${shown}, and the inventory asks for ${kindName(to.kind)}`,
    `K3s moves no data from one kind of datastore to another: keep ${kindName(found.kind)} (its address, user and password may change), or build a new cluster on ${kindName(to.kind)} and bring the workloads there`,
  );
}

/** Servers on two datastores are two clusters. */
export function refuseSeveral(servers: readonly Known[]): readonly PlanRefusal[] {
  const [first, ...others] = servers.filter(
    ({host}) => host.sighting !== undefined || plannedEndpoint(host) !== undefined,
  );
  if (first === undefined) return [];
  const key = ({host, kind}: Known): string => {
    // Where its data lies in etcd or SQLite, an endpoint has no say.
    if (kind in embedded) return 'none';
    const value = plannedEndpoint(host);
    const endpoint = endpointIn(value);
    if (endpoint === undefined) return value === undefined ? 'none' : 'one that cannot be read';
    return endpoint.kind === 'etcd' ? endpoint.kind : `${kindName(endpoint.kind)}, database ${endpoint.database}`;
  };
  return others
    .filter((other) => key(other) !== key(first))
    .map((other) => ({
      hosts: [other.host.wanted.host],
      what: `${first.host.wanted.host} has the datastore ${key(first)}, and ${other.host.wanted.host} has ${key(other)}`,
      hint: 'all servers of a cluster have one datastore: set k3s_datastore once, for the whole group',
      variable: variableOf(other.host),
    }));
}

/** What is worth a word and hinders nothing. */
export function datastoreWarnings(servers: readonly ClusterHost[]): readonly string[] {
  const endpoint = endpointIn(servers[0] === undefined ? undefined : plannedEndpoint(servers[0]));
  if (endpoint === undefined) return [];
  const warnings: string[] = [];
  const local = /^(localhost|127\.|::1$)/;
  const addresses = endpoint.kind === 'mysql' ? [endpoint.address ?? {host: 'localhost'}] : endpoint.addresses;
  if (servers.length > 1 && addresses.some(({host}) => local.test(host)))
    warnings.push(
      `${shownEndpoint(endpoint)} is each server's own: that is one datastore only if something there leads to it`,
    );
  if (endpoint.kind === 'etcd' && !endpoint.tls)
    warnings.push(
      `${shownEndpoint(endpoint)} is reached without TLS: all of the cluster's secrets go over the network as they are`,
    );
  return warnings;
}

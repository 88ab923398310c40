import type {Secret} from '../shell/index.js';
import {type K3sConfig, parseConfigFile} from './config_file.js';
import {effectiveOf} from './effective.js';
import type {Sighting, UnitState} from './sighting.js';
import type {WantedHost} from './wanted.js';

/** One host of the cluster: what is wanted of it and what is known of it. */
export interface ClusterHost {
  readonly wanted: WantedHost;
  /** Undefined: unreachable, or its probe failed; `why` says so. Never the same as bare. */
  readonly sighting?: Sighting;
  /** When the sighting came in, by the controller's clock, in milliseconds since 1970. */
  readonly sightedAtMs?: number;
  readonly why?: string;
  /** Among the hosts this run may touch; false when it is only read, because of `--limit`. */
  readonly inPlay: boolean;
}

/**
 * What a server is, by what lies on its disk (k3s pkg/cluster/managed.go, pkg/etcd): etcd on disk makes it a member,
 * running or not; SQLite on disk a single server; nothing a bare host; and an unknown host is none of these.
 */
export type ServerKind = 'unknown' | 'member' | 'half-converted' | 'sqlite' | 'external' | 'bare';

export function kindOf(host: ClusterHost): ServerKind {
  const {sighting} = host;
  if (sighting === undefined) return 'unknown';
  const {data} = sighting;
  if (data.wal) return data.stateDb && !data.migrated ? 'half-converted' : 'member';
  if (data.stateDb) return 'sqlite';
  const {config} = effectiveOf(sighting, 'server');
  if (config['datastore-endpoint'] !== undefined && data.serverTls) return 'external';
  return 'bare';
}

/** The service that the host is wanted to run: k3s on a server, k3s-agent on an agent. */
export const unitOf = ({wanted, sighting}: ClusterHost): UnitState | undefined =>
  wanted.kind === 'server' ? sighting?.server : sighting?.agent;

/** Running as far as systemd and K3s's own port say. */
export const isRunning = (host: ClusterHost): boolean =>
  host.sighting?.server?.active === 'active' && host.sighting.ping;

/** The host's config.yaml; drop-ins and flags are for the comparison of effective values. */
export const liveConfig = (sighting: Sighting): K3sConfig =>
  sighting.configText === undefined ? {} : parseConfigFile(sighting.configText, `config.yaml on ${sighting.hostname}`);

/** The name of the Node: `node-name`, else the hostname in lower case (k3s pkg/cli/cmds). */
export const nodeNameOf = (host: ClusterHost): string =>
  String(host.wanted.config['node-name'] ?? host.sighting?.hostname ?? host.wanted.host).toLowerCase();

const virtual = /^(lo|cni|flannel|veth|docker|br-|kube|cali|tunl|vxlan)/;

/** The address under which other hosts of the cluster reach this one. */
export function addressOf(host: ClusterHost): string {
  const {config, address} = host.wanted;
  const nodeIp = config['node-ip'];
  if (nodeIp !== undefined) return String(Array.isArray(nodeIp) ? nodeIp[0] : nodeIp).split(',')[0] ?? address;
  const own = host.sighting?.addresses ?? [];
  // ansible_host may be an address outside the cluster's network (a gateway's); the host's own addresses tell.
  if (own.some((entry) => entry.address === address)) return address;
  return own.find((entry) => !virtual.test(entry.device) && !entry.address.includes(':'))?.address ?? address;
}

const bracketed = (address: string): string =>
  address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;

/** The host of a URL as it is written, without the brackets of IPv6; a text that is no URL as it is. */
export const hostOf = (url: string): string => /^https?:\/\/\[?([^\]/]+?)\]?(?::\d+)?\/?$/.exec(url)?.[1] ?? url;

export const urlOf = (address: string, port: number): string => `https://${bracketed(address)}:${port}`;

/** The token a host lives by: the server's own file, else what its config.yaml says. */
export function liveToken(sighting: Sighting): Secret | undefined {
  if (sighting.data.token !== undefined) return sighting.data.token;
  return liveConfig(sighting).token as Secret | undefined;
}

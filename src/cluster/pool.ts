import type {ServerKind} from './classify.js';
import type {Step} from './plan.js';

/** A server behind the fixed address, as haproxy's configuration lists it. */
export interface PoolServer {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** What this run knows of one server: what it was found to be, and what becomes of it. */
export interface PoolCandidate extends PoolServer {
  readonly found: ServerKind;
  readonly step: Step;
}

export interface Pool {
  /** Members before this run does anything. */
  readonly now: readonly PoolServer[];
  /** Members once the servers of this run have joined. */
  readonly later: readonly PoolServer[];
}

const memberKinds: ReadonlySet<ServerKind> = new Set(['member', 'sqlite', 'external']);
const becoming: ReadonlySet<Step> = new Set(['init', 'join', 'replace']);

/** haproxy takes letters, digits and `-_.:` in names (its configuration manual, 2.1). */
export const poolName = (host: string): string => host.replaceAll(/[^A-Za-z0-9_.:-]/g, '_');

/**
 * Who is behind the fixed address: members only, since a server that has not joined yet would be sent its own join
 * (k3s #9661). A server that cannot be read may well serve others, so it stays as haproxy has it; its health decides.
 */
export function poolOf(candidates: readonly PoolCandidate[], listed: readonly PoolServer[]): Pool {
  const now: PoolServer[] = [];
  const later: PoolServer[] = [];
  for (const {name, address, port, found, step} of candidates) {
    const own = {name: poolName(name), address, port};
    const present = listed.find((server) => server.name === own.name);
    if (found === 'unknown') {
      if (present !== undefined) for (const list of [now, later]) list.push(present);
    } else if (memberKinds.has(found) && step !== 'replace') for (const list of [now, later]) list.push(own);
    else if (becoming.has(step)) later.push(own);
  }
  return {now, later};
}

const serverLine = /^\s*server\s+(\S+)\s+(\S+):(\d+)(?:\s|$)/gm;

/** The servers that a configuration of haproxy lists. */
export const listedServers = (configuration: string): PoolServer[] =>
  [...configuration.matchAll(serverLine)].map(([, name = '', address = '', port = '']) => ({
    name,
    address: address.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port),
  }));

/** How haproxy treats a server: `up` takes new connections, `drained` only keeps those it has. */
export type PoolState = 'up' | 'drained' | 'down' | 'maintenance';

export interface PoolSeen {
  readonly state: PoolState;
  /** Connections through haproxy to this server. */
  readonly sessions: number;
}

const stateOf = (status: string): PoolState => {
  if (status.startsWith('UP') || status === 'no check') return 'up';
  if (status.startsWith('DRAIN')) return 'drained';
  return status.startsWith('MAINT') ? 'maintenance' : 'down';
};

/** Reads haproxy's statistics as CSV (its management guide, 9.1) for one backend: servers by name. */
export function parseStatistics(csv: string, backend: string): ReadonlyMap<string, PoolSeen> {
  const [head = '', ...rows] = csv.split('\n');
  const names = head.replace('# ', '').split(',');
  const found = new Map<string, PoolSeen>();
  for (const row of rows) {
    const fields = row.split(',');
    const field = (name: string): string => fields[names.indexOf(name)] ?? '';
    const name = field('svname');
    if (field('pxname') !== backend || ['', 'FRONTEND', 'BACKEND'].includes(name)) continue;
    found.set(name, {state: stateOf(field('status')), sessions: Number(field('scur'))});
  }
  return found;
}

import {sameAddress} from './address.js';
import type {PlanRefusal} from './plan.js';

/** What one machine makes of a name; `undefined` where it has no way to tell. */
export interface Lookup {
  /** A host's name, or undefined for this machine. */
  readonly host?: string;
  /** An agent registers at the name, so it has to know it. */
  readonly registers: boolean;
  readonly addresses: readonly string[] | undefined;
}

export interface RecordsInput {
  readonly name: string;
  readonly lookups: readonly Lookup[];
  readonly servers: readonly {readonly host: string; readonly address: string}[];
  /** The address that the hosts of group lb hold; undefined without them. */
  readonly pool?: string;
}

export interface RecordsVerdict {
  readonly refusals: readonly PlanRefusal[];
  readonly warnings: readonly string[];
}

/** Debian gives a host's own name such an address in its /etc/hosts: it says nothing of the name elsewhere. */
const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

const whereOf = ({host}: Lookup): string => host ?? 'this machine';

function unresolved(name: string, lookup: Lookup): RecordsVerdict {
  if (!lookup.registers) return {refusals: [], warnings: [`${whereOf(lookup)} does not know the name ${name}`]};
  return {
    refusals: [
      {
        hosts: [],
        what: `${whereOf(lookup)} does not know the name ${name}, at which it shall register`,
        hint: 'mend its DNS (or /etc/hosts), or put an address first into k3s_api_endpoint',
      },
    ],
    warnings: [],
  };
}

function strayRecords(
  {name, servers, pool}: RecordsInput,
  lookup: Lookup,
  addresses: readonly string[],
): PlanRefusal[] {
  const isServer = (address: string): boolean => servers.some((server) => sameAddress(server.address, address));
  const right = (address: string): boolean => (pool === undefined ? isServer(address) : sameAddress(address, pool));
  const stray = addresses.filter((address) => !right(address));
  // No record is a server's: a load balancer that exists already, which is asked nothing here.
  if (stray.length === 0 || (pool === undefined && !addresses.some(isServer))) return [];
  const wanted = pool ?? servers.map(({host, address}) => `${address} (${host})`).join(', ');
  return [
    {
      hosts: [],
      what: `${name} means ${stray.join(', ')} on ${whereOf(lookup)}, which is ${pool === undefined ? 'no server' : 'not the fixed address'}; it should mean ${wanted}`,
      hint: `take ${stray.length === 1 ? 'that record' : 'those records'} out of the DNS: a client that gets ${stray.length === 1 ? 'it' : 'one'} reaches nothing`,
    },
  ];
}

/**
 * Each record of a fixed name must be a server (round robin) or the pool; what differs is named (K3s docs
 * "datastore/cluster-loadbalancer", "datastore/ha-embedded": a fixed registration address may be round-robin DNS).
 */
export function compareRecords(input: RecordsInput): RecordsVerdict {
  const {name, lookups, servers, pool} = input;
  const refusals: PlanRefusal[] = [];
  const warnings: string[] = [];
  const told = new Set<string>();
  for (const lookup of lookups) {
    if (lookup.addresses === undefined) continue;
    const addresses = lookup.addresses.filter((address) => lookup.host === undefined || !isLoopback(address));
    if (lookup.addresses.length === 0) {
      const verdict = unresolved(name, lookup);
      refusals.push(...verdict.refusals);
      warnings.push(...verdict.warnings);
      continue;
    }
    refusals.push(...strayRecords(input, lookup, addresses));
    const absent = servers.filter((server) => !addresses.some((address) => sameAddress(address, server.address)));
    const isRoundRobin = pool === undefined && absent.length > 0 && absent.length < servers.length;
    const words = `${name} has no record for ${absent.map(({host, address}) => `${host} (${address})`).join(', ')}`;
    if (isRoundRobin && !told.has(words)) {
      told.add(words);
      warnings.push(`${words}: no one is sent there`);
    }
  }
  return {refusals, warnings};
}

import {
  type BalancerHost,
  compareRecords,
  isAddress,
  type Lookup,
  type PlanRefusal,
  planVrrp,
  poolName,
  poolOf,
  sameAddress,
  type Vrrp,
} from '../../src/cluster/index.js';
import type {Data, GroupEntry, GroupPlan} from '../../src/module/index.js';
import {candidatesOf} from './candidates.js';
import {type AddressSeen, listedBy, movesThere} from './look.js';

export interface AddressGiven {
  readonly server_group: string;
  readonly agent_group: string;
  readonly lb_group: string;
  readonly endpoints: readonly string[];
  readonly vip: string;
  readonly port: number;
  readonly interface: string;
  readonly router_id: number;
  readonly here: Data;
}

type Entry = GroupEntry<AddressGiven, AddressSeen>;

const seenOf = ({sighting}: Entry): AddressSeen | undefined => (sighting.seen === 'known' ? sighting.value : undefined);

const inGroup = (entries: readonly Entry[], group: 'server_group' | 'agent_group' | 'lb_group'): readonly Entry[] =>
  entries.filter((entry) => entry.groups.includes(entry.params[group]));

function balancerOf(entry: Entry, vip: string, inCluster: boolean, macs: ReadonlySet<string>): BalancerHost {
  const seen = seenOf(entry);
  const moves = seen !== undefined && movesThere(seen, vip);
  const own = seen?.addresses.filter(({address}) => !(moves && sameAddress(address, vip)));
  return {
    name: entry.host,
    ...(own === undefined ? {} : {addresses: own}),
    ansibleHost: String(entry.variable('ansible_host') ?? entry.host),
    ...(entry.params.interface === '' ? {} : {interface: entry.params.interface}),
    // One of them may have held it a moment ago: between two looks it moves, and neighbours remember it.
    answers: seen?.answers !== undefined && !macs.has(seen.answers),
    holds: moves && seen.addresses.some(({address}) => sameAddress(address, vip)),
    inCluster,
  };
}

/** What each machine makes of a name: this one first, then the hosts. */
function lookupsOf(name: string, entries: readonly Entry[], agents: readonly Entry[]): Lookup[] {
  const said = entries[0]?.params.here[name];
  const here = Array.isArray(said) ? said.map(String) : undefined;
  return [
    {registers: false, addresses: here},
    ...entries.map((entry) => ({
      host: entry.host,
      registers: agents.includes(entry),
      addresses: seenOf(entry)?.names.get(name),
    })),
  ];
}

const balancerVariables = (vip: string, port: number, vrrp: Vrrp | undefined, seen: AddressSeen | undefined): Data => ({
  address: vip,
  url_host: vip.includes(':') ? `[${vip}]` : vip,
  port,
  /** The settings that are there are of an earlier run. */
  ours: (seen?.haproxy ?? '') !== '',
  vrrp:
    vrrp === undefined
      ? {}
      : {
          interface: vrrp.interface,
          prefix: vrrp.prefixLength,
          source: vrrp.source,
          peers: vrrp.peers,
          priority: vrrp.priority,
          router_id: vrrp.routerId,
        },
});

/** Pure but for reading variables: what is refused, and what the plays of the load balancers go by. */
export function planAddress(entries: readonly Entry[]): GroupPlan {
  const [servers, agents, balancers] = [
    inGroup(entries, 'server_group'),
    inGroup(entries, 'agent_group'),
    inGroup(entries, 'lb_group'),
  ];
  const given = (balancers[0] ?? entries[0])?.params;
  const endpoints = given?.endpoints ?? [];
  const vip = given?.vip || endpoints.find(isAddress);
  const macs = new Set(balancers.flatMap((entry) => seenOf(entry)?.macs ?? []));
  const candidates = candidatesOf(servers);
  const addresses = candidates.map(({name, address}) => ({host: name, address}));
  const vrrp = planVrrp({
    vip,
    ...(given?.router_id ? {routerId: given.router_id} : {}),
    balancers: balancers.map((entry) =>
      balancerOf(entry, vip ?? '', servers.includes(entry) || agents.includes(entry), macs),
    ),
    others: [...addresses, ...candidatesOf(agents).map(({name, address}) => ({host: name, address}))],
  });
  const {now, later} = poolOf(candidates, listedBy(balancers.flatMap((entry) => seenOf(entry) ?? [])));
  const records = endpoints
    .filter((endpoint) => !isAddress(endpoint))
    .map((name) =>
      compareRecords({
        name,
        lookups: lookupsOf(name, entries, agents),
        servers: addresses,
        ...(balancers.length > 0 && vip !== undefined ? {pool: vip} : {}),
      }),
    );
  const refusals: readonly PlanRefusal[] = [
    ...(balancers.length > 0 ? vrrp.refusals : []),
    ...records.flatMap((one) => one.refusals),
  ];
  const pool: Data = {
    hosts: balancers.filter((entry) => seenOf(entry) !== undefined).map(({host}) => host),
    members: candidates.map(({name}) => name).filter((name) => now.some((server) => server.name === poolName(name))),
  };
  const {port = 6443} = given ?? {};
  return {
    variables: new Map(
      entries.map((entry): [string, Data] => [
        entry.host,
        balancers.includes(entry)
          ? {
              k3s_pool: pool,
              k3s_lb: {...balancerVariables(vip ?? '', port, vrrp.hosts.get(entry.host), seenOf(entry)), now, later},
            }
          : {k3s_pool: pool},
      ]),
    ),
    refusals: refusals.map(({what, hint, variable}) => {
      const where =
        variable === undefined ? undefined : entries.find(({host}) => host === variable.host)?.whereOf(variable.name);
      return {hosts: [], what, hint, ...(where === undefined ? {} : {where})};
    }),
    warnings: records.flatMap((one) => one.warnings),
    ...(balancers.length > 0 && vip !== undefined && refusals.length === 0
      ? {shows: [`  fixed address ${vip}, held by one of ${balancers.map(({host}) => host).join(', ')}`]}
      : {}),
  };
}

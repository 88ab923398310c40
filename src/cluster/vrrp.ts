import {type HostAddress, inNetworkOf, isAddress, sameAddress} from './address.js';
import type {FaultyVariable, PlanRefusal} from './plan.js';

/** A host of group `lb`, as it was seen and as the inventory wants it. */
export interface BalancerHost {
  readonly name: string;
  /** Its own addresses, without the one that moves; undefined where it could not be reached. */
  readonly addresses?: readonly HostAddress[];
  /** `ansible_host`, for peers that cannot be reached now. */
  readonly ansibleHost: string;
  /** `k3s_vip_interface` of this host. */
  readonly interface?: string;
  /** Something answers at the fixed address, though this host does not hold it. */
  readonly answers: boolean;
  /** This host holds the fixed address through VRRP. */
  readonly holds: boolean;
  /** It is a server or an agent too, so that K3s has the port. */
  readonly inCluster: boolean;
}

/** keepalived's parameters on one host (its manual page keepalived.conf(5); VRRP version 3 is RFC 5798). */
export interface Vrrp {
  readonly interface: string;
  readonly prefixLength: number;
  readonly source: string;
  readonly peers: readonly string[];
  /** The first of the inventory is preferred where none holds the address. */
  readonly priority: number;
  readonly routerId: number;
}

export interface VrrpInput {
  /** The fixed address; undefined where only names are given. */
  readonly vip: string | undefined;
  readonly routerId?: number;
  readonly balancers: readonly BalancerHost[];
  /** Addresses of the cluster's hosts. */
  readonly others: readonly {readonly host: string; readonly address: string}[];
}

export interface VrrpPlan {
  /** By host; a host that was not reached has none. Empty where one balancer has the address as its own. */
  readonly hosts: ReadonlyMap<string, Vrrp>;
  readonly refusals: readonly PlanRefusal[];
}

/** 1 to 255, told from the address so that two clusters on one network differ. */
export function defaultRouterId(vip: string): number {
  const after = (mark: string): string => vip.slice(vip.lastIndexOf(mark) + 1);
  const last = vip.includes(':') ? Number.parseInt(after(':'), 16) : Number(after('.'));
  return (((last || 0) + 254) % 255) + 1;
}

const priorityOf = (index: number): number => Math.max(200 - 10 * index, 1);

const refuse = (what: string, hint: string, variable?: FaultyVariable): PlanRefusal => ({
  hosts: [],
  what,
  hint,
  ...(variable === undefined ? {} : {variable}),
});

/** The address a balancer speaks VRRP from: on its interface, in the fixed address's network if there is one. */
function placeOf(vip: string, {addresses = [], interface: wanted}: BalancerHost): HostAddress | undefined {
  const near = addresses.filter((own) => inNetworkOf(vip, own));
  if (wanted === undefined) return near[0];
  const sameFamily = (own: HostAddress): boolean => own.address.includes(':') === vip.includes(':');
  return (
    near.find(({device}) => device === wanted) ?? addresses.find((own) => own.device === wanted && sameFamily(own))
  );
}

function refuseOne(vip: string, host: BalancerHost): PlanRefusal[] {
  const {name, addresses, ansibleHost, inCluster} = host;
  if (inCluster)
    return [
      refuse(
        `${name} is in group lb and in the cluster: haproxy and K3s would both want its port`,
        'put haproxy on hosts of their own',
      ),
    ];
  if (addresses === undefined)
    return isAddress(ansibleHost)
      ? []
      : [
          refuse(
            `${name} cannot be reached, and its ansible_host is a name: its peers could not be told its address`,
            `make ${name} reachable, or take it out of group lb`,
          ),
        ];
  if (placeOf(vip, host) !== undefined) return [];
  const {interface: wanted} = host;
  const has = addresses.map((own) => `${own.address}/${own.prefixLength} on ${own.device}`).join(', ');
  return [
    wanted === undefined
      ? refuse(
          `the fixed address ${vip} lies in no network of ${name} (it has ${has})`,
          'choose a free address of a network that all hosts of group lb are in, or set k3s_vip_interface',
        )
      : refuse(
          `${name} has no address of ${vip.includes(':') ? 'IPv6' : 'IPv4'} on k3s_vip_interface ${wanted} (it has ${has})`,
          'name the interface as `ip addr` does there',
          {name: 'k3s_vip_interface', host: name},
        ),
  ];
}

/** Whose the fixed address is already, when it must be free. */
function refuseTaken(vip: string, {balancers, others}: VrrpInput): PlanRefusal[] {
  const other = others.find(({address}) => sameAddress(address, vip));
  if (other !== undefined)
    return [
      refuse(
        `the fixed address ${vip} is ${other.host}'s own: it would be gone with it`,
        'with group lb, k3s_api_endpoint (or k3s_vip) is a free address that moves between its hosts',
      ),
    ];
  const owner = balancers.find(({addresses}) => addresses?.some(({address}) => sameAddress(address, vip)));
  if (owner !== undefined)
    return [
      refuse(
        `the fixed address ${vip} is ${owner.name}'s own, so it would be gone with it`,
        'choose a free address of that network; a host of group lb that is alone may use its own',
      ),
    ];
  const known = balancers.every(({addresses}) => addresses !== undefined);
  if (known && !balancers.some(({holds}) => holds) && balancers.some(({answers}) => answers))
    return [
      refuse(
        `somebody has the fixed address ${vip} already: it answers, and no host of group lb holds it`,
        'choose a free address, or find that machine (`ip neigh` on a host of group lb shows its MAC)',
      ),
    ];
  return [];
}

/** Who speaks VRRP where, and why not; pure. */
export function planVrrp(input: VrrpInput): VrrpPlan {
  const {vip, balancers} = input;
  const none: ReadonlyMap<string, Vrrp> = new Map();
  if (vip === undefined)
    return {
      hosts: none,
      refusals: [
        refuse(
          'group lb has hosts, but nothing says which address they hold',
          'set k3s_api_endpoint to a free address; or, if it is a name, k3s_vip to the address of that name',
        ),
      ],
    };
  const [only, ...more] = balancers;
  if (more.length === 0 && only?.addresses?.some(({address}) => sameAddress(address, vip)) === true && !only.inCluster)
    return {hosts: none, refusals: []};
  const routerId = input.routerId ?? defaultRouterId(vip);
  const refusals = [
    ...(Number.isInteger(routerId) && routerId >= 1 && routerId <= 255
      ? []
      : [refuse(`k3s_vip_router_id ${routerId} is not between 1 and 255`, 'VRRP has one byte for it')]),
    ...balancers.flatMap((host) => refuseOne(vip, host)),
    ...refuseTaken(vip, input),
  ];
  const sourceOf = (host: BalancerHost): string => placeOf(vip, host)?.address ?? host.ansibleHost;
  const hosts = new Map(
    balancers.flatMap((host, index): [string, Vrrp][] => {
      const place = placeOf(vip, host);
      if (place === undefined) return [];
      return [
        [
          host.name,
          {
            interface: place.device,
            prefixLength: inNetworkOf(vip, place) ? place.prefixLength : vip.includes(':') ? 128 : 32,
            source: place.address,
            peers: balancers.filter((other) => other !== host).map(sourceOf),
            priority: priorityOf(index),
            routerId,
          },
        ],
      ];
    }),
  );
  return {hosts, refusals};
}

import {type ClusterHost, kindOf} from './classify.js';
import type {PlanRefusal} from './plan.js';
import type {Check, PreflightInput} from './preflight_types.js';
import {type HostFault, together} from './together.js';

/** Allowed difference of clocks, in seconds; looks that take their time must not count as clocks apart. */
const clockToleranceSeconds = 30;

const clockHint =
  'certificates and etcd need clocks that agree: set up time synchronisation on all hosts (`timedatectl set-ntp true`, or chrony), then run again';

interface Clock {
  readonly host: string;
  /** Seconds before the controller's clock. */
  readonly ahead: number;
}

/**
 * Certificates and etcd's leases need clocks that agree. Each is read against the controller's, since looks come one after
 * another, and judged by most of the others; where there is no majority, the first and the last are named.
 */
export const clocks: Check = (_input, hosts) => {
  const seen = hosts
    .flatMap(({wanted, sighting, sightedAtMs = 0}): Clock[] =>
      sighting === undefined ? [] : [{host: wanted.host, ahead: sighting.nowEpochSeconds - sightedAtMs / 1000}],
    )
    .sort((left, right) => left.ahead - right.ahead);
  const [early, late] = [seen[0], seen.at(-1)];
  if (early === undefined || late === undefined) return [];
  const apart = Math.round(late.ahead - early.ahead);
  if (apart <= clockToleranceSeconds) return [];
  const usual = seen[Math.floor(seen.length / 2)]?.ahead ?? 0;
  const isOff = ({ahead}: Clock): boolean => Math.abs(ahead - usual) > clockToleranceSeconds;
  const off = seen.filter(isOff);
  if (off.length === 0 || off.length * 2 >= seen.length)
    return [
      {
        hosts: [early.host, late.host],
        what: `the clocks of ${early.host} and ${late.host} are ${apart} s apart (${early.host} is behind)`,
        hint: clockHint,
      },
    ];
  return off.map(({host, ahead}) => ({
    hosts: [host],
    what: `the clock of ${host} is ${Math.abs(Math.round(ahead - usual))} s ${ahead > usual ? 'ahead of' : 'behind'} most hosts'`,
    hint: clockHint,
  }));
};

export const hostSystems: Check = (_input, hosts) =>
  together(
    hosts.flatMap(({wanted, sighting}): HostFault[] => {
      const {host} = wanted;
      if (sighting === undefined) return [];
      if (sighting.init !== 'systemd')
        return [
          {
            host,
            what: (names) => `${names}: not run by systemd${sighting.init === 'openrc' ? ', but by OpenRC' : ''}`,
            hint: () =>
              'this play makes systemd units and no others: take the host out of the inventory, or give it a system with systemd',
          },
        ];
      if (sighting.selinux === 'Enforcing' && !sighting.selinuxPolicy)
        return [
          {
            host,
            what: (names) => `${names}: SELinux is enforcing, and the policy k3s-selinux is not installed`,
            hint: () =>
              'without it K3s cannot start containers: install the package k3s-selinux (rpm.rancher.io; its container-selinux comes with the distribution), then run again',
          },
        ];
      return [];
    }),
  );

/** What a server may be while it is converted; the play of conversions looks itself, and goes on from each of them. */
const convertingKinds: readonly string[] = ['sqlite', 'half-converted', 'member'];

/**
 * What was on its way has come where the roles saw it go. A conversion has got further; or there is one cluster, and its authority
 * signed this server's certificates: the steps that were decided for it do for a member what they do for a joiner.
 */
function hasArrived(was: string, host: ClusterHost, servers: readonly ClusterHost[]): boolean {
  if (convertingKinds.includes(was)) return convertingKinds.includes(kindOf(host));
  const own = host.sighting?.data.ca;
  const living = servers.flatMap(({sighting}) =>
    sighting?.etcd === undefined ? [] : [{ca: sighting.data.ca, clusterId: sighting.etcd.clusterId}],
  );
  return (
    kindOf(host) === 'member' &&
    own !== undefined &&
    new Set(living.map(({clusterId}) => clusterId)).size <= 1 &&
    living.every(({ca}) => ca === own)
  );
}

/** Between the look that decided and this one the lock was taken; whoever changed a server before that is over now. */
export const changedSince: Check = ({servers, decided = new Map()}) =>
  servers.flatMap((host): PlanRefusal[] => {
    const {host: name} = host.wanted;
    const was = decided.get(name);
    const now = kindOf(host);
    if (was === undefined || was.kind === 'unknown' || now === 'unknown' || was.kind === now) return [];
    if (was.onItsWay && hasArrived(was.kind, host, servers)) return [];
    return [
      {
        hosts: [name],
        what: `${name} was ${kindWords[was.kind] ?? was.kind} when the roles were decided, and is ${kindWords[now]} now: something else is changing it`,
        hint: 'wait until that has ended, then run again',
      },
    ];
  });

const kindWords: Readonly<Record<string, string>> = {
  bare: 'without data',
  member: 'a member',
  'half-converted': 'half converted',
  sqlite: 'on SQLite',
  external: 'on an external datastore',
};

export const serversExist: Check = ({servers}) =>
  servers.length > 0
    ? []
    : [
        {
          hosts: [],
          what: 'the group `server` has no hosts',
          hint: 'put at least one host into group `server` below `k3s_cluster`: agents need a server',
        },
      ];

/** Etcd's members are read with curl, as K3s brings no client for it. */
export function missingCurl({servers}: PreflightInput): readonly string[] {
  const without = servers.filter(({sighting}) => sighting?.curl === false).map(({wanted}) => wanted.host);
  return without.length === 0
    ? []
    : [`${without.join(', ')}: no curl, so etcd's members cannot be read there; install curl`];
}

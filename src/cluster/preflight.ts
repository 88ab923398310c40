import {nearest} from '../errors/nearest.js';
import {addressOf, type ClusterHost, kindOf, nodeNameOf} from './classify.js';
import {type K3sConfig, sameValue} from './config_file.js';
import {criticalDisables, criticalKeys, knownAgentKeys, knownServerKeys} from './config_keys.js';
import {effectiveOf, keptSettings} from './effective.js';
import type {PlanRefusal} from './plan.js';
import {criticalRunning, lostEnvironment, movedMembers, olderThanCluster} from './preflight_running.js';
import type {Check, Preflight, PreflightInput} from './preflight_types.js';
import {moveBetween, parseVersion} from './versions.js';

const baseKey = (key: string): string => key.replace(/^-+/, '').replace(/\+$/, '');

const unknownKeys: Check = (_input, hosts) =>
  hosts.flatMap(({wanted}) => {
    const known = wanted.kind === 'server' ? knownServerKeys : knownAgentKeys;
    const variable = wanted.kind === 'server' ? 'k3s_server_config' : 'k3s_agent_config';
    return Object.keys(wanted.config)
      .filter((key) => !known.has(baseKey(key)))
      .map((key) => {
        const near = nearest(baseKey(key), known);
        return {
          hosts: [wanted.host],
          what: `K3s knows no ${wanted.kind} setting '${key}'; it would skip it with a warning in its log`,
          hint: near === undefined ? `see \`k3s ${wanted.kind} --help\`` : `did you mean '${near}'?`,
          variable: {name: variable, host: wanted.host},
        };
      });
  });

const faults: Check = (_input, hosts) =>
  hosts.flatMap(({wanted}) =>
    wanted.faults.map(({variable, what, hint}) => ({
      hosts: [wanted.host],
      what: `${wanted.host}: ${what}`,
      hint,
      variable: {name: variable, host: wanted.host},
    })),
  );

/** Flags that must match, by what would be written for each server (K3s checks only at a first join). */
const criticalDiffer: Check = ({servers}) => {
  const [first, ...others] = servers;
  if (first === undefined) return [];
  return others.flatMap((other) => {
    const differing = criticalKeys.filter(
      (key) => !sameValue(plannedOf(first)[key] ?? '', plannedOf(other)[key] ?? ''),
    );
    const disables = criticalDisables.filter(
      (item) => disabled(first).includes(item) !== disabled(other).includes(item),
    );
    return [...differing, ...disables.map((item) => `disable: ${item}`)].map((key) => ({
      hosts: [other.wanted.host],
      what: `'${key}' must be the same on all servers, but differs between ${first.wanted.host} (${shown(first, key)}) and ${other.wanted.host} (${shown(other, key)})`,
      hint: 'set it once for the group `server` (group_vars), not for a host',
      variable: {name: 'k3s_server_config', host: other.wanted.host},
    }));
  });
};

/** What would be written: the inventory's settings over those that are kept from before. */
const plannedOf = ({sighting, wanted}: ClusterHost): K3sConfig => ({
  ...(sighting === undefined ? {} : keptSettings(sighting, wanted.kind)),
  ...wanted.config,
});

const disabled = (host: ClusterHost): readonly string[] => [plannedOf(host).disable ?? []].flat().map(String);

const shown = (host: ClusterHost, key: string): string =>
  key.startsWith('disable: ') ? disabled(host).join(', ') || 'none' : String(plannedOf(host)[key] ?? 'not set');

const nodeNames: Check = (_input, hosts) => {
  const byName = new Map<string, ClusterHost>();
  return hosts.flatMap((host) => {
    const name = nodeNameOf(host);
    const other = byName.get(name);
    byName.set(name, host);
    if (other === undefined) return [];
    return [
      {
        hosts: [host.wanted.host],
        what: `${other.wanted.host} and ${host.wanted.host} would both be the Node '${name}'`,
        hint: "give each host a hostname of its own, or set 'node-name' for it",
      },
    ];
  });
};

const nodeIps: Check = (_input, hosts) =>
  hosts.flatMap((host) => {
    const {wanted, sighting} = host;
    if (wanted.config['node-ip'] === undefined || sighting === undefined || sighting.addresses.length === 0) return [];
    const address = addressOf(host);
    if (sighting.addresses.some((own) => own.address === address)) return [];
    return [
      {
        hosts: [wanted.host],
        what: `node-ip ${address} is no address of ${wanted.host} (it has ${sighting.addresses.map((own) => own.address).join(', ')})`,
        hint: 'set k3s_node_ip to one of them, or leave it out',
        variable: {name: 'k3s_node_ip', host: wanted.host},
      },
    ];
  });

const versions: Check = ({binaryGiven, servers}, hosts) =>
  hosts.flatMap(({wanted, sighting}): PlanRefusal[] => {
    if (wanted.version === undefined) {
      if (binaryGiven || sighting?.version !== undefined || sighting === undefined) return [];
      return [
        {
          hosts: [wanted.host],
          what: `nothing says which K3s ${wanted.host} gets`,
          hint: 'set k3s_version (as v1.33.4+k3s1), or k3s_binary to a file on this machine',
        },
      ];
    }
    const to = parseVersion(wanted.version);
    const variable = {name: 'k3s_version', host: wanted.host};
    if (to === undefined || !/k3s\d+$/.test(wanted.version)) {
      return [
        {
          hosts: [wanted.host],
          what: `k3s_version '${wanted.version}' is no K3s release`,
          hint: 'write it as on the release page: v1.33.4+k3s1',
          variable,
        },
      ];
    }
    const from = sighting?.version === undefined ? undefined : parseVersion(sighting.version);
    const member = servers.some((host) => host.wanted.host === wanted.host && kindOf(host) !== 'bare');
    const move = from === undefined || !member ? 'same' : moveBetween(from, to);
    if (move === 'downgrade')
      return [
        {
          hosts: [wanted.host],
          what: `k3s_version ${wanted.version} is older than ${sighting?.version}, which ${wanted.host} runs`,
          hint: 'K3s has no downgrade: a snapshot of the older version has to be restored',
          variable,
        },
      ];
    if (move === 'skips-minor')
      return [
        {
          hosts: [wanted.host],
          what: `from ${sighting?.version} to ${wanted.version} skips a minor version on ${wanted.host}`,
          hint: `go through v1.${(from?.minor ?? 0) + 1} first`,
          variable,
        },
      ];
    return [];
  });

/** Allowed difference of clocks; K3s refuses certificates "newer than datastore" from 3 s on. */
const clockToleranceSeconds = 30;

const clocks: Check = (_input, hosts) => {
  const seen = hosts.flatMap(({wanted, sighting}) =>
    sighting === undefined ? [] : [{host: wanted.host, now: sighting.nowEpochSeconds}],
  );
  const early = seen.reduce<(typeof seen)[number] | undefined>(
    (low, one) => (low === undefined || one.now < low.now ? one : low),
    undefined,
  );
  const late = seen.reduce<(typeof seen)[number] | undefined>(
    (high, one) => (high === undefined || one.now > high.now ? one : high),
    undefined,
  );
  if (early === undefined || late === undefined || late.now - early.now <= clockToleranceSeconds) return [];
  return [
    {
      hosts: [],
      what: `the clocks of ${early.host} and ${late.host} are ${late.now - early.now} s apart`,
      hint: 'set up time synchronisation: certificates and etcd leases need clocks that agree',
    },
  ];
};

const hostSystems: Check = (_input, hosts) =>
  hosts.flatMap(({wanted, sighting}): PlanRefusal[] => {
    if (sighting === undefined) return [];
    if (sighting.init !== 'systemd')
      return [
        {
          hosts: [wanted.host],
          what: `${wanted.host} is not run by systemd (${sighting.init})`,
          hint: 'this play manages systemd hosts; OpenRC is not supported yet',
        },
      ];
    if (sighting.selinux === 'Enforcing' && !sighting.selinuxPolicy) {
      return [
        {
          hosts: [wanted.host],
          what: `SELinux is enforcing on ${wanted.host}, without the policy k3s-selinux`,
          hint: 'install the package k3s-selinux from the Rancher repository first',
        },
      ];
    }
    return [];
  });

/** Between the look that decided and this one the lock was taken; whoever changed a server before that is over now. */
const changedSince: Check = ({servers, decided = new Map()}) =>
  servers.flatMap((host) => {
    const {host: name} = host.wanted;
    const [then, now] = [decided.get(name), kindOf(host)];
    if (then === undefined || then === 'unknown' || now === 'unknown' || then === now) return [];
    return [
      {
        hosts: [name],
        what: `${name} was ${kindWords[then] ?? then} when the roles were decided, and is ${kindWords[now]} now: something else is changing it`,
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

const serversExist: Check = ({servers}) =>
  servers.length > 0
    ? []
    : [
        {
          hosts: [],
          what: 'the group `server` has no hosts',
          hint: 'put at least one host into group `server` below `k3s_cluster`',
        },
      ];

const checks: readonly Check[] = [
  serversExist,
  changedSince,
  faults,
  unknownKeys,
  criticalDiffer,
  criticalRunning,
  nodeNames,
  nodeIps,
  movedMembers,
  versions,
  olderThanCluster,
  lostEnvironment,
  clocks,
  hostSystems,
];

/** All that would go wrong later and can be known now; pure. Every host is read, whatever `--limit` says. */
export function preflight(input: PreflightInput): Preflight {
  const hosts = [...input.servers, ...input.agents];
  const noCurl = input.servers
    .filter(({sighting}) => sighting !== undefined && !sighting.curl)
    .map(({wanted}) => wanted.host);
  return {
    refusals: checks.flatMap((check) => check(input, hosts)),
    warnings: [
      ...(noCurl.length > 0
        ? [`${noCurl.join(', ')}: no curl, so etcd's members cannot be read there; install curl`]
        : []),
      ...ignoredDatastores(input),
    ],
  };
}

const ignoredDatastores = ({servers}: PreflightInput): string[] =>
  servers.flatMap((host) =>
    host.sighting?.data.wal === true && effectiveOf(host.sighting, 'server').config['datastore-endpoint'] !== undefined
      ? [`${host.wanted.host}: datastore-endpoint is ignored, since etcd is on its disk`]
      : [],
  );

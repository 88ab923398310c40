import {type ClusterHost, kindOf} from './classify.js';
import type {Check} from './preflight_types.js';
import {type HostFault, together} from './together.js';
import {moveBetween, parseVersion, type Version} from './versions.js';

const variable = {name: 'k3s_version'} as const;

/** A release as K3s's release page has it. */
const isRelease = (text: string): boolean => parseVersion(text) !== undefined && /k3s\d+$/.test(text);

/** Has data of a cluster, so that its version is the cluster's concern. */
const isPart = (host: ClusterHost): boolean =>
  host.wanted.kind === 'server' ? kindOf(host) !== 'bare' : host.sighting?.data.agent === true;

function faultOf(host: ClusterHost, binaryGiven: boolean): HostFault | undefined {
  const {wanted, sighting} = host;
  const name = wanted.host;
  if (wanted.version === undefined) {
    if (binaryGiven || sighting === undefined || sighting.version !== undefined) return undefined;
    return {
      host: name,
      what: (hosts) => `nothing says which K3s ${hosts} gets`,
      hint: () => 'set k3s_version (as v1.33.4+k3s1), or k3s_binary to a file on this machine',
    };
  }
  const to = parseVersion(wanted.version);
  if (to === undefined || !isRelease(wanted.version))
    return {
      host: name,
      what: () => `k3s_version '${wanted.version}' is no K3s release`,
      hint: () => 'write it as on the release page: v1.33.4+k3s1',
      variable,
    };
  const from = sighting?.version === undefined ? undefined : parseVersion(sighting.version);
  if (from === undefined || !isPart(host)) return undefined;
  const move = moveBetween(from, to);
  if (move === 'downgrade')
    return {
      host: name,
      what: (hosts) => `k3s_version ${to.text} is older than ${from.text}, which is on ${hosts}`,
      hint: () =>
        `K3s has no way back to an older version: set k3s_version to ${from.text} or a newer one (going back takes a snapshot from before the upgrade, and the older binary)`,
      variable,
    };
  if (move === 'skips-minor')
    return {
      host: name,
      what: (hosts) => `from ${from.text} to ${to.text} would skip a minor version on ${hosts}`,
      hint: () =>
        `take one minor version after the other: set k3s_version to a v${from.major}.${from.minor + 1} release first`,
      variable,
    };
  return undefined;
}

/** No downgrade, no skipped minor (docs "upgrades/manual"), and nothing that is no version at all. */
export const versions: Check = ({binaryGiven}, hosts) =>
  together(hosts.flatMap((host) => faultOf(host, binaryGiven) ?? []));

interface Running {
  readonly host: string;
  readonly version: Version;
  /** Upgraded by this run, so that what it runs now is not what the others meet. */
  readonly moves: boolean;
}

const runningServers = (servers: readonly ClusterHost[]): readonly Running[] =>
  servers.flatMap((host) => {
    const {wanted, sighting, inPlay} = host;
    const version = sighting?.version === undefined ? undefined : parseVersion(sighting.version);
    if (version === undefined || kindOf(host) !== 'member') return [];
    return [{host: wanted.host, version, moves: inPlay && wanted.version !== undefined}];
  });

/** Nodes join at the cluster's version (docs "upgrades/manual"): neither older, nor newer than servers that stay behind. */
export const joiningVersions: Check = ({servers}, hosts) => {
  const running = runningServers(servers);
  return together(
    hosts.flatMap((host): HostFault[] => {
      const {wanted, sighting, inPlay} = host;
      const to = wanted.version === undefined ? undefined : parseVersion(wanted.version);
      if (sighting === undefined || !inPlay || to === undefined || !isRelease(to.text)) return [];
      const newer = running.find(({version}) => moveBetween(version, to) === 'downgrade');
      if (newer !== undefined && !isPart(host))
        return [
          {
            host: wanted.host,
            what: (names) =>
              `${names} would join with ${to.text}, which is older than ${newer.version.text} of ${newer.host}`,
            hint: () => `set k3s_version to ${newer.version.text} for all hosts`,
            variable,
          },
        ];
      const behind = running.find(
        ({version, moves}) => !moves && version.major === to.major && version.minor < to.minor,
      );
      if (behind === undefined || (wanted.kind === 'server' && isPart(host))) return [];
      return [
        {
          host: wanted.host,
          what: (names) =>
            `${names} would get ${to.text}, while ${behind.host}, which is not in this run, stays at ${behind.version.text}`,
          hint: () => 'servers are upgraded first, all of them: run without --limit',
          variable,
        },
      ];
    }),
  );
};

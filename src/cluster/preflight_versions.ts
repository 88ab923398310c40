import {type ClusterHost, kindOf} from './classify.js';
import type {Check, PreflightInput} from './preflight_types.js';
import {type HostFault, together} from './together.js';
import {moveBetween, parseVersion, type Version} from './versions.js';

/** What a host is to get, and the variable that says so; `chosen` is how one asks for another. */
interface Wish {
  readonly text: string;
  readonly variable: {readonly name: 'k3s_version' | 'k3s_binary'};
  readonly says: string;
  readonly chosen: (version: string) => string;
}

/** A binary of the controller's is what is installed; `k3s_version` says its version where it does not tell itself. */
function wishOf({wanted}: ClusterHost, {binaryVersions}: PreflightInput): Wish | undefined {
  const read = binaryVersions?.get(wanted.host);
  if (wanted.version === undefined && read !== undefined)
    return {
      text: read,
      variable: {name: 'k3s_binary'},
      says: `k3s_binary is ${read}, which`,
      chosen: (version) => `take a binary of ${version}`,
    };
  if (wanted.version === undefined) return undefined;
  return {
    text: wanted.version,
    variable: {name: 'k3s_version'},
    says: `k3s_version ${wanted.version}`,
    chosen: (version) => `set k3s_version to ${version}`,
  };
}

/** A release as K3s's release page has it. */
const isRelease = (text: string): boolean => parseVersion(text) !== undefined && /k3s\d+$/.test(text);

/** Has data of a cluster, so that its version is the cluster's concern. */
const isPart = (host: ClusterHost): boolean =>
  host.wanted.kind === 'server' ? kindOf(host) !== 'bare' : host.sighting?.data.agent === true;

function faultOf(host: ClusterHost, input: PreflightInput): HostFault | undefined {
  const {wanted, sighting} = host;
  const name = wanted.host;
  const wish = wishOf(host, input);
  if (wish === undefined) {
    if (input.binaryGiven || sighting === undefined || sighting.version !== undefined) return undefined;
    return {
      host: name,
      what: (hosts) => `nothing says which K3s ${hosts} gets`,
      hint: () => 'set k3s_version (as v1.33.4+k3s1), or k3s_binary to a file on this machine',
    };
  }
  const {text, says, chosen, variable} = wish;
  const to = parseVersion(text);
  if (to === undefined || !isRelease(text))
    return {
      host: name,
      what: () => `k3s_version '${text}' is no K3s release`,
      hint: () => 'write it as on the release page: v1.33.4+k3s1',
      variable,
    };
  const from = sighting?.version === undefined ? undefined : parseVersion(sighting.version);
  if (from === undefined || !isPart(host)) return undefined;
  const move = moveBetween(from, to);
  if (move === 'downgrade')
    return {
      host: name,
      what: (hosts) => `${says} is older than ${from.text}, which is on ${hosts}`,
      hint: () =>
        `K3s has no way back to an older version: ${chosen(from.text)} or a newer one (going back takes a snapshot from before the upgrade, and the older binary)`,
      variable,
    };
  if (move === 'skips-minor')
    return {
      host: name,
      what: (hosts) => `from ${from.text} to ${to.text} would skip a minor version on ${hosts}`,
      hint: () =>
        `take one minor version after the other: ${chosen(`a v${from.major}.${from.minor + 1} release`)} first`,
      variable,
    };
  return undefined;
}

/** No downgrade, no skipped minor (docs "upgrades/manual"), and nothing that is no version at all. */
export const versions: Check = (input, hosts) => together(hosts.flatMap((host) => faultOf(host, input) ?? []));

interface Running {
  readonly host: string;
  readonly version: Version;
  /** Upgraded by this run, so that what it runs now is not what the others meet. */
  readonly moves: boolean;
}

const runningServers = (input: PreflightInput): readonly Running[] =>
  input.servers.flatMap((host) => {
    const {wanted, sighting, inPlay} = host;
    const version = sighting?.version === undefined ? undefined : parseVersion(sighting.version);
    if (version === undefined || kindOf(host) !== 'member') return [];
    return [{host: wanted.host, version, moves: inPlay && wishOf(host, input) !== undefined}];
  });

/** Nodes join at the cluster's version (docs "upgrades/manual"): neither older, nor newer than servers that stay behind. */
export const joiningVersions: Check = (input, hosts) => {
  const running = runningServers(input);
  return together(
    hosts.flatMap((host): HostFault[] => {
      const {wanted, sighting, inPlay} = host;
      const wish = wishOf(host, input);
      const to = wish === undefined ? undefined : parseVersion(wish.text);
      if (sighting === undefined || !inPlay || wish === undefined || to === undefined || !isRelease(to.text)) return [];
      const {variable} = wish;
      const newer = running.find(({version}) => moveBetween(version, to) === 'downgrade');
      if (newer !== undefined && !isPart(host))
        return [
          {
            host: wanted.host,
            what: (names) =>
              `${names} would join with ${to.text}, which is older than ${newer.version.text} of ${newer.host}`,
            hint: () => `${wish.chosen(newer.version.text)} for all hosts`,
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

/** Told where nothing else is amiss with the versions: what is installed is the binary, so `k3s_version` would never come true. */
export const binaryIsVersion: Check = (input, hosts) => {
  if (versions(input, hosts).length > 0 || joiningVersions(input, hosts).length > 0) return [];
  return together(
    hosts.flatMap(({wanted: {host, version}}): HostFault[] => {
      const read = input.binaryVersions?.get(host);
      if (version === undefined || read === undefined || read === version) return [];
      return [
        {
          host,
          what: () => `k3s_version is ${version}, and k3s_binary is ${read}`,
          hint: () => `leave k3s_version out, or set it to ${read}`,
          variable: {name: 'k3s_version'},
        },
      ];
    }),
  );
};

import {basename} from 'node:path';
import {type ClusterHost, liveConfig} from './classify.js';
import {differingKeys, type K3sConfig, membershipKeys} from './config_file.js';
import {isForeign} from './effective.js';

const sumLine = /^([0-9a-f]{64}) {2}(.+)/;
/** sha256 by path, of what the helper of our units printed (k3s-sums); its other lines are passed over. */
export const sumsIn = (text: string): Map<string, string> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const match = sumLine.exec(line);
      return match === null ? [] : [[match[2] ?? '', match[1] ?? '']];
    }),
  );

/** Names of files that differ between the sums of a start and those of now; undefined where nothing does, or nothing tells. */
export function changedSince(start: string | undefined, now: string | undefined): string | undefined {
  if (start === undefined || now === undefined) return undefined;
  const [before, after] = [sumsIn(start), sumsIn(now)];
  const differing = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  if (differing.length === 0) return undefined;
  return `${differing
    .map((path) => basename(path))
    .sort()
    .join(', ')} changed since its start`;
}

/**
 * Files of a server that are not as they were when it was started, by the sums that our unit wrote then and those of now;
 * undefined where nothing differs, or where the unit is of another hand and nothing tells.
 */
export function changedFiles({sighting}: ClusterHost): string | undefined {
  const sums = sighting?.server?.sums;
  const own = sighting?.sumsNow !== undefined && !isForeign(sighting, 'server');
  if (sums === undefined && own && sighting?.server?.active === 'active')
    return 'nothing tells what it was started with';
  return changedSince(sums, sighting?.sumsNow);
}

/** Settings that config.yaml has otherwise; a file of another hand's is compared by what is effective (adoption). */
function changedSettings({sighting}: ClusterHost, planned: K3sConfig): string | undefined {
  if (sighting?.configText === undefined) return undefined;
  const keys = differingKeys(liveConfig(sighting), planned, membershipKeys);
  return keys.length === 0
    ? undefined
    : `${keys.join(', ')} ${keys.length === 1 ? 'changes' : 'change'} in config.yaml`;
}

function changedVersion({sighting, wanted}: ClusterHost): string | undefined {
  if (wanted.version === undefined || sighting?.version === undefined || wanted.version === sighting.version)
    return undefined;
  return `${sighting.version} becomes ${wanted.version}`;
}

/**
 * Why a running server of our own is to be restarted, as far as what was seen before anything is touched can tell; undefined
 * where nothing differs. Binaries given as files, registries and the unit are compared later, when they are put in place.
 */
export function restartReason(host: ClusterHost, planned: K3sConfig): string | undefined {
  const reasons = [changedFiles(host), changedSettings(host, planned), changedVersion(host)].filter(
    (reason) => reason !== undefined,
  );
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

import {basename} from 'node:path';
import type {ClusterHost} from './classify.js';

const sumLine = /^([0-9a-f]{64}) {2}(.+)$/;

const sumsIn = (text: string): Map<string, string> =>
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
export const restartReason = ({sighting}: ClusterHost): string | undefined =>
  changedSince(sighting?.server?.sums, sighting?.sumsNow);

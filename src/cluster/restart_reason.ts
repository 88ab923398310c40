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

/**
 * Files that are not as they were when the service was started, by the sums that our unit wrote then and those of now;
 * undefined where nothing differs, or where the unit is of another hand and nothing tells.
 */
export function restartReason({sighting}: ClusterHost): string | undefined {
  const unit = sighting?.server;
  if (unit?.sums === undefined || sighting?.sumsNow === undefined) return undefined;
  const [then, now] = [sumsIn(unit.sums), sumsIn(sighting.sumsNow)];
  const differing = [...new Set([...then.keys(), ...now.keys()])].filter((path) => then.get(path) !== now.get(path));
  if (differing.length === 0) return undefined;
  return `${differing
    .map((path) => basename(path))
    .sort()
    .join(', ')} changed since its start`;
}

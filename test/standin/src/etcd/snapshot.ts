/** Snapshots of the embedded etcd: files named `<name>-<node>-<unix time>` in one folder. */

import {closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import type {EtcdClient} from './client.js';

export interface SnapshotFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly created: Date;
}

/** Saves one; resolves to the file. A part left by a crash never has a snapshot's name. */
export const saveSnapshot = async (
  client: EtcdClient,
  folder: string,
  prefix: string,
  node: string,
  now: Date,
): Promise<SnapshotFile> => {
  mkdirSync(folder, {recursive: true, mode: 0o700});
  const name = `${prefix}-${node}-${Math.floor(now.getTime() / 1000)}`;
  const path = join(folder, name);
  const part = `${path}.part`;
  const file = openSync(part, 'w', 0o600);
  try {
    await client.snapshot((bytes) => writeSync(file, bytes));
  } catch (error) {
    rmSync(part, {force: true});
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(part, path);
  return {name, path, size: statSync(path).size, created: now};
};

/** Oldest first. */
export const listSnapshots = (folder: string): SnapshotFile[] => {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => !name.endsWith('.part'));
  } catch {
    // No snapshot was made yet.
  }
  return names
    .map((name) => {
      const path = join(folder, name);
      const {size, mtime} = statSync(path);
      const stamp = /-(\d{9,})$/.exec(name)?.[1];
      return {name, path, size, created: stamp ? new Date(Number(stamp) * 1000) : mtime};
    })
    .sort((a, b) => a.created.getTime() - b.created.getTime());
};

/** Removes the oldest of a name until `keep` are left; returns what went. */
export const pruneSnapshots = (folder: string, prefix: string, keep: number): SnapshotFile[] => {
  const found = listSnapshots(folder).filter(({name}) => name.startsWith(`${prefix}-`));
  const old = keep > 0 ? found.slice(0, Math.max(0, found.length - keep)) : [];
  for (const {path} of old) rmSync(path);
  return old;
};

/** Whether one field of a cron expression holds `value`: `*`, `5`, `1,2`, `0-6`, `*` or a range with a step. */
const fieldHas = (field: string, value: number): boolean =>
  field.split(',').some((part) => {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    if (range === '*') return value % Number(step) === 0;
    const [from = 0, to = from] = range.split('-').map(Number);
    return value >= from && value <= to && (value - from) % Number(step) === 0;
  });

/** Whether a cron expression of five fields means this minute (UTC, as on hosts that keep it). */
export const cronMatches = (expression: string, at: Date): boolean => {
  const [minute = '*', hour = '*', day = '*', month = '*', weekday = '*'] = expression.trim().split(/\s+/);
  return (
    fieldHas(minute, at.getMinutes()) &&
    fieldHas(hour, at.getHours()) &&
    fieldHas(day, at.getDate()) &&
    fieldHas(month, at.getMonth() + 1) &&
    fieldHas(weekday, at.getDay())
  );
};

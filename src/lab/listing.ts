import {createHash} from 'node:crypto';
import {createReadStream} from 'node:fs';
import {lstat, readdir, readlink} from 'node:fs/promises';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';

/** One entry of an overlay's upper dir. Ownership is by number; times and sizes of directories are left out. */
export interface UpperEntry {
  /** From the host's root: `/etc/hosts`. */
  readonly path: string;
  /** `whiteout`: the host has removed what the image has there. */
  readonly type: 'file' | 'dir' | 'link' | 'fifo' | 'socket' | 'device' | 'whiteout';
  /** Four octal digits. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly size?: number;
  readonly mtimeMs?: number;
  readonly sha256?: string;
  /** Where a link points. */
  readonly target?: string;
}

export interface ListOptions {
  /** What is not looked at: paths that match, and all below them. */
  readonly except?: readonly RegExp[];
  /** Hashes of earlier listings, by what changes with a file's content (inode, size, times of change); filled here. */
  readonly hashes?: Map<string, string>;
}

interface Walk extends ListOptions {
  readonly top: string;
  readonly entries: UpperEntry[];
}

/** All entries below `dir`, sorted by path. What vanishes while it is read is left out. */
export async function listTree(dir: string, options: ListOptions = {}): Promise<UpperEntry[]> {
  const entries: UpperEntry[] = [];
  await walk({...options, top: dir, entries}, '');
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function walk(all: Walk, folder: string): Promise<void> {
  const names = await ifThere(readdir(join(all.top, folder)));
  for (const name of names ?? []) {
    const path = `${folder}/${name}`;
    if (all.except?.some((pattern) => pattern.test(path)) === true) continue;
    const entry = await ifThere(describe(all, path));
    if (!entry) continue;
    all.entries.push(entry);
    if (entry.type === 'dir') await walk(all, entry.path);
  }
}

async function ifThere<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function describe({top, hashes}: Walk, path: string): Promise<UpperEntry> {
  const full = join(top, path);
  const stat = await lstat(full);
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
  const common = {path, mode, uid: stat.uid, gid: stat.gid};
  if (stat.isDirectory()) return {...common, type: 'dir'};
  const timed = {...common, mtimeMs: stat.mtimeMs};
  if (stat.isFile()) return {...timed, type: 'file', size: stat.size, sha256: await knownHash(full, hashes)};
  if (stat.isSymbolicLink()) return {...timed, type: 'link', target: await readlink(full)};
  if (stat.isCharacterDevice() && stat.rdev === 0) return {...common, type: 'whiteout'};
  return {...timed, type: stat.isFIFO() ? 'fifo' : stat.isSocket() ? 'socket' : 'device'};
}

/** A file's times are set back by its owner at will, but not the time of its last change of any kind. */
async function knownHash(path: string, hashes = new Map<string, string>()): Promise<string> {
  const {dev, ino, size, mtimeNs, ctimeNs} = await lstat(path, {bigint: true});
  const key = [dev, ino, size, mtimeNs, ctimeNs].join(':');
  const known = hashes.get(key);
  if (known !== undefined) return known;
  const hash = await sha256Of(path);
  hashes.set(key, hash);
  return hash;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

export interface ListingDifference {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Names of the properties that differ, for `changed`: `['size', 'sha256']`. */
  readonly properties: readonly string[];
}

/** What differs between two listings, apart from paths that match `ignore`. */
export function compareListings(
  before: readonly UpperEntry[],
  after: readonly UpperEntry[],
  options: {readonly ignore?: readonly RegExp[]} = {},
): ListingDifference[] {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const now = new Map(after.map((entry) => [entry.path, entry]));
  const differences: ListingDifference[] = [];
  for (const path of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    if (options.ignore?.some((pattern) => pattern.test(path))) continue;
    const [left, right] = [old.get(path), now.get(path)];
    if (!left) differences.push({path, change: 'added', properties: []});
    else if (!right) differences.push({path, change: 'removed', properties: []});
    else {
      const properties = changedProperties(left, right);
      if (properties.length > 0) differences.push({path, change: 'changed', properties});
    }
  }
  return differences;
}

function changedProperties(left: UpperEntry, right: UpperEntry): string[] {
  const [a, b]: Record<string, unknown>[] = [{...left}, {...right}];
  return [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])].filter((key) => a?.[key] !== b?.[key]).sort();
}

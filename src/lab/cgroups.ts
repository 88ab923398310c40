import {existsSync, readdirSync, readFileSync, rmdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {LabError} from '../errors/index.js';

/**
 * A host is what lives in its cgroups, `.../quorate-lab/LAB/HOST`: no pid is kept in a file, so none can be stale.
 * `launcher` holds the shell that starts the host, `guest` systemd-nspawn and the host itself, `backdoor` exec's.
 */
const mountPoint = '/sys/fs/cgroup';
const folder = 'quorate-lab';
/** A lab may have been started from a cgroup some levels down: a session's, a unit's. */
const searchDepth = 4;

const isUnified = (): boolean => existsSync(join(mountPoint, 'cgroup.controllers'));

/** The hierarchies mounted here: one with cgroup v2, one for each controller and systemd's with v1. */
function hierarchies(): string[] {
  if (isUnified()) return [mountPoint];
  return subdirs(mountPoint).map((name) => join(mountPoint, name));
}

/** The hierarchy in which every process of a host is found. */
const trackingHierarchy = (): string => (isUnified() ? mountPoint : join(mountPoint, 'systemd'));

function subdirs(dir: string): string[] {
  try {
    return readdirSync(dir, {withFileTypes: true})
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    // Cgroups come and go while they are listed.
    return [];
  }
}

function findFolders(dir: string, depth: number): string[] {
  return subdirs(dir).flatMap((name) => {
    if (name === folder) return [join(dir, name)];
    return depth > 0 ? findFolders(join(dir, name), depth - 1) : [];
  });
}

function dirsOf(hierarchy: string, lab: string, host: string | undefined): string[] {
  return findFolders(hierarchy, searchDepth)
    .map((found) => (host === undefined ? join(found, lab) : join(found, lab, host)))
    .filter((dir) => existsSync(dir));
}

/** A lab's cgroups, or one host's, in all hierarchies. */
export const cgroupDirs = (lab: string, host?: string): string[] =>
  hierarchies().flatMap((hierarchy) => dirsOf(hierarchy, lab, host));

function pidsUnder(dir: string): number[] {
  let own: number[] = [];
  try {
    own = readFileSync(join(dir, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    // Gone since it was listed.
  }
  return [...own, ...subdirs(dir).flatMap((name) => pidsUnder(join(dir, name)))];
}

/** Every process of a host (or of a whole lab), its launcher first. */
export function pidsOf(lab: string, host?: string): number[] {
  const pids = dirsOf(trackingHierarchy(), lab, host).flatMap(pidsUnder);
  if (host === undefined) return pids;
  const launchers = new Set(dirsOf(trackingHierarchy(), lab, host).flatMap((dir) => pidsUnder(join(dir, 'launcher'))));
  return pids.sort((a, b) => Number(launchers.has(b)) - Number(launchers.has(a)));
}

/** The host's process 1 as this machine sees it: in `guest`, and 1 in the namespace right below ours. */
export function initPid(lab: string, host: string): number | undefined {
  const pids = dirsOf(trackingHierarchy(), lab, host).flatMap((dir) => pidsUnder(join(dir, 'guest')));
  return pids.find((pid) => {
    const ids = /^NSpid:\s*(.*)$/m.exec(readIfThere(`/proc/${pid}/status`))?.[1]?.split(/\s+/) ?? [];
    return ids.length === 2 && ids[1] === '1';
  });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Bytes the host's memory cgroup is charged with, page cache included; undefined where nothing counts them. */
export function memoryBytes(lab: string, host: string): number | undefined {
  const dirs = isUnified() ? dirsOf(mountPoint, lab, host) : dirsOf(join(mountPoint, 'memory'), lab, host);
  const file = isUnified() ? 'memory.current' : 'memory.usage_in_bytes';
  const values = dirs.map((dir) => Number(readIfThere(join(dir, file)) || Number.NaN)).filter(Number.isFinite);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

const pollMs = 20;

async function poll(what: string, limitMs: number, done: () => boolean): Promise<void> {
  for (let waited = 0; !done(); waited += pollMs) {
    if (waited > limitMs) throw new LabError({what: `${what} did not end within ${limitMs / 1000} s`});
    await sleep(pollMs);
  }
}

/** Stops every process of the host where it is, or lets them go on. */
export async function setFrozen(lab: string, host: string | undefined, frozen: boolean): Promise<void> {
  const unified = isUnified();
  const dirs = unified ? dirsOf(mountPoint, lab, host) : dirsOf(join(mountPoint, 'freezer'), lab, host);
  for (const dir of dirs) {
    const [file, value] = unified
      ? ['cgroup.freeze', frozen ? '1' : '0']
      : ['freezer.state', frozen ? 'FROZEN' : 'THAWED'];
    try {
      writeFileSync(join(dir, file), value);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      continue;
    }
    const reached = (): boolean =>
      unified
        ? readIfThere(join(dir, 'cgroup.events')).includes(`frozen ${frozen ? 1 : 0}`)
        : readIfThere(join(dir, file)).trim() === value;
    await poll(`freezing ${host ?? lab}`, 10_000, reached);
  }
}

/** Kills all that lives in the host's cgroups, as a power cut would, and waits until it is gone. */
export async function killAll(lab: string, host?: string): Promise<void> {
  // A save that was cut short may have left the whole lab frozen, and what is frozen does not die.
  await setFrozen(lab, undefined, false);
  if (host !== undefined) await setFrozen(lab, host, false);
  await poll(`killing ${host ?? lab}`, 30_000, () => {
    const pids = pidsOf(lab, host);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    return pids.length === 0;
  });
}

/** Removes a host's empty cgroups, or all of a lab's; those that still hold a process stay for the next try. */
export async function removeCgroups(lab: string, host?: string): Promise<void> {
  await poll(`removing the cgroups of ${host ?? lab}`, 5_000, () => {
    for (const dir of cgroupDirs(lab, host)) removeTree(dir);
    return cgroupDirs(lab, host).length === 0;
  });
  if (host !== undefined) return;
  for (const hierarchy of hierarchies()) for (const dir of findFolders(hierarchy, searchDepth)) tryRemove(dir);
}

function removeTree(dir: string): void {
  for (const name of subdirs(dir)) removeTree(join(dir, name));
  tryRemove(dir);
}

function tryRemove(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // Not empty yet, or another lab's are in it.
  }
}

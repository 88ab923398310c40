import {join, resolve} from 'node:path';
import {LabError, UsageError} from '../errors/index.js';
import type {LabPlaces} from './types.js';

export const defaultDir = '/var/lib/quorate-lab';
export const defaultName = 'lab';

/** Where labs and their caches lie: options, then QUORATE_LAB_DIR and QUORATE_LAB_CACHE, then /var/lib/quorate-lab. */
export function placesOf(
  options: {readonly dir?: string | undefined; readonly cacheDir?: string | undefined},
  env: Readonly<Record<string, string | undefined>> = process.env,
): LabPlaces {
  const places = {
    dir: resolve(options.dir ?? env.QUORATE_LAB_DIR ?? defaultDir),
    cacheDir: resolve(options.cacheDir ?? env.QUORATE_LAB_CACHE ?? defaultDir),
  };
  for (const path of [places.dir, places.cacheDir]) {
    if (!/^[\w./@+-]+$/.test(path)) {
      throw new LabError({
        what: `a lab cannot lie in ${JSON.stringify(path)}`,
        hint: 'overlay mounts take no colon, comma or blank in a path; choose another --dir',
      });
    }
  }
  return places;
}

const reserved = new Set(['images', 'repos']);

/** A lab's or group's name goes into names of links, namespaces, cgroups and hosts. */
export function checkName(kind: 'lab' | 'group', name: string): string {
  if (!/^[a-z][a-z0-9-]{0,23}$/.test(name) || name.endsWith('-') || reserved.has(name)) {
    throw new UsageError({
      what: `${JSON.stringify(name)} cannot be the name of a ${kind}`,
      hint: 'use lower case letters, digits and dashes, a letter first, at most 24; not "images" or "repos"',
    });
  }
  return name;
}

/** The files of one lab. */
export class LabFiles {
  readonly root: string;
  /** By name alone: labs of one name in two folders would share namespaces and cgroups. */
  readonly lock: string;
  constructor(places: LabPlaces, name: string) {
    this.root = join(places.dir, name);
    this.lock = `/run/quorate-lab.${name}.lock`;
  }
  get record(): string {
    return join(this.root, 'lab.json');
  }
  get inventory(): string {
    return join(this.root, 'inventory.yml');
  }
  get key(): string {
    return join(this.root, 'id_ed25519');
  }
  get knownHosts(): string {
    return join(this.root, 'known_hosts');
  }
  get operatorPassword(): string {
    return join(this.root, 'operator_password');
  }
  get saved(): string {
    return join(this.root, 'saved');
  }
  host(name: string): HostFiles {
    return new HostFiles(join(this.root, 'hosts', name));
  }
}

/** The files of one host: `own` (name, keys, /etc/hosts) lies over the image, `upper` over both. */
export class HostFiles {
  readonly dir: string;
  constructor(dir: string) {
    this.dir = dir;
  }
  get own(): string {
    return join(this.dir, 'own');
  }
  get upper(): string {
    return join(this.dir, 'upper');
  }
  get work(): string {
    return join(this.dir, 'work');
  }
  get root(): string {
    return join(this.dir, 'root');
  }
  get console(): string {
    return join(this.dir, 'console.log');
  }
  get launcher(): string {
    return join(this.dir, 'launch.sh');
  }
}

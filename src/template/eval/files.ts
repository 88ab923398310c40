/** Finds files on the controller as Ansible does: along the role's and the playbook's folders. */
import {dirname, isAbsolute, join, normalize} from 'node:path';
import type {Runtime} from './runtime.js';

/** The absolute path of a file, or undefined. Relative names are tried in each folder of the search path. */
export function findOnPath(runtime: Runtime, kind: 'files' | 'templates' | 'vars', name: string): string | undefined {
  const host = runtime.context.lookups;
  const expanded = expandHome(runtime, name);
  if (isAbsolute(expanded)) return host.exists(expanded) ? expanded : undefined;
  const beside = runtime.file === undefined ? [] : [dirname(runtime.file)];
  for (const folder of [...beside, ...host.searchPaths(kind)]) {
    const path = normalize(join(folder, expanded));
    if (host.exists(path)) return path;
  }
  return undefined;
}

export function expandHome(runtime: Runtime, path: string): string {
  const home = runtime.context.lookups.env('HOME');
  return home !== undefined && (path === '~' || path.startsWith('~/')) ? home + path.slice(1) : path;
}

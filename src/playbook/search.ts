/** Where files named in plays are looked for. */
import {existsSync, statSync} from 'node:fs';
import path from 'node:path';
import {PlaybookError, type Where} from '../errors/index.js';
import type {Scope} from './types.js';

export type FileKind = 'files' | 'templates' | 'vars' | 'tasks';

interface Near {
  readonly scopes: readonly Scope[];
  readonly where: Where;
}

/** The folder of the playbook a node belongs to. */
export const playDirectory = (near: Near): string => path.dirname(near.scopes[0]?.where.file ?? near.where.file);

/** Folders in order: the roles around (innermost first), the folder of the file, the playbook's; each with its subfolder of that kind first. */
export function searchFolders(kind: FileKind, near: Near): string[] {
  const roles = near.scopes.flatMap((scope) => (scope.role ? [scope.role.path] : [])).reverse();
  const bases = [...roles, path.dirname(near.where.file), playDirectory(near)];
  return [...new Set(bases.flatMap((base) => [path.join(base, kind), base]))];
}

/** The first of the folders that holds the file; throws with every place that was looked in. */
export function findIn(folders: readonly string[], name: string, what: string, where: Where): string {
  const places = path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name));
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new PlaybookError({
    what: `${what} '${name}' does not exist`,
    where,
    hint: `looked for ${places.join(', ')}`,
  });
}

/** `main`, `main.yml`, `main.yaml`, `main.json` in a folder; with `mayBeFolder` also a folder of such files. */
export function yamlFileIn(folder: string, name: string): string | undefined {
  const candidates = ['', '.yml', '.yaml', '.json'].map((extension) => path.join(folder, name + extension));
  return candidates.find((file) => statSync(file, {throwIfNoEntry: false})?.isFile());
}

export const isFolder = (file: string): boolean => statSync(file, {throwIfNoEntry: false})?.isDirectory() ?? false;

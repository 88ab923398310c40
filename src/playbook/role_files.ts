/** Finding roles and reading what is in them. */
import {readdirSync} from 'node:fs';
import path from 'node:path';
import {didYouMean, PlaybookError, type Where} from '../errors/index.js';
import type {Level, VarsLayer} from '../inventory/types.js';
import type {LoadContext} from './around.js';
import {isFolder, yamlFileIn} from './search.js';
import type {Written} from './types.js';
import {isMapping, kindOf} from './view.js';

export interface RoleFiles {
  readonly tasksFrom?: string | undefined;
  readonly handlersFrom?: string | undefined;
  readonly varsFrom?: string | undefined;
  readonly defaultsFrom?: string | undefined;
}

/** Folders that may hold a role, first one first. */
function roleFolders(context: LoadContext, directory: string, parentRole: string | undefined): string[] {
  const folders = [
    path.join(directory, 'roles'),
    ...context.rolesPath,
    ...(parentRole === undefined ? [] : [path.dirname(parentRole)]),
    directory,
    // Ansible does not look here; a playbooks/ folder beside roles/ is common, and nothing else can be meant.
    path.join(directory, '..', 'roles'),
  ];
  return [...new Set(folders.map((folder) => path.resolve(folder)))];
}

/** The folder of a role by its name, its path, or `namespace.collection.role`. */
export function findRole(
  context: LoadContext,
  name: string,
  directory: string,
  parentRole: string | undefined,
  where: Where,
): string {
  const folders = roleFolders(context, directory, parentRole);
  const parts = name.split('.');
  const isQualified = parts.length >= 3 && !name.includes('/');
  const qualified = isQualified
    ? [...context.collectionsPath, path.join(directory, 'collections')].map((folder) =>
        path.join(folder, 'ansible_collections', parts[0] ?? '', parts[1] ?? '', 'roles', ...parts.slice(2)),
      )
    : [];
  const last = isQualified ? folders.map((folder) => path.join(folder, parts.at(-1) ?? '')) : [];
  const places = [...qualified, ...folders.map((folder) => path.resolve(folder, name)), ...last];
  const found = places.find(isFolder);
  if (found !== undefined) return found;
  const names = folders.filter(isFolder).flatMap((folder) => readdirSync(folder));
  throw new PlaybookError({
    what: `there is no role '${name}'`,
    where,
    hint:
      didYouMean(name, names) ??
      `looked for ${[...new Set(places)].join(', ')}; roles_path in ansible.cfg adds folders`,
  });
}

/** The tasks or handlers file of a role; a named one (`tasks_from`) must exist. */
export function roleFile(
  role: string,
  folder: 'tasks' | 'handlers' | 'meta',
  from: string | undefined,
  where: Where,
): string | undefined {
  const base = path.join(role, folder);
  const file = yamlFileIn(base, from ?? 'main');
  if (file !== undefined || from === undefined) return file;
  const names = isFolder(base) ? readdirSync(base).map((name) => name.replace(/\.(?:ya?ml|json)$/, '')) : [];
  throw new PlaybookError({
    what: `the role ${role} has no ${folder}/${from}`,
    where,
    hint: didYouMean(from, names) ?? `it has ${names.join(', ') || 'none'}`,
  });
}

/** Variables of a role's vars/ or defaults/: a file, or all files of a folder of that name. */
export function roleVariables(
  context: LoadContext,
  role: {readonly name: string; readonly path: string},
  folder: 'vars' | 'defaults',
  from: string | undefined,
  where: Where,
): VarsLayer[] {
  const base = path.join(role.path, folder);
  const main = path.join(base, from ?? 'main');
  const file = yamlFileIn(base, from ?? 'main');
  const files = file !== undefined ? [file] : isFolder(main) ? filesBelow(main) : [];
  if (files.length === 0 && from !== undefined)
    throw new PlaybookError({what: `the role ${role.name} has no ${folder}/${from}`, where});
  const level: Level = folder === 'vars' ? 'roleVars' : 'roleDefaults';
  return files.map((name) => variablesOf(context, name, level, where));
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder)
    .sort()
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .flatMap((name) => {
      const full = path.join(folder, name);
      if (isFolder(full)) return filesBelow(full);
      return /\.(?:ya?ml|json)$/.test(name) || !name.includes('.') ? [full] : [];
    });

/** A file of variables as a layer; an empty file is an empty layer. */
export function variablesOf(context: LoadContext, file: string, level: Level, from?: Where): VarsLayer {
  const source = context.files.read(file, from);
  const value = source.value ?? {};
  if (!isMapping(value))
    throw new PlaybookError({
      what: `a variables file holds a mapping, ${file} holds ${kindOf(value)}`,
      where: source.where,
      hint: 'write name: value lines',
    });
  return {level, label: file, values: value, where: {file, line: 1, column: 1}, template: true};
}

export interface RoleMeta {
  readonly dependencies: readonly Written[];
  readonly allowDuplicates: boolean;
}

/** What meta/main.yml says of dependencies. */
export function roleMeta(context: LoadContext, role: string, where: Where): RoleMeta {
  const file = roleFile(role, 'meta', undefined, where);
  const source = file === undefined ? undefined : context.files.read(file, where);
  if (source === undefined || source.value === null) return {dependencies: [], allowDuplicates: false};
  if (!isMapping(source.value))
    throw new PlaybookError({what: `meta of a role is a mapping, not ${kindOf(source.value)}`, where: source.where});
  const view = context.files.view(source.value, source.where);
  const dependencies = view.get('dependencies');
  if (dependencies !== undefined && dependencies !== null && !Array.isArray(dependencies))
    throw new PlaybookError({
      what: `dependencies is ${kindOf(dependencies)}, not a list of roles`,
      where: view.whereOf('dependencies'),
    });
  return {dependencies: view.list('dependencies'), allowDuplicates: view.get('allow_duplicates') === true};
}

/** The entry of a role's argument specs for a tasks file (`main` by default), if it has one. */
export function argumentSpec(context: LoadContext, role: string, entry: string, where: Where): Written | undefined {
  const meta = path.join(role, 'meta');
  const file = yamlFileIn(meta, 'argument_specs') ?? yamlFileIn(meta, 'main');
  const source = file === undefined ? undefined : context.files.read(file, where);
  if (!isMapping(source?.value)) return undefined;
  const specs = context.files.view(source.value, source.where).view('argument_specs');
  return specs?.written(entry);
}

/** group_vars/ and host_vars/: which files belong to a name, and what they hold. */
import {readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import {InventoryError, type Where} from '../errors/index.js';
import {type PositionMap, readYamlFile} from '../yaml/index.js';
import type {InventoryGraph} from './graph.js';
import {layerOf} from './graph.js';
import {localNames} from './local_names.js';
import type {Level} from './types.js';
import {isMapping} from './yaml_source.js';

const extensions = ['', '.yml', '.yaml', '.json'];

export interface VarsFileReader {
  readonly positions: PositionMap;
  /** Opens files that are sealed as a whole. */
  readonly decode?: (text: string, file: string) => string;
  readonly warn: (message: string, where?: Where) => void;
}

const kindAt = (file: string): 'file' | 'directory' | undefined => {
  const stats = statSync(file, {throwIfNoEntry: false});
  return stats?.isDirectory() ? 'directory' : stats?.isFile() ? 'file' : undefined;
};

/** Files of a vars folder in order; hidden files, backups and other extensions are passed over. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
    .flatMap((name) => {
      const full = path.join(directory, name);
      const extension = path.extname(name);
      const kind = kindAt(full);
      if (kind === 'directory') return extension === '' ? filesBelow(full) : [];
      return kind === 'file' && extensions.includes(extension) ? [full] : [];
    });
}

/** Files that hold variables of `name` below `directory`: the first of name, name.yml, name.yaml, name.json that exists. */
export function varsFilesFor(directory: string, name: string, warn: (message: string) => void): string[] {
  if (name.includes('/')) return [];
  const present = extensions.map((extension) => path.join(directory, name + extension)).filter((file) => kindAt(file));
  const [first, ...shadowed] = present;
  if (first === undefined) return [];
  if (shadowed.length > 0)
    warn(`${shadowed.join(', ')} ${shadowed.length > 1 ? 'are' : 'is'} not read, since ${first} is there too`);
  return kindAt(first) === 'directory' ? filesBelow(first) : [first];
}

/** The mapping a variables file holds; an empty file holds none. */
export function readVarsFile(file: string, reader: VarsFileReader): Readonly<Record<string, unknown>> {
  const document = readYamlFile(file, reader);
  for (const warning of document.warnings) reader.warn(warning.what, warning.where);
  if (document.value === null) return {};
  if (isMapping(document.value)) return document.value;
  throw new InventoryError({
    what: `a variables file holds a mapping, ${file} holds ${Array.isArray(document.value) ? 'a list' : 'one value'}`,
    where: document.where,
    hint: 'write `name: value` lines',
  });
}

/** Adds what lies in group_vars/ and host_vars/ beside an inventory or a playbook. */
export function addVarsFolders(
  graph: InventoryGraph,
  base: string,
  place: 'inventory' | 'playbook',
  reader: VarsFileReader,
  only: {readonly groups: Iterable<string>; readonly hosts: Iterable<string>} = {
    groups: graph.groups.keys(),
    hosts: new Set([...graph.hosts.keys(), ...localNames]),
  },
): void {
  const add = (folder: string, name: string, level: Level, set: (layer: ReturnType<typeof layerOf>) => void): void => {
    for (const file of varsFilesFor(path.join(base, folder), name, (message) => reader.warn(message)))
      set(layerOf(level, file, readVarsFile(file, reader), {file, line: 1, column: 1}));
  };
  if (kindAt(path.join(base, 'group_vars')) === 'directory')
    for (const name of only.groups) {
      const suffix = name === 'all' ? 'GroupVarsAll' : 'GroupVars';
      add('group_vars', name, `${place}${suffix}`, (layer) => graph.setGroupVars(name, layer));
    }
  if (kindAt(path.join(base, 'host_vars')) === 'directory')
    for (const name of only.hosts)
      add('host_vars', name, `${place}HostVars`, (layer) => graph.setHostVars(name, layer));
}

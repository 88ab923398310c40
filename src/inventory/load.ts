import {accessSync, closeSync, constants, openSync, readdirSync, readFileSync, readSync, statSync} from 'node:fs';
import path from 'node:path';
import {InventoryError, messageOf, type Where, YamlError} from '../errors/index.js';
import {type ParseOptions, PositionMap, parseYaml} from '../yaml/index.js';
import {InventoryGraph} from './graph.js';
import {readIniInventory} from './ini_source.js';
import {expandRange, splitPort} from './range.js';
import {readScriptInventory} from './script_source.js';
import type {Inventory, Values} from './types.js';
import {addVarsFolders, type VarsFileReader} from './vars_files.js';
import {isMapping, readYamlInventory} from './yaml_source.js';

export interface LoadInventoryOptions {
  /** Folders of the playbooks to be run: group_vars/ and host_vars/ there count too. */
  readonly playbookDirs?: readonly string[];
  /** Relative sources are looked for here. */
  readonly cwd: string;
  readonly positions?: PositionMap;
  /** Opens texts that are sealed as a whole. */
  readonly decode?: (text: string, file: string) => string;
  readonly warn?: (message: string, where?: Where) => void;
  readonly signal?: AbortSignal;
}

const ignoredFiles =
  /(?:^\.|~$|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|cfg|retry)$|^(?:host_vars|group_vars|vars_plugins)$)/;

/**
 * Reads inventory sources in order (files, folders, executable scripts, `h1,h2,`) with the variables that lie beside
 * them. Throws InventoryError or YamlError.
 */
export async function loadInventory(sources: readonly string[], options: LoadInventoryOptions): Promise<Inventory> {
  const reader = new SourceReader(options);
  for (const source of sources) await reader.source(source);
  return reader.finish(sources);
}

class SourceReader {
  readonly #graph = new InventoryGraph();
  readonly #files: VarsFileReader;
  readonly #bases: string[] = [];

  constructor(private readonly options: LoadInventoryOptions) {
    this.#files = {
      positions: options.positions ?? new PositionMap(),
      warn: options.warn ?? (() => undefined),
      ...(options.decode ? {decode: options.decode} : {}),
    };
  }

  async source(source: string): Promise<void> {
    if (source.includes(',')) {
      this.#inline(source);
      return;
    }
    const full = path.resolve(this.options.cwd, source);
    const stats = statSync(full, {throwIfNoEntry: false});
    if (!stats)
      throw new InventoryError({
        what: `the inventory ${full} does not exist`,
        hint: `for hosts named on the command line, end the list with a comma: -i '${source},'`,
      });
    const base = stats.isDirectory() ? full : path.dirname(full);
    if (!this.#bases.includes(base)) this.#bases.push(base);
    await this.#path(full);
  }

  async #path(full: string): Promise<void> {
    if (!statSync(full).isDirectory()) return this.#file(full);
    for (const name of readdirSync(full).sort()) {
      if (!ignoredFiles.test(name)) await this.#path(path.join(full, name));
    }
  }

  #inline(source: string): void {
    const where = {file: '-i', line: 1, column: 1};
    for (const pattern of source.split(',').map((word) => word.trim())) {
      if (pattern === '') continue;
      const {name, port} = splitPort(pattern);
      for (const host of expandRange(name, where)) {
        this.#graph.addHost(host, 'ungrouped', where);
        if (port === undefined) continue;
        const values = {ansible_port: port};
        this.#graph.setHostVars(host, {level: 'inventoryFileHostVars', label: '-i', values, template: true});
      }
    }
  }

  async #file(file: string): Promise<void> {
    if (isScript(file)) return readScriptInventory(file, this.#graph, this.options.signal);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      throw new InventoryError({what: `the inventory ${file} cannot be read: ${messageOf(error)}`, cause: error});
    }
    const decoded = this.options.decode?.(text, file) ?? text;
    const extension = path.extname(file);
    if (extension === '.toml')
      throw new InventoryError({
        what: `${file} is a TOML inventory, which is not supported`,
        hint: 'write it as YAML or INI',
      });
    const isYaml = ['.yml', '.yaml', '.json'].includes(extension) || (extension !== '.ini' && looksLikeYaml(decoded));
    if (!isYaml) {
      readIniInventory(decoded, file, this.#graph);
      return;
    }
    const parse: ParseOptions = {file, positions: this.#files.positions};
    const document = parseYaml(decoded, parse);
    for (const warning of document.warnings) this.#files.warn(warning.what, warning.where);
    readYamlInventory(document, this.#graph, this.#files.warn);
  }

  finish(sources: readonly string[]): Inventory {
    this.#addFolders();
    return this.#build(sources);
  }

  #addFolders(only?: {readonly groups: readonly string[]; readonly hosts: readonly string[]}): void {
    for (const base of this.#bases) addVarsFolders(this.#graph, base, 'inventory', this.#files, only);
    for (const directory of this.options.playbookDirs ?? [])
      addVarsFolders(this.#graph, path.resolve(this.options.cwd, directory), 'playbook', this.#files, only);
  }

  #build(sources: readonly string[]): Inventory {
    return this.#graph.finish(sources, this.#files.warn, (name, groups, values, parents = []) => {
      this.#grow(name, groups, values, parents);
      return this.#build(sources);
    });
  }

  /** add_host and group_by while a run is under way. */
  #grow(name: string, groups: readonly string[], values: Values, parents: readonly string[]): void {
    const isNew = !this.#graph.hosts.has(name);
    const newGroups = [...groups, ...parents].filter((group) => !this.#graph.groups.has(group));
    for (const parent of parents.filter((group) => group !== 'all'))
      for (const group of groups) this.#graph.addChild(parent, group);
    for (const group of groups.length > 0 ? groups : isNew ? ['ungrouped'] : []) this.#graph.addHost(name, group);
    if (Object.keys(values).length > 0)
      this.#graph.setHostVars(name, {level: 'inventoryFileHostVars', label: 'add_host', values, template: false});
    this.#addFolders({groups: newGroups, hosts: isNew ? [name] : []});
  }
}

/** A file without a telling extension is YAML if it reads as a mapping: INI never does. */
function looksLikeYaml(text: string): boolean {
  try {
    return isMapping(parseYaml(text).value);
  } catch (error) {
    if (error instanceof YamlError) return /^(?:---|all:)/m.test(text);
    throw error;
  }
}

/** Executable, and begins as a script or a binary does: a YAML file with a stray x bit is still YAML. */
function isScript(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    return false;
  }
  const head = Buffer.alloc(4);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, head, 0, 4, 0);
  } finally {
    closeSync(handle);
  }
  return head.subarray(0, 2).toString('latin1') === '#!' || head.toString('latin1') === '\x7fELF';
}

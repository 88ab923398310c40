import {homedir} from 'node:os';
import path from 'node:path';
import type {Where} from '../errors/index.js';
import type {VarsLayer} from '../inventory/types.js';
import {PositionMap} from '../yaml/index.js';
import {ActionReader, type ModuleNames} from './action.js';
import type {Around, Gathered, HandlerNode, LoadContext} from './around.js';
import {tasksOfFile} from './nodes.js';
import {playsOf} from './play.js';
import {variablesOf} from './role_files.js';
import {importRole, includedRole} from './roles.js';
import {type FileKind, findIn, playDirectory, searchFolders} from './search.js';
import type {Include, Loader, Playbook, Scope, TaskNode} from './types.js';
import {SourceFiles, type Warn} from './view.js';

export interface LoaderOptions {
  readonly names: ModuleNames;
  readonly positions?: PositionMap;
  readonly warn?: Warn;
  /** Opens files that are sealed as a whole. */
  readonly decode?: (text: string, file: string) => string;
  /** roles_path of ansible.cfg and the like, absolute, searched after roles/ beside the playbook. */
  readonly rolesPath?: readonly string[];
  readonly collectionsPath?: readonly string[];
  /** Texts of files that are not on disk, by absolute path (a task given on the command line). */
  readonly texts?: ReadonlyMap<string, string>;
  /** `~` in names of files; the user's home folder by default. */
  readonly home?: string;
  /** Renders names of static imports; undefined if it cannot. */
  readonly renderStatic?: (text: string, layers: readonly VarsLayer[], where: Where) => unknown;
}

/** Reads playbooks and what they bring in; each file is read once. Everything throws PlaybookError or YamlError. */
export function createLoader(options: LoaderOptions): Loader {
  const warn = options.warn ?? (() => undefined);
  const files = new SourceFiles(options.positions ?? new PositionMap(), warn, options.decode, options.texts);
  const context: LoadContext = {
    files,
    actions: new ActionReader(options.names, files),
    warn,
    renderStatic: options.renderStatic,
    rolesPath: options.rolesPath ?? [],
    collectionsPath: options.collectionsPath ?? [],
    importRole,
    validatesArguments: options.names.resolve('validate_argument_spec') !== undefined,
  };
  return new FileLoader(context, options.home ?? homedir());
}

class FileLoader implements Loader {
  constructor(
    private readonly context: LoadContext,
    private readonly home: string,
  ) {}

  loadPlaybook(file: string): Playbook {
    const full = path.resolve(file);
    return {file: full, plays: playsOf(this.context, full)};
  }

  includeTasks(from: Include, file: string, extraLayers: readonly VarsLayer[]): readonly TaskNode[] {
    return this.includeTasksAndHandlers(from, file, extraLayers).tasks;
  }

  includeTasksAndHandlers(
    from: Include,
    file: string,
    extraLayers: readonly VarsLayer[],
  ): {tasks: readonly TaskNode[]; handlers: readonly HandlerNode[]} {
    const around = this.#around(from, extraLayers);
    const full = path.resolve(findIn(searchFolders('tasks', from), file, 'the tasks file', from.target.where));
    // A file may include itself at run time; only static imports inside it can go round in circles.
    const tasks = tasksOfFile(this.context, around, full, from.target.where);
    return {tasks, handlers: around.gathered.handlers};
  }

  includeRole(
    from: Include,
    role: string,
    files: {tasksFrom?: string; handlersFrom?: string; varsFrom?: string; defaultsFrom?: string},
    extraLayers: readonly VarsLayer[],
  ): {tasks: readonly TaskNode[]; handlers: readonly HandlerNode[]; leaked: readonly VarsLayer[]} {
    const around = this.#around(from, extraLayers);
    const {tasks, leaks} = includedRole(this.context, around, {name: role, where: from.target.where}, files);
    return {tasks, handlers: around.gathered.handlers, leaked: [...leaks, ...around.gathered.leaked]};
  }

  /** Included tasks stand in the scopes around the include, not under its own keywords; its vars and `apply` go with them. */
  #around(from: Include, extraLayers: readonly VarsLayer[]): Around {
    const own = from.scopes.at(-1);
    const scope: Scope = {
      origin: 'include',
      keywords: from.apply ?? {},
      layers: [...(own?.layers ?? []), ...(from.applyVars ? [from.applyVars] : []), ...extraLayers],
      where: from.where,
    };
    const gathered: Gathered = {
      directory: playDirectory(from),
      handlers: [],
      leaked: [],
      seenRoles: new Map(),
      seenHandlers: new Set(),
    };
    const role = from.scopes.findLast((around) => around.role !== undefined)?.role;
    return {
      scopes: [...from.scopes.slice(0, -1), scope],
      path: `${from.id}>`,
      gathered,
      isHandler: false,
      role,
      stack: [],
    };
  }

  loadVars(file: string, level: VarsLayer['level']): VarsLayer {
    return variablesOf(this.context, path.resolve(file), level);
  }

  findFile(kind: FileKind, name: string, near: {readonly scopes: readonly Scope[]; readonly where: Where}): string {
    const full = name.replace(/^~(?=\/|$)/, this.home);
    return findIn(this.searchPaths(kind, near), full, 'the file', near.where);
  }

  searchPaths(kind: FileKind, near: {readonly scopes: readonly Scope[]; readonly where: Where}): readonly string[] {
    return searchFolders(kind, near);
  }
}

/** Modules of one's own: TypeScript or JavaScript beside a playbook or in a role, loaded without a build step. */
import {existsSync, readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {ModuleError, messageOf} from '../errors/index.js';
import type {Module} from '../module/index.js';
import * as authoring from './authoring.js';
import {packageRoot} from './package_root.js';

const isFolder = (file: string): boolean => statSync(file, {throwIfNoEntry: false})?.isDirectory() ?? false;
const sourceFile = /^[^.].*\.[mc]?[jt]s$/;
const notModules = /\.(?:test|spec|d)\.[mc]?[jt]s$/;

/** Files of a modules/ folder: `name.ts`, or `name/module.ts`; sorted. */
function moduleFiles(folder: string): string[] {
  if (!isFolder(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const full = path.join(folder, name);
      if (isFolder(full))
        return ['module.ts', 'module.mts', 'module.js', 'module.mjs']
          .map((file) => path.join(full, file))
          .filter((file) => existsSync(file));
      return sourceFile.test(name) && !notModules.test(name) ? [full] : [];
    });
}

/** Ansible's own name for such a folder is understood too; what is Python in it is passed over. */
const foldersIn = (folder: string): string[] => [path.join(folder, 'library'), path.join(folder, 'modules')];

/** modules/ beside each playbook, and in each role that lies in one of the folders of roles. */
export function userModuleFiles(playbookDirs: readonly string[], rolesPath: readonly string[]): string[] {
  const roleFolders = [...playbookDirs.flatMap((dir) => [path.join(dir, 'roles')]), ...rolesPath].filter(isFolder);
  const folders = [
    ...roleFolders.flatMap((folder) => readdirSync(folder).flatMap((role) => foldersIn(path.join(folder, role)))),
    ...playbookDirs.flatMap(foldersIn),
  ];
  // In a clone the package's own modules lie beside its playbooks; they are known already.
  const own = path.join(packageRoot(), 'modules');
  return [...new Set(folders.map((folder) => path.resolve(folder)))]
    .filter((folder) => folder !== own)
    .flatMap(moduleFiles);
}

const kinds = ['state', 'action', 'group', 'control'];

const isModule = (value: unknown): value is Module =>
  typeof value === 'object' &&
  value !== null &&
  'kind' in value &&
  kinds.includes(String(value.kind)) &&
  'name' in value &&
  typeof value.name === 'string';

/** Loads them; throws ModuleError that names the file. `import 'quorate'` inside them is this very instance. */
export async function loadUserModules(files: readonly string[]): Promise<Module[]> {
  if (files.length === 0) return [];
  const {createJiti} = await import('jiti');
  const jiti = createJiti(import.meta.url, {
    virtualModules: {quorate: authoring},
    interopDefault: true,
    // Compiled copies would lie in a folder that others may write to.
    fsCache: false,
    moduleCache: true,
  });
  const load = async (file: string): Promise<Module> => {
    let loaded: unknown;
    try {
      loaded = await jiti.import(pathToFileURL(file).href, {default: true});
    } catch (error) {
      throw new ModuleError({
        what: `the module ${file} cannot be loaded: ${messageOf(error)}`,
        where: {file, line: 1, column: 1},
        cause: error,
      });
    }
    if (isModule(loaded)) return loaded;
    throw new ModuleError({
      what: `${file} does not export a module`,
      where: {file, line: 1, column: 1},
      hint: 'write `export default defineModule({...})`; files that are no modules belong outside modules/, or into a folder of their own there',
    });
  };
  return Promise.all(files.map(load));
}

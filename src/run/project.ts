/** Everything a run needs that is read on this machine: config, vault, inventory, variables, modules, playbooks. */
import path from 'node:path';
import type {Where} from '../errors/index.js';
import {
  globToRegex,
  type Inventory,
  limitHosts,
  loadInventory,
  matchHosts,
  type Values,
  type VarsLayer,
} from '../inventory/index.js';
import type {Module} from '../module/index.js';
import {createRegistry, type ModuleRegistry} from '../module/registry.js';
import {type AnsibleConfig, createLoader, type Loader, readAnsibleConfig} from '../playbook/index.js';
import {Masker} from '../shell/index.js';
import {createTemplateEngine, type TemplateEngine} from '../template/index.js';
import {type ConnectionDefaults, createRunVariables, createUnsealer, type RunVariables} from '../vars/index.js';
import {Vault, type VaultSource} from '../vault/index.js';
import {PositionMap, parseYamlValues} from '../yaml/index.js';
import {extraVarsLayers} from './extra_vars.js';
import {type Prompt, readVaultSecrets, vaultSources} from './passwords.js';
import {type BecomeOptions, type ConnectionOptions, connectionDefaults} from './settings.js';
import {staticRenderer} from './static_names.js';
import {loadUserModules, userModuleFiles} from './user_modules.js';

export interface ProjectOptions {
  /** Inventory sources as `-i` takes them; ansible.cfg's if there are none. */
  readonly inventory?: readonly string[];
  /** Folders of playbooks: their group_vars/, host_vars/, modules/ and roles/ count. */
  readonly playbookDirs: readonly string[];
  readonly extraVars?: readonly (string | Values)[];
  readonly limit?: string | undefined;
  readonly vault?: {
    /** `label@source`, as `--vault-id`. */
    readonly ids?: readonly string[];
    readonly passwordFiles?: readonly string[];
    readonly ask?: boolean;
  };
  readonly connection?: ConnectionOptions;
  readonly become?: BecomeOptions;
  /** Modules of the program that calls; they win over those of the package and those beside playbooks. */
  readonly modules?: readonly Module[];
  /** Texts of playbooks that are not on disk, by absolute path. */
  readonly texts?: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly prompt: Prompt;
  readonly warn: (message: string, where?: Where) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Project {
  readonly options: ProjectOptions;
  readonly config: AnsibleConfig | undefined;
  readonly masker: Masker;
  readonly positions: PositionMap;
  readonly inventory: Inventory;
  readonly variables: RunVariables;
  readonly modules: ModuleRegistry;
  readonly loader: Loader;
  readonly templates: TemplateEngine;
  readonly connection: ConnectionDefaults;
  readonly vault: Vault;
  decode(text: string, file: string): string;
  /** Hosts of a pattern, those that `--limit` leaves or all. */
  matchHosts(pattern: string, options: {readonly limited: boolean}): readonly string[];
  /** Reads the inventory once more (`meta: refresh_inventory`). */
  refreshInventory(): Promise<void>;
}

/** Reads it all. Throws InventoryError, VaultError, ModuleError, PlaybookError, YamlError, UsageError. */
export async function openProject(options: ProjectOptions): Promise<Project> {
  const {cwd, env, home} = options;
  const masker = new Masker();
  const positions = new PositionMap();
  const config = readAnsibleConfig({cwd, home, env});
  const vault = await openVault(options, config);
  const decode = (text: string, file: string): string => vault.openFile(text, file);
  const readInventory = (): Promise<Inventory> =>
    loadInventory(inventorySources(options, config), {
      playbookDirs: options.playbookDirs,
      cwd,
      positions,
      decode,
      warn: options.warn,
      ...(options.signal ? {signal: options.signal} : {}),
    });
  const inventory = await readInventory();
  const rolesPath = pathList(env.ANSIBLE_ROLES_PATH, cwd) ?? config?.rolesPath?.value ?? [];
  const modules = await loadModules(options, rolesPath);
  const templates = createTemplateEngine({parseYaml: (text) => parseYamlValues(text)});
  const extraLayers: VarsLayer[] = [];
  const loader = createLoader({
    names: namesOf(modules),
    positions,
    warn: options.warn,
    decode,
    rolesPath,
    collectionsPath: pathList(env.ANSIBLE_COLLECTIONS_PATH, cwd) ?? config?.collectionsPath?.value ?? [],
    renderStatic: staticRenderer(templates, extraLayers, env, cwd),
    ...(options.texts ? {texts: options.texts} : {}),
  });
  extraLayers.push(...extraVarsLayers(options.extraVars ?? [], {cwd, loader, positions}));
  const variables = createRunVariables({
    inventory,
    extraVars: extraLayers,
    positions,
    controller: {configFile: config?.file},
    unseal: createUnsealer(vault, masker),
  });
  return {
    options,
    config,
    masker,
    positions,
    inventory,
    variables,
    modules,
    loader,
    templates,
    decode,
    vault,
    connection: connectionDefaults(options.connection ?? {}, options.become ?? {}, {config, env, home, masker}),
    matchHosts: (pattern, {limited}) =>
      hostsMatching(variables.inventory, pattern, limited ? options.limit : undefined),
    async refreshInventory() {
      variables.replaceInventory(await readInventory());
    },
  };
}

async function openVault(options: ProjectOptions, config: AnsibleConfig | undefined): Promise<Vault> {
  const {ids = [], passwordFiles: files = [], ask = false} = options.vault ?? {};
  const sources: VaultSource[] = vaultSources({ids, files, ask}, options.env, config);
  return new Vault(await readVaultSecrets(sources, options));
}

const pathList = (text: string | undefined, cwd: string): string[] | undefined =>
  text
    ?.split(path.delimiter)
    .filter((part) => part !== '')
    .map((part) => path.resolve(cwd, part));

function inventorySources(options: ProjectOptions, config: AnsibleConfig | undefined): readonly string[] {
  if (options.inventory !== undefined && options.inventory.length > 0) return options.inventory;
  const named = options.env.ANSIBLE_INVENTORY;
  return named === undefined ? (config?.inventory?.value ?? []) : named.split(/,(?!$)/);
}

async function loadModules(options: ProjectOptions, rolesPath: readonly string[]): Promise<ModuleRegistry> {
  const [{modules: own}, users] = await Promise.all([
    import('../../modules/manifest.js'),
    loadUserModules(userModuleFiles(options.playbookDirs, rolesPath)),
  ]);
  return createRegistry(own).with([...users, ...(options.modules ?? [])]);
}

const namesOf = (modules: ModuleRegistry) => ({
  resolve: (written: string) => {
    const module = modules.find(written);
    return module === undefined ? undefined : {name: module.name, freeForm: module.freeForm};
  },
  nearest: (written: string) => modules.nearest(written),
});

function hostsMatching(inventory: Inventory, pattern: string, limit: string | undefined): readonly string[] {
  const {hosts} = matchHosts(inventory, pattern);
  const left = limit === undefined ? undefined : limitHosts(inventory, limit);
  return left === undefined ? hosts : hosts.filter((host) => left.has(host));
}

/** Names of those that match a shell pattern; all of them without one. */
export const namesLike = (names: readonly string[], glob: string | undefined): readonly string[] =>
  glob === undefined ? names : names.filter((name) => globToRegex(glob).test(name));

/** Ansible's special variables: https://docs.ansible.com/ansible/latest/reference_appendices/special_variables.html */
import path from 'node:path';
import {isLocalName} from '../inventory/index.js';
import type {Inventory} from '../inventory/types.js';
import {type LazyMap, lazyMap, type Variable} from '../template/types.js';
import type {HostVariables} from './host_variables.js';
import type {Moment} from './types.js';

/** The release of Ansible whose behaviour is followed; playbooks ask for it in `ansible_version.full`. */
const ansibleVersion = {string: '2.19.0', full: '2.19.0', major: 2, minor: 19, revision: 0};
/** Shared with the expression language, which drops parameters that are this. */
const omit: unique symbol = Symbol.for('quorate.omit') as never;

export interface ControllerFacts {
  /** `ansible_config_file`. */
  readonly configFile?: string | undefined;
  /** `ansible_playbook_python`: a path that some roles print; nothing here runs Python. */
  readonly python?: string | undefined;
}

/** What magic variables are made from. */
export interface MagicWorld {
  readonly inventory: Inventory;
  readonly host: HostVariables;
  readonly moment: Moment;
  readonly controller: ControllerFacts;
  /** False inside `hostvars[h]`: there is no play there. */
  readonly inPlay: boolean;
  groups(): Readonly<Record<string, readonly string[]>>;
  hostvars(): LazyMap;
  all(): LazyMap;
}

type Maker = (world: MagicWorld) => unknown;

const groupNames: Maker = ({host}) => host.host.groups.filter((group) => group !== 'all').sort();

const inventoryFile = ({host}: MagicWorld): string | undefined => {
  const file = host.host.where?.file;
  return file !== undefined && path.isAbsolute(file) ? file : undefined;
};

const roleNames: Maker = ({moment}) => (moment.role ? [...new Set([...moment.role.parents, moment.role.name])] : []);

/** Everywhere, `hostvars[h]` included. Makers that give undefined leave the variable undefined. */
const everywhere: Readonly<Record<string, Maker>> = {
  inventory_hostname: ({host}) => host.name,
  inventory_hostname_short: ({host}) => host.name.split('.')[0] ?? host.name,
  inventory_file: inventoryFile,
  inventory_dir: (world) => {
    const file = inventoryFile(world);
    return file === undefined ? undefined : path.dirname(file);
  },
  group_names: groupNames,
  groups: (world) => world.groups(),
  omit: () => omit,
  playbook_dir: ({moment}) => moment.playbookDir,
  ansible_version: () => ansibleVersion,
  ansible_check_mode: ({moment}) => moment.checkMode,
  ansible_diff_mode: ({moment}) => moment.diffMode,
  ansible_forks: ({moment}) => moment.forks,
  ansible_verbosity: ({moment}) => moment.verbosity,
  ansible_inventory_sources: ({inventory}) => inventory.sources,
  ansible_run_tags: ({moment}) => (moment.runTags.length === 0 ? ['all'] : moment.runTags),
  ansible_skip_tags: ({moment}) => moment.skipTags,
  ansible_limit: ({moment}) => moment.limit,
  ansible_playbook_python: ({controller}) => controller.python ?? '/usr/bin/python3',
  ansible_config_file: ({controller}) => controller.configFile ?? null,
};

/** Only where a play is under way. */
const inPlays: Readonly<Record<string, Maker>> = {
  hostvars: (world) => world.hostvars(),
  vars: (world) => world.all(),
  ansible_play_name: ({moment}) => moment.playName,
  ansible_play_hosts_all: ({moment}) => moment.playHostsAll,
  ansible_play_hosts: ({moment}) => moment.playHosts,
  play_hosts: ({moment}) => moment.playHosts,
  ansible_play_batch: ({moment}) => moment.batch,
  role_name: ({moment}) => moment.role?.name,
  role_path: ({moment}) => moment.role?.path,
  ansible_role_name: ({moment}) => moment.role?.name,
  ansible_parent_role_names: ({moment}) => moment.role && [...moment.role.parents].reverse(),
  role_names: roleNames,
  ansible_role_names: roleNames,
  ansible_play_role_names: roleNames,
  ansible_dependent_role_names: ({moment}) => moment.role?.parents ?? [],
};

export const magicNames = (world: MagicWorld): string[] =>
  world.inPlay ? [...Object.keys(everywhere), ...Object.keys(inPlays)] : Object.keys(everywhere);

/** A magic variable; stronger than any other of its name. */
export function magicVariable(world: MagicWorld, name: string): Variable | undefined {
  const maker = Object.hasOwn(everywhere, name)
    ? everywhere[name]
    : world.inPlay && Object.hasOwn(inPlays, name)
      ? inPlays[name]
      : undefined;
  const value = maker?.(world);
  if (value === undefined) return name === 'environment' && world.inPlay ? environment(world) : undefined;
  return {value, template: false, origin: 'a magic variable'};
}

const environment = ({moment}: MagicWorld): Variable => ({value: moment.environment ?? [], template: true});

/** The name or address of a host when nobody set `ansible_host`. */
export const defaultAddress = (host: HostVariables): string =>
  isLocalName(host.name) && host.host.where === undefined ? '127.0.0.1' : host.name;

/** A LazyMap from functions. */
export const makeLazyMap = (map: Omit<LazyMap, typeof lazyMap>): LazyMap => ({[lazyMap]: true, ...map});

import {ModuleError} from '../errors/index.js';
import {nearest} from '../errors/nearest.js';
import type {Module} from './types.js';

/** The modules of a run, found by any name a playbook may use. */
export interface ModuleRegistry {
  /** By short name, with a known collection's prefix, or by one of the module's own aliases. */
  find(name: string): Module | undefined;
  /** A module name close to one that was not found. */
  nearest(name: string): string | undefined;
  /** Every name that `find` understands without a collection's prefix, sorted. */
  readonly names: readonly string[];
  /** By short name, sorted. */
  readonly modules: readonly Module[];
  /** A registry in which these modules are found first: those beside a playbook or in a role. */
  with(modules: readonly Module[]): ModuleRegistry;
}

/** Collections whose modules we have under the same short names. */
const collections = [
  'ansible.builtin.',
  'ansible.legacy.',
  'ansible.posix.',
  'community.general.',
  'community.crypto.',
  'kubernetes.core.',
  'quorate.',
];

const shortName = (name: string): string => {
  const prefix = collections.find((candidate) => name.startsWith(candidate));
  return prefix === undefined ? name : name.slice(prefix.length);
};

/** A module's name and the short forms of its aliases. */
const namesOf = (module: Module): string[] => [
  module.name,
  ...(module.aliases ?? []).flatMap((alias) => [alias, alias.slice(alias.lastIndexOf('.') + 1)]),
];

const namePattern = /^[a-z][a-z0-9_]*$/;

function checkName(module: Module): void {
  if (!namePattern.test(module.name))
    throw new ModuleError({
      what: `'${module.name}' is no module name`,
      hint: 'Use lower-case letters, digits and underscores, and begin with a letter',
    });
}

/** Later modules win over earlier ones of the same name, so that a user's module may replace one of ours. */
export function createRegistry(modules: readonly Module[]): ModuleRegistry {
  const byName = new Map<string, Module>();
  const own = new Map<string, Module>();
  for (const module of modules) {
    checkName(module);
    own.set(module.name, module);
    for (const name of namesOf(module)) byName.set(name, module);
  }
  // A module's own name is stronger than another's alias.
  for (const [name, module] of own) byName.set(name, module);
  const names = [...byName.keys()].sort();
  return {
    find: (name) => byName.get(name) ?? byName.get(shortName(name)),
    nearest: (name) => nearest(shortName(name), names),
    names,
    modules: [...own.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    with: (more) => (more.length === 0 ? createRegistry(modules) : createRegistry([...modules, ...more])),
  };
}

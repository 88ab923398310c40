import type {Where} from '../errors/index.js';

export type Values = Readonly<Record<string, unknown>>;

/**
 * Ansible's order of precedence, low to high (docs.ansible.com, "Understanding variable precedence").
 * Facts of a host and cached set_fact stand between `playbookHostVars` and `playVars`.
 */
export const levels = [
  'roleDefaults',
  'inventoryFileGroupVars',
  'inventoryGroupVarsAll',
  'playbookGroupVarsAll',
  'inventoryGroupVars',
  'playbookGroupVars',
  'inventoryFileHostVars',
  'inventoryHostVars',
  'playbookHostVars',
  'facts',
  'playVars',
  'varsPrompt',
  'varsFiles',
  'roleVars',
  'blockVars',
  'taskVars',
  'includeVars',
  'setFacts',
  'roleParams',
  'includeParams',
  'extraVars',
] as const;
export type Level = (typeof levels)[number];

/** Variables from one place at one level. */
export interface VarsLayer {
  readonly level: Level;
  /** For `vars --explain` and errors: `group_vars/server.yml`, `play 'K3s'`, `-e`. */
  readonly label: string;
  readonly values: Values;
  /** Where a variable was written; the source's own container knows more. */
  readonly where?: Where;
  /** False for data from hosts and results of templating: their strings are never templates. */
  readonly template: boolean;
}

export interface Group {
  readonly name: string;
  /** `all` is 0, its direct children 1 and so on; the deepest path counts. */
  readonly depth: number;
  readonly priority: number;
  readonly children: readonly string[];
  /** Hosts named in this very group, in the inventory's order. */
  readonly hosts: readonly string[];
  readonly layers: readonly VarsLayer[];
}

export interface Host {
  readonly name: string;
  /** Every group the host is in, in merge order: `all` first, then by depth, priority, name. */
  readonly groups: readonly string[];
  /** The host's own layers (inventory file, host_vars/), not its groups'. */
  readonly layers: readonly VarsLayer[];
  readonly where?: Where;
}

export interface Inventory {
  readonly sources: readonly string[];
  /** In the inventory's order, as Ansible runs them. */
  readonly hosts: ReadonlyMap<string, Host>;
  readonly groups: ReadonlyMap<string, Group>;
  /** All hosts of a group and of its children, in order; `all` and `ungrouped` included. */
  hostsOf(group: string): readonly string[];
  /** host_vars/ of names that no source holds: localhost, which need not be in an inventory. */
  readonly implicitLayers?: ReadonlyMap<string, readonly VarsLayer[]>;
  /** A copy with a host more, or one that is in more groups (add_host, group_by); new groups get their group_vars/. */
  withHost?(name: string, groups: readonly string[], values: Values, parents?: readonly string[]): Inventory;
}

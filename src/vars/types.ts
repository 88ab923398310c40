import type {Inventory, Values, VarsLayer} from '../inventory/types.js';
import type {VariableSource} from '../template/types.js';

/** What magic variables need to know of the moment; all names as in Ansible's "Special Variables". */
export interface Moment {
  readonly host: string;
  /** The delegate, when the task is delegated; `connectionSource` gives its variables. */
  readonly delegate?: string;
  readonly playName: string;
  readonly playHostsAll: readonly string[];
  /** Hosts of the play still alive. */
  readonly playHosts: readonly string[];
  /** Hosts of the present batch. */
  readonly batch: readonly string[];
  readonly playbookDir: string;
  readonly role?: {readonly name: string; readonly path: string; readonly parents: readonly string[]};
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  readonly runTags: readonly string[];
  readonly skipTags: readonly string[];
  readonly limit?: string;
  readonly forks: number;
  readonly verbosity: number;
  /** The task's environments as written, outermost first (Ansible's `environment` variable). */
  readonly environment?: readonly unknown[];
}

/**
 * All variables of one run: what the inventory and the command line gave, and what the run learned since
 * (facts, set_fact, registered results, include_vars), for each host. One for each run.
 */
export interface RunVariables {
  readonly inventory: Inventory;
  /** What templates of one task on one host see; `scopeLayers` are the task's scopes' layers, outermost first. */
  source(moment: Moment, scopeLayers: readonly VarsLayer[]): VariableSource;
  /**
   * What the way to the acting host is made from: the host's own variables, or the delegate's when the task is
   * delegated. (Templates of a delegated task see the variables of its own host: `source`.)
   */
  connectionSource(moment: Moment, scopeLayers: readonly VarsLayer[]): VariableSource;
  /** A variable's raw candidates, lowest first, for `--explain`. */
  explain(moment: Moment, scopeLayers: readonly VarsLayer[], name: string): readonly VarsLayer[];
  facts(host: string): Values;
  /** Facts from setup and modules: seen as `ansible_facts.x` and `ansible_x`. */
  setFacts(host: string, facts: Values): void;
  /** set_fact, and module results' `ansible_facts` meant as plain variables. */
  setVariables(host: string, values: Values, options?: {readonly cacheable?: boolean}): void;
  /** A registered result; with a mark it is one that only a real run could give (check mode). */
  register(host: string, name: string, result: Values, mark?: string): void;
  addLayer(host: string, layer: VarsLayer): void;
  /** Why an object is marked, if it is (template's MarkSink asks). */
  markOf(value: object): string | undefined;
  /** Changes whenever anything a template of this host could see has changed; reading ahead compares it. */
  version(): number;
  addHost(name: string, groups: readonly string[], values: Values): void;
  /** group_by: puts the host into a group, which is made below `parents` (`all` if there are none). */
  groupBy(host: string, group: string, parents: readonly string[]): void;
  /** meta: clear_facts. */
  clearFacts(host: string): void;
  /** meta: refresh_inventory; what was learned of hosts stays. */
  replaceInventory(inventory: Inventory): void;
}

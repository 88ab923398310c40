import {VaultError} from '../errors/index.js';
import {inventoryLayers, rankOf} from '../inventory/layers.js';
import type {Inventory, Values, VarsLayer} from '../inventory/types.js';
import type {LazyMap, VariableSource} from '../template/types.js';
import type {VaultString} from '../yaml/index.js';
import type {Positions} from '../yaml/types.js';
import {HostVariables, setOwn} from './host_variables.js';
import {strongestFirst} from './layers.js';
import {type ControllerFacts, type MagicWorld, makeLazyMap} from './magic.js';
import {asMap, HostSource, type SourceContext} from './source.js';
import type {Moment, RunVariables} from './types.js';

export interface RunVariablesOptions {
  readonly inventory: Inventory;
  /** `-e`, in the order given. */
  readonly extraVars?: readonly VarsLayer[];
  readonly positions?: Positions;
  readonly controller?: ControllerFacts;
  /** Opens a sealed value; see createUnsealer. */
  readonly unseal?: (sealed: VaultString) => string;
}

/** The variables of one run. */
export const createRunVariables = (options: RunVariablesOptions): RunVariables => new Variables(options);

class Variables implements RunVariables {
  #inventory: Inventory;
  #version = 0;
  #groups: Readonly<Record<string, readonly string[]>> | undefined;
  readonly #hosts = new Map<string, HostVariables>();
  readonly #marks = new WeakMap<object, string>();
  readonly #context: SourceContext;
  readonly #controller: ControllerFacts;

  constructor(options: RunVariablesOptions) {
    this.#inventory = options.inventory;
    this.#controller = options.controller ?? {};
    this.#context = {
      positions: options.positions,
      extra: strongestFirst(options.extraVars ?? []),
      open: options.unseal ?? noVault,
    };
  }

  get inventory(): Inventory {
    return this.#inventory;
  }

  #host(name: string): HostVariables {
    let host = this.#hosts.get(name);
    if (!host) {
      host = new HostVariables(name, () => this.#inventory);
      this.#hosts.set(name, host);
    }
    return host;
  }

  source(moment: Moment, scopeLayers: readonly VarsLayer[]): VariableSource {
    const delegate = moment.delegate === undefined ? undefined : this.#host(moment.delegate);
    const world = this.#world(moment, true, () => source);
    const source = new HostSource(this.#context, world, scopeLayers, delegate);
    return source;
  }

  connectionSource(moment: Moment, scopeLayers: readonly VarsLayer[]): VariableSource {
    const {delegate, ...own} = moment;
    return this.source(delegate === undefined ? own : {...own, host: delegate}, scopeLayers);
  }

  #world(moment: Moment, inPlay: boolean, self: () => HostSource): MagicWorld {
    return {
      inventory: this.#inventory,
      host: this.#host(moment.host),
      moment,
      controller: this.#controller,
      inPlay,
      groups: () => this.#groupMembers(),
      hostvars: () => this.#hostvars(moment),
      all: () => makeLazyMap(asMap(self(), 'vars')),
    };
  }

  #groupMembers(): Readonly<Record<string, readonly string[]>> {
    this.#groups ??= Object.fromEntries(
      [...this.#inventory.groups.keys()].map((name) => [name, this.#inventory.hostsOf(name)]),
    );
    return this.#groups;
  }

  #hostvars(moment: Moment): LazyMap {
    const known = new Map<string, {readonly value: LazyMap; readonly template: false}>();
    return makeLazyMap({
      keys: () => this.#inventory.hosts.keys(),
      get: (name) => {
        if (!this.#inventory.hosts.has(name) && !this.#isImplicit(name)) return undefined;
        let found = known.get(name);
        if (!found) {
          const source: HostSource = new HostSource(
            this.#context,
            this.#world({...moment, host: name}, false, () => source),
            [],
            undefined,
          );
          found = {value: makeLazyMap(asMap(source, `hostvars['${name}']`)), template: false};
          known.set(name, found);
        }
        return found;
      },
      label: 'hostvars',
    });
  }

  /** localhost, and hosts outside the inventory that something was learned of (delegates). */
  #isImplicit(name: string): boolean {
    return ['localhost', '127.0.0.1', '::1'].includes(name) || this.#hosts.has(name);
  }

  explain(moment: Moment, scopeLayers: readonly VarsLayer[], name: string): readonly VarsLayer[] {
    const host = this.#host(moment.host);
    const learned: VarsLayer[] = [];
    const injected = host.injected(name);
    if (injected) learned.push({level: 'facts', label: 'facts', values: {[name]: injected.value}, template: false});
    if (Object.hasOwn(host.set, name))
      learned.push({
        level: 'setFacts',
        label: 'set_fact or register',
        values: {[name]: host.set[name]},
        template: false,
      });
    const all = [
      ...inventoryLayers(this.#inventory, host.host),
      ...scopeLayers,
      ...[...host.added].reverse(),
      ...learned,
      ...[...this.#context.extra].reverse(),
    ];
    return all
      .filter((layer) => Object.hasOwn(layer.values, name))
      .map((layer, index) => ({layer, index}))
      .sort((left, right) => rankOf(left.layer.level) - rankOf(right.layer.level) || left.index - right.index)
      .map(({layer}) => layer);
  }

  facts(host: string): Values {
    return this.#host(host).facts;
  }

  setFacts(host: string, facts: Values): void {
    this.#host(host).addFacts(facts);
    this.#version++;
  }

  setVariables(host: string, values: Values, options: {readonly cacheable?: boolean} = {}): void {
    const state = this.#host(host);
    for (const [name, value] of Object.entries(values)) {
      setOwn(state.set, name, value);
      if (options.cacheable) setOwn(state.cached, name, value);
    }
    this.#version++;
  }

  register(host: string, name: string, result: Values, mark?: string): void {
    setOwn(this.#host(host).set, name, result);
    if (mark !== undefined) this.#marks.set(result, mark);
    this.#version++;
  }

  clearFacts(host: string): void {
    const state = this.#host(host);
    for (const name of Object.keys(state.facts)) delete state.facts[name];
    for (const name of Object.keys(state.cached)) delete state.cached[name];
    this.#version++;
  }

  addLayer(host: string, layer: VarsLayer): void {
    this.#host(host).add(layer);
    this.#version++;
  }

  markOf(value: object): string | undefined {
    return this.#marks.get(value);
  }

  version(): number {
    return this.#version;
  }

  addHost(name: string, groups: readonly string[], values: Values): void {
    if (!this.#inventory.withHost) throw new TypeError('this inventory cannot grow');
    this.replaceInventory(this.#inventory.withHost(name, groups, values));
  }

  groupBy(host: string, group: string, parents: readonly string[]): void {
    if (!this.#inventory.withHost) throw new TypeError('this inventory cannot grow');
    this.replaceInventory(this.#inventory.withHost(host, [group], {}, parents));
  }

  replaceInventory(inventory: Inventory): void {
    this.#inventory = inventory;
    this.#groups = undefined;
    for (const host of this.#hosts.values()) host.forget();
    this.#version++;
  }
}

function noVault(sealed: VaultString): string {
  throw new VaultError({
    what: 'this value is sealed, and no vault password was given',
    where: sealed.where,
    hint: 'give --vault-password-file FILE, --vault-id LABEL@FILE, or -J to be asked',
  });
}

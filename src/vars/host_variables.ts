import {hostNamed, inventoryLayers} from '../inventory/index.js';
import type {Host, Inventory, Values, VarsLayer} from '../inventory/types.js';
import {strongestFirst} from './layers.js';

export {inventoryLayers};

/** Facts that Ansible shows under their bare name too: their modules give them without a prefix. */
const bareFacts: ReadonlySet<string> = new Set(['services', 'packages']);

/** In an inventory file this sets the order of groups and is no variable. */
const isVariable = (name: string, layer: VarsLayer): boolean =>
  name !== 'ansible_group_priority' || layer.level !== 'inventoryFileGroupVars';

/** What a run knows of one host: the inventory's variables, and what was learned since. */
export class HostVariables {
  readonly facts: Record<string, unknown> = {};
  /** set_fact and registered results; the later one wins. */
  readonly set: Record<string, unknown> = {};
  /** `set_fact` with cacheable: also as weak as a fact. */
  readonly cached: Record<string, unknown> = {};
  /** include_vars and the like, strongest first. */
  added: readonly VarsLayer[] = [];
  #index: ReadonlyMap<string, VarsLayer> | undefined;
  #host: Host | undefined;

  constructor(
    readonly name: string,
    private readonly inventory: () => Inventory,
  ) {}

  get host(): Host {
    this.#host ??= hostNamed(this.inventory(), this.name);
    return this.#host;
  }

  /** Looks everything up anew in the inventory, which has changed. */
  forget(): void {
    this.#host = undefined;
    this.#index = undefined;
  }

  /** Each variable of the inventory with the layer that wins; merged once. */
  get fromInventory(): ReadonlyMap<string, VarsLayer> {
    if (this.#index) return this.#index;
    const index = new Map<string, VarsLayer>();
    for (const layer of inventoryLayers(this.inventory(), this.host))
      for (const name of Object.keys(layer.values)) if (isVariable(name, layer)) index.set(name, layer);
    this.#index = index;
    return index;
  }

  add(layer: VarsLayer): void {
    // Last added last, so that of equal level it is the strongest.
    this.added = strongestFirst([...[...this.added].reverse(), layer]);
  }

  addFacts(facts: Values): void {
    for (const [key, value] of Object.entries(facts)) {
      const name = key !== 'ansible_local' && key.startsWith('ansible_') ? key.slice('ansible_'.length) : key;
      setOwn(this.facts, name === 'ansible_local' ? 'local' : name, value);
    }
  }

  /** A fact by the name a template may use for it at the top: `ansible_x`, or `services` and `packages`. */
  injected(name: string): {readonly value: unknown} | undefined {
    if (Object.hasOwn(this.cached, name)) return {value: this.cached[name]};
    const key = name.startsWith('ansible_') ? name.slice('ansible_'.length) : bareFacts.has(name) ? name : undefined;
    return key !== undefined && Object.hasOwn(this.facts, key) ? {value: this.facts[key]} : undefined;
  }

  injectedNames(): string[] {
    const facts = Object.keys(this.facts);
    return [
      ...facts.map((key) => `ansible_${key}`),
      ...facts.filter((key) => bareFacts.has(key)),
      ...Object.keys(this.cached),
    ];
  }
}

export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, {value, enumerable: true, configurable: true, writable: true});
  else target[key] = value;
}

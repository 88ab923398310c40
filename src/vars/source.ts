import {formatWhere, type Where} from '../errors/index.js';
import {rankOf} from '../inventory/layers.js';
import type {VarsLayer} from '../inventory/types.js';
import type {LazyMap, Variable, VariableSource} from '../template/types.js';
import {VaultString} from '../yaml/index.js';
import type {Positions} from '../yaml/types.js';
import type {HostVariables} from './host_variables.js';
import {findIn, type ScopeStack, stackOf} from './layers.js';
import {defaultAddress, type MagicWorld, magicNames, magicVariable} from './magic.js';

/** What all sources of a run share. */
export interface SourceContext {
  readonly positions: Positions | undefined;
  readonly extra: readonly VarsLayer[];
  open(sealed: VaultString): string;
}

/** A variable from a layer; where it stands is worked out only when a message needs it. */
class LayerVariable implements Variable {
  constructor(
    readonly value: unknown,
    readonly template: boolean,
    private readonly layer: VarsLayer,
    private readonly name: string,
    private readonly positions: Positions | undefined,
  ) {}

  get origin(): string {
    const where: Where | undefined = this.positions?.at(this.layer.values, this.name) ?? this.layer.where;
    return where ? formatWhere(where) : this.layer.label;
  }

  memberOrigin(member: string): string | undefined {
    const {value} = this;
    if (typeof value !== 'object' || value === null) return undefined;
    const where = this.positions?.keyAt(value, member);
    return where && formatWhere(where);
  }
}

const data = (value: unknown, origin: string): Variable => ({value, template: false, origin});

/** Variables of one host, seen from one task (or from `hostvars`, without scopes). Looked up strongest first, nothing copied. */
export class HostSource implements VariableSource {
  #stack: ScopeStack | undefined;

  constructor(
    private readonly context: SourceContext,
    private readonly world: MagicWorld,
    private readonly scopeLayers: readonly VarsLayer[],
    private readonly delegate: HostVariables | undefined,
  ) {}

  get(name: string): Variable | undefined {
    return magicVariable(this.world, name) ?? this.#ordinary(name) ?? this.#fallback(name);
  }

  #ordinary(name: string): Variable | undefined {
    this.#stack ??= stackOf(this.scopeLayers);
    const {above, middle, below} = this.#stack;
    const {host} = this.world;
    const strong = findIn(this.context.extra, name) ?? findIn(above, name);
    if (strong) return this.#fromLayer(strong, name);
    if (Object.hasOwn(host.set, name)) return data(host.set[name], 'set_fact or register');
    const own = this.#betweenSetAndFacts(middle, host.added, name);
    if (own) return this.#fromLayer(own, name);
    if (name === 'ansible_facts') return data(host.facts, 'facts');
    const fact = host.injected(name);
    if (fact) return data(fact.value, 'facts');
    const weak = host.fromInventory.get(name) ?? findIn(below, name) ?? findIn(host.added, name);
    return weak && this.#fromLayer(weak, name);
  }

  /** Scope layers and layers added for the host (include_vars) interleave by level; of equal level the added one wins. */
  #betweenSetAndFacts(middle: readonly VarsLayer[], added: readonly VarsLayer[], name: string): VarsLayer | undefined {
    const scoped = findIn(middle, name);
    if (added.length === 0) return scoped;
    const own = findIn(
      added.filter((layer) => rankOf(layer.level) > rankOf('facts')),
      name,
    );
    if (!own || !scoped) return own ?? scoped;
    return rankOf(own.level) >= rankOf(scoped.level) ? own : scoped;
  }

  #fromLayer(layer: VarsLayer, name: string): Variable {
    const value = layer.values[name];
    const opened = value instanceof VaultString ? this.context.open(value) : value;
    return new LayerVariable(opened, layer.template, layer, name, this.context.positions);
  }

  /** `ansible_host` is always there inside a task: the delegate's, else the host's own name. */
  #fallback(name: string): Variable | undefined {
    if (name !== 'ansible_host' || !this.world.inPlay) return undefined;
    const {delegate} = this;
    if (!delegate) return data(defaultAddress(this.world.host), 'the name of the host');
    const layer = delegate.fromInventory.get(name);
    return layer ? this.#fromLayer(layer, name) : data(defaultAddress(delegate), 'the name of the delegate');
  }

  names(): string[] {
    const {host} = this.world;
    const layers = [...this.context.extra, ...this.scopeLayers, ...host.added];
    return [
      ...new Set([
        ...magicNames(this.world),
        ...layers.flatMap((layer) => Object.keys(layer.values)),
        ...Object.keys(host.set),
        'ansible_facts',
        ...host.injectedNames(),
        ...host.fromInventory.keys(),
      ]),
    ];
  }
}

/** The variables of a source as a mapping, for `vars` and `hostvars[h]`. */
export const asMap = (source: HostSource, label: string): Omit<LazyMap, symbol> => ({
  keys: () => source.names().filter((name) => source.get(name) !== undefined),
  get: (name: string) => source.get(name),
  scope: source,
  label,
});

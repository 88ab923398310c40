import {InventoryError, type Where} from '../errors/index.js';
import type {Group, Host, Inventory, Level, Values, VarsLayer} from './types.js';

interface GroupNode {
  readonly name: string;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly hosts: Set<string>;
  readonly layers: VarsLayer[];
  priority: number;
}

interface HostNode {
  readonly name: string;
  readonly groups: Set<string>;
  readonly layers: VarsLayer[];
  readonly where: Where | undefined;
}

/** Hosts and groups while they are gathered from sources; `finish` settles depths, order and `ungrouped`. */
export class InventoryGraph {
  readonly groups = new Map<string, GroupNode>();
  readonly hosts = new Map<string, HostNode>();
  readonly implicit = new Map<string, VarsLayer[]>();
  readonly #groupPlaces = new Map<string, Where | undefined>();

  constructor() {
    this.addGroup('all');
    this.addGroup('ungrouped');
  }

  addGroup(name: string, where?: Where): GroupNode {
    const known = this.groups.get(name);
    if (known) return known;
    const group: GroupNode = {
      name,
      children: new Set(),
      parents: new Set(),
      hosts: new Set(),
      layers: [],
      priority: 1,
    };
    this.groups.set(name, group);
    this.#groupPlaces.set(name, where);
    return group;
  }

  addChild(parent: string, child: string, where?: Where): void {
    if (child === 'all')
      throw new InventoryError({what: `'all' holds every group and cannot be a child of '${parent}'`, where});
    const above = this.addGroup(parent, where);
    const below = this.addGroup(child, where);
    const path = child === parent ? [child] : this.#pathDown(child, parent);
    if (path)
      throw new InventoryError({
        what: `the groups form a circle: ${[...path, child].join(' > ')}`,
        where,
        hint: 'a group cannot be its own descendant',
      });
    above.children.add(child);
    below.parents.add(parent);
  }

  #pathDown(from: string, to: string, seen = new Set<string>()): string[] | undefined {
    if (from === to) return [from];
    if (seen.has(from)) return undefined;
    seen.add(from);
    for (const child of this.groups.get(from)?.children ?? []) {
      const path = this.#pathDown(child, to, seen);
      if (path) return [from, ...path];
    }
    return undefined;
  }

  addHost(name: string, group: string, where?: Where): HostNode {
    let host = this.hosts.get(name);
    if (!host) {
      host = {name, groups: new Set(), layers: [], where};
      this.hosts.set(name, host);
    }
    this.addGroup(group, where).hosts.add(name);
    if (group !== 'all') host.groups.add(group);
    return host;
  }

  setGroupVars(name: string, layer: VarsLayer): void {
    const group = this.addGroup(name, layer.where);
    group.layers.push(layer);
    // As in Ansible, a priority counts in the inventory itself only, not in group_vars/.
    const priority = layer.level === 'inventoryFileGroupVars' ? layer.values.ansible_group_priority : undefined;
    if (priority === undefined) return;
    const number = Number(priority);
    if (!Number.isInteger(number))
      throw new InventoryError({
        what: `ansible_group_priority of group '${name}' is '${String(priority)}', not a whole number`,
        where: layer.where,
      });
    group.priority = number;
  }

  /** Variables of a host; of one that is in no source (localhost) they are kept apart. */
  setHostVars(name: string, layer: VarsLayer): void {
    const layers = this.hosts.get(name)?.layers ?? this.implicit.get(name);
    if (layers) layers.push(layer);
    else this.implicit.set(name, [layer]);
  }

  #checkNames(warn: (message: string, where?: Where) => void): void {
    for (const name of this.groups.keys()) {
      if (!this.hosts.has(name)) continue;
      warn(`'${name}' is both a group and a host; patterns mean the group`, this.#groupPlaces.get(name));
    }
  }

  finish(sources: readonly string[], warn: (message: string, where?: Where) => void, withHost?: Grow): Inventory {
    this.#checkNames(warn);
    const all = this.addGroup('all');
    all.children.delete('ungrouped');
    const top = [...this.groups.values()].filter((group) => group.parents.size === 0 && group.name !== 'all');
    const direct = [...all.children];
    all.children.clear();
    for (const name of ['ungrouped', ...direct, ...top.map((group) => group.name)]) {
      all.children.add(name);
      this.groups.get(name)?.parents.add('all');
    }
    for (const host of this.hosts.values()) {
      const isGrouped = [...host.groups].some((group) => group !== 'ungrouped');
      const ungrouped = this.groups.get('ungrouped');
      if (isGrouped) {
        ungrouped?.hosts.delete(host.name);
        host.groups.delete('ungrouped');
      } else {
        ungrouped?.hosts.add(host.name);
        host.groups.add('ungrouped');
      }
    }
    return new BuiltInventory(sources, this, withHost);
  }

  depthOf(name: string, known: Map<string, number>): number {
    const depth = known.get(name);
    if (depth !== undefined) return depth;
    const parents = [...(this.groups.get(name)?.parents ?? [])];
    const own = parents.length === 0 ? 0 : 1 + Math.max(...parents.map((parent) => this.depthOf(parent, known)));
    known.set(name, own);
    return own;
  }
}

type Grow = NonNullable<Inventory['withHost']>;

/** Ansible's order of merging: depth, then priority, then name; the last one wins. */
const inMergeOrder = (left: Group, right: Group): number =>
  left.depth - right.depth ||
  left.priority - right.priority ||
  (left.name < right.name ? -1 : left.name > right.name ? 1 : 0);

class BuiltInventory implements Inventory {
  readonly hosts: ReadonlyMap<string, Host>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly withHost?: Grow;
  readonly implicitLayers: ReadonlyMap<string, readonly VarsLayer[]>;
  readonly #members = new Map<string, readonly string[]>();

  constructor(
    readonly sources: readonly string[],
    graph: InventoryGraph,
    withHost: Grow | undefined,
  ) {
    if (withHost) this.withHost = withHost;
    this.implicitLayers = new Map(graph.implicit);
    const depths = new Map<string, number>();
    this.groups = new Map(
      [...graph.groups.values()].map((node): [string, Group] => [
        node.name,
        {
          name: node.name,
          depth: graph.depthOf(node.name, depths),
          priority: node.priority,
          children: [...node.children],
          hosts: [...node.hosts],
          layers: [...node.layers],
        },
      ]),
    );
    const ancestors = new Map<string, ReadonlySet<string>>();
    const ancestorsOf = (name: string): ReadonlySet<string> => {
      const known = ancestors.get(name);
      if (known) return known;
      const found = new Set([name]);
      for (const parent of graph.groups.get(name)?.parents ?? [])
        for (const group of ancestorsOf(parent)) found.add(group);
      ancestors.set(name, found);
      return found;
    };
    const hosts = new Map<string, Host>();
    const order = this.#walk('all');
    for (const name of [...order, ...graph.hosts.keys()]) {
      const node = graph.hosts.get(name);
      if (!node || hosts.has(name)) continue;
      const names = new Set(['all', ...[...node.groups].flatMap((group) => [...ancestorsOf(group)])]);
      const groups = [...names].flatMap((group) => this.groups.get(group) ?? []).sort(inMergeOrder);
      hosts.set(name, {
        name,
        groups: groups.map((group) => group.name),
        layers: [...node.layers],
        ...(node.where ? {where: node.where} : {}),
      });
    }
    this.hosts = hosts;
  }

  hostsOf(group: string): readonly string[] {
    const known = this.#members.get(group);
    if (known) return known;
    const found = this.#walk(group);
    this.#members.set(group, found);
    return found;
  }

  /** Breadth first: a group's own hosts, then its children's, then theirs, as Ansible orders them. */
  #walk(group: string): readonly string[] {
    const found = new Set<string>();
    const seen = new Set([group]);
    let level = [group];
    while (level.length > 0) {
      const below: string[] = [];
      for (const name of level) {
        const node = this.groups.get(name);
        for (const host of node?.hosts ?? []) found.add(host);
        for (const child of node?.children ?? []) {
          if (seen.has(child)) continue;
          seen.add(child);
          below.push(child);
        }
      }
      level = below;
    }
    return [...found];
  }
}

export const layerOf = (level: Level, label: string, values: Values, where?: Where): VarsLayer => ({
  level,
  label,
  values,
  template: true,
  ...(where ? {where} : {}),
});

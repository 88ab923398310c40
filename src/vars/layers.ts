import {type Level, levels, type VarsLayer} from '../inventory/types.js';

const ranks = Object.fromEntries(levels.map((level, index) => [level, index])) as Readonly<Record<Level, number>>;

export const rankOf = (level: Level): number => ranks[level];

/** Layers from the strongest to the weakest; of equal level the later one is the stronger. */
export function strongestFirst(layers: readonly VarsLayer[]): VarsLayer[] {
  return [...layers].reverse().sort((left, right) => ranks[right.level] - ranks[left.level]);
}

/** Layers of a task's scopes, cut where the host's own variables lie between them. */
export interface ScopeStack {
  /** Stronger than set_fact and registered results: parameters of roles and includes. */
  readonly above: readonly VarsLayer[];
  /** Between set_fact and facts: play, block and task variables. */
  readonly middle: readonly VarsLayer[];
  /** Weaker than the inventory: defaults of roles. */
  readonly below: readonly VarsLayer[];
}

export function stackOf(layers: readonly VarsLayer[]): ScopeStack {
  const above: VarsLayer[] = [];
  const middle: VarsLayer[] = [];
  const below: VarsLayer[] = [];
  for (const layer of strongestFirst(layers)) {
    const rank = ranks[layer.level];
    if (rank > ranks.setFacts) above.push(layer);
    else if (rank > ranks.facts) middle.push(layer);
    else below.push(layer);
  }
  return {above, middle, below};
}

/** The strongest of these layers that has the name. */
export function findIn(layers: readonly VarsLayer[], name: string): VarsLayer | undefined {
  for (const layer of layers) if (Object.hasOwn(layer.values, name)) return layer;
  return undefined;
}

import {rankOf} from '../inventory/layers.js';
import type {VarsLayer} from '../inventory/types.js';

/** Layers from the strongest to the weakest; of equal level the later one is the stronger. */
export function strongestFirst(layers: readonly VarsLayer[]): VarsLayer[] {
  return [...layers].reverse().sort((left, right) => rankOf(right.level) - rankOf(left.level));
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
    const rank = rankOf(layer.level);
    if (rank > rankOf('setFacts')) above.push(layer);
    else if (rank > rankOf('facts')) middle.push(layer);
    else below.push(layer);
  }
  return {above, middle, below};
}

/** The strongest of these layers that has the name. */
export function findIn(layers: readonly VarsLayer[], name: string): VarsLayer | undefined {
  for (const layer of layers) if (Object.hasOwn(layer.values, name)) return layer;
  return undefined;
}

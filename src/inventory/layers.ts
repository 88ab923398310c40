import {type Host, type Inventory, type Level, levels, type VarsLayer} from './types.js';

const ranks = Object.fromEntries(levels.map((level, index) => [level, index])) as Readonly<Record<Level, number>>;

/** A level's place in the order of precedence; the higher, the stronger. */
export const rankOf = (level: Level): number => ranks[level];

/** Layers of a host from the inventory, weakest first: by level, then groups in merge order, then as read. */
export function inventoryLayers(inventory: Inventory, host: Host): VarsLayer[] {
  const layers = [...host.groups.flatMap((group) => inventory.groups.get(group)?.layers ?? []), ...host.layers];
  return layers
    .map((layer, index) => ({layer, index}))
    .sort((left, right) => rankOf(left.layer.level) - rankOf(right.layer.level) || left.index - right.index)
    .map(({layer}) => layer);
}

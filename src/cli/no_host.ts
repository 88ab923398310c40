import {didYouMean, InventoryError} from '../errors/index.js';
import type {Inventory} from '../inventory/index.js';

export const noHost = (inventory: Inventory, name: string): InventoryError =>
  new InventoryError({
    what: `the inventory has no host '${name}'`,
    hint: didYouMean(name, inventory.hosts.keys()) ?? 'quorate inventory --graph shows the hosts',
  });

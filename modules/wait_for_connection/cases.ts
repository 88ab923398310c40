import type {ModuleCase} from '../../src/module/contract.js';

export const cases: readonly ModuleCase[] = [
  {name: 'a host that is there', params: {timeout: 30}, expect: 'ok', check: 'skipped', needs: 'host'},
];

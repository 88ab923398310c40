import type {ModuleCase} from '../../src/module/contract.js';

export const cases: readonly ModuleCase[] = [
  {name: 'whatever the host has', params: {manager: 'auto'}, expect: 'ok'},
  {name: 'a lab host', needs: 'host', params: {}, expect: 'ok'},
];

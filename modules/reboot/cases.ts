import type {ModuleCase} from '../../src/module/contract.js';

export const cases: readonly ModuleCase[] = [
  {name: 'a lab host', params: {reboot_timeout: 120}, expect: 'changed', needs: 'host'},
];

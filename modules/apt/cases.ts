import type {ModuleCase} from '../../src/module/contract.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'no manager for it here',
    only: 'busybox',
    params: {name: 'curl'},
    expect: 'failed',
    says: /this host has n(o|either)/,
  },
  {name: 'a lab host', needs: 'host', params: {name: 'busybox'}, expect: 'ok'},
];

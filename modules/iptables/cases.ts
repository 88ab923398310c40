import type {ModuleCase} from '../../src/module/contract.js';

export const cases: readonly ModuleCase[] = [
  {name: 'no tool', only: 'busybox', params: {flush: true}, expect: 'failed', says: /this host has no iptables/},
  {
    name: 'a lab host',
    needs: 'host',
    params: {chain: 'INPUT', jump: 'ACCEPT', protocol: 'tcp', destination_port: 6443},
    expect: 'changed',
  },
];

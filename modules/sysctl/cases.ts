import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

// Settings of the network are a network namespace's own, so these touch nothing but the throw-away root.
const name = 'net.ipv4.ip_forward';
const off = sh`echo 0 > /proc/sys/net/ipv4/ip_forward`;

export const cases: readonly ModuleCase[] = [
  {
    name: 'set for boot and now',
    given: off,
    params: {name, value: '1', sysctl_file: '/etc/sysctl.d/90.conf'},
    expect: 'changed',
    besides: ['/etc/sysctl.d'],
    leaves: sh`[ "$(cat /etc/sysctl.d/90.conf)" = 'net.ipv4.ip_forward=1' ] && [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]`,
    data: {name, value: '1'},
  },
  {
    name: 'for boot only',
    given: off,
    params: {name, value: 1, reload: false},
    expect: 'changed',
    leaves: sh`[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]`,
  },
  {
    name: 'as it is',
    given: sh`printf '# x\nnet.ipv4.ip_forward = 1\n' > /etc/sysctl.conf; ${off}`,
    params: {name, value: '1'},
    expect: 'ok',
  },
  {
    name: 'as it is in the file, but not now',
    given: sh`printf 'net.ipv4.ip_forward=1\n' > /etc/sysctl.conf; ${off}`,
    params: {name, value: '1', sysctl_set: true},
    expect: 'changed',
    leaves: sh`[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]`,
  },
  {
    name: 'another value',
    given: sh`printf '# keep\nnet.ipv4.ip_forward=1\nnet.ipv4.ip_forward=1\n' > /etc/sysctl.conf; echo 1 > /proc/sys/net/ipv4/ip_forward`,
    params: {name, value: '0'},
    expect: 'changed',
    leaves: sh`[ "$(cat /etc/sysctl.conf)" = ${'# keep\nnet.ipv4.ip_forward=0'} ] && [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]`,
  },
  {
    name: 'a list of numbers',
    given: sh`printf 'net.ipv4.ping_group_range=1 0\n' > /etc/sysctl.conf`,
    params: {name: 'net.ipv4.ping_group_range', value: '1\t0'},
    expect: 'ok',
  },
  {
    name: 'out of the file',
    given: sh`printf 'net/ipv4/ip_forward=1\nvm.x=1\n' > /etc/sysctl.conf`,
    params: {name, state: 'absent', reload: false},
    expect: 'changed',
    leaves: sh`[ "$(cat /etc/sysctl.conf)" = vm.x=1 ]`,
  },
  {
    name: 'no such setting',
    params: {name: 'net.no.such', value: '1', sysctl_set: true},
    expect: 'failed',
    says: /the kernel has no setting net\.no\.such/,
  },
  {
    name: 'no such setting, and no matter',
    params: {name: 'net.no.such', value: '1', ignoreerrors: true},
    expect: 'changed',
  },
];

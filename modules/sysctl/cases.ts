import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const file = '/etc/sysctl.d/90-k3s.conf';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a new setting, in a file of its own and in the kernel',
    params: {name: 'net.ipv4.ip_forward', value: '1', sysctl_file: file},
    given: sh`mkdir -p /etc/sysctl.d; echo 0 > /proc/sys/net/ipv4/ip_forward`,
    expect: 'changed',
    leaves: sh`[ "$(cat ${file})" = net.ipv4.ip_forward=1 ] && [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]`,
  },
  {
    name: 'a setting that is there, written with spaces',
    params: {name: 'net.ipv4.ip_forward', value: '1', sysctl_file: file, reload: false},
    given: sh`mkdir -p /etc/sysctl.d && echo 'net.ipv4.ip_forward = 1' > ${file}`,
    expect: 'ok',
  },
  {
    name: 'another value, twice in the file: one line is left, others stay',
    params: {name: 'net.ipv4.ip_forward', value: '1', sysctl_file: file, reload: false},
    given: sh`mkdir -p /etc/sysctl.d && printf '# kept\nnet.ipv4.ip_forward=0\nvm.x=1\nnet/ipv4/ip_forward = 2\n' > ${file}`,
    expect: 'changed',
    leaves: sh`[ "$(cat ${file})" = "$(printf '# kept\nnet.ipv4.ip_forward=1\nvm.x=1')" ]`,
  },
  {
    name: 'taken out of the file',
    params: {name: 'vm.x', state: 'absent', sysctl_file: file},
    given: sh`mkdir -p /etc/sysctl.d && printf 'vm.x=1\nvm.y=2\n' > ${file}`,
    expect: 'changed',
    leaves: sh`[ "$(cat ${file})" = vm.y=2 ]`,
  },
  {name: 'no value', params: {name: 'vm.x', sysctl_file: file}, expect: 'failed', says: /'value' is missing/},
];

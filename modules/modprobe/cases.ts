import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

// printk is a part of every kernel that /sys/module names; nothing is loaded here.
export const cases: readonly ModuleCase[] = [
  {name: 'loaded already', params: {name: 'printk'}, expect: 'ok'},
  {
    name: 'at boot too',
    given: sh`mkdir -p /etc/modules-load.d`,
    params: {name: 'printk', persistent: 'present', params: 'time=1'},
    expect: 'changed',
    leaves: sh`[ "$(cat /etc/modules-load.d/printk.conf)" = printk ] && [ "$(cat /etc/modprobe.d/printk.conf)" = 'options printk time=1' ]`,
  },
  {
    name: 'at boot already',
    given: sh`mkdir -p /etc/modules-load.d; printf '# all\nprintk # here\n' > /etc/modules-load.d/all.conf`,
    params: {name: 'printk', persistent: 'present'},
    expect: 'ok',
  },
  {
    name: 'no longer at boot',
    given: sh`mkdir -p /etc/modprobe.d; printf 'a\nprintk\n' > /etc/modules; printf 'options printk x=1\noptions other y=1\n' > /etc/modprobe.d/x.conf`,
    params: {name: 'printk', persistent: 'absent'},
    expect: 'changed',
    leaves: sh`[ "$(cat /etc/modules)" = a ] && [ "$(cat /etc/modprobe.d/x.conf)" = 'options other y=1' ]`,
  },
  {name: 'no such module', params: {name: 'no_such_module'}, expect: 'failed', says: /no module no_such_module/},
  {name: 'not loaded, and not wanted', params: {name: 'no_such_module', state: 'absent'}, expect: 'ok'},
  {name: 'loaded on a lab host', needs: 'host', params: {name: 'dummy'}, expect: 'changed'},
];

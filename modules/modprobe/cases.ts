import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a module that is loaded, from now on at boot too',
    params: {name: 'loop', persistent: 'present'},
    given: sh`[ -d /sys/module/loop ] || mkdir -p /sys/module/loop`,
    expect: 'changed',
    leaves: sh`[ "$(cat /etc/modules-load.d/loop.conf)" = loop ]`,
    needs: 'host',
  },
  {
    name: 'a module that the kernel does not have',
    params: {name: 'no_such_module'},
    expect: 'failed',
    check: 'changed',
    needs: 'host',
  },
];

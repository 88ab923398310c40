import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'init scripts',
    given: sh`mkdir -p /etc/init.d; printf '#!/bin/sh\n' > /etc/init.d/thing; chmod 755 /etc/init.d/thing; : > /etc/init.d/README`,
    params: {},
    expect: 'ok',
    learns: {services: {thing: {name: 'thing', state: 'stopped', source: 'sysv'}}},
  },
  {name: 'a lab host', needs: 'host', params: {}, expect: 'ok'},
];

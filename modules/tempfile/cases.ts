import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a file',
    params: {},
    expect: 'changed',
    leaves: sh`[ "$(stat -c %a /tmp/ansible.*)" = 600 ]`,
    data: {state: 'file', mode: '0600'},
  },
  {
    name: 'a folder elsewhere, with an odd name',
    params: {state: 'directory', path: '/opt', prefix: "it's ", suffix: ' $x'},
    expect: 'changed',
    leaves: sh`[ -d /opt/it* ] && [ "$(stat -c %a /opt/it*)" = 700 ]`,
  },
  {name: 'in no folder', params: {path: '/none'}, expect: 'failed', check: 'skipped', says: /make a file/},
];

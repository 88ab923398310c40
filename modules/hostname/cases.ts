import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a new name',
    params: {name: 'server1.example.org'},
    expect: 'changed',
    leaves: sh`[ "$(uname -n)" = server1.example.org ] && [ "$(cat /etc/hostname)" = server1.example.org ]`,
    learns: {hostname: 'server1', domain: 'example.org'},
  },
  {name: 'at boot only', given: sh`echo other > /etc/hostname`, params: {name: 'box'}, expect: 'changed'},
  {
    name: 'now only',
    given: sh`hostname other`,
    params: {name: 'box'},
    expect: 'changed',
    leaves: sh`[ "$(uname -n)" = box ]`,
  },
  {name: 'as it is', params: {name: 'box'}, expect: 'ok', data: {name: 'box'}},
  {name: 'no name', params: {name: 'a_b'}, expect: 'failed', says: /is no host name/},
];

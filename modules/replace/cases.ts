import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'every match',
    given: sh`printf 'server: https://127.0.0.1:6443\nx: 127.0.0.1\n' > /etc/k; chmod 600 /etc/k`,
    params: {path: '/etc/k', regexp: '127\\.0\\.0\\.1', replace: '10.0.0.1'},
    expect: 'changed',
    leaves: sh`[ "$(grep -c 10.0.0.1 /etc/k)" = 2 ] && [ "$(stat -c %a /etc/k)" = 600 ]`,
    data: {msg: '2 replacements made'},
  },
  {name: 'no match', params: {path: '/etc/hosts', regexp: 'none', replace: 'x'}, expect: 'ok'},
  {name: 'no file', params: {path: '/etc/none', regexp: 'x'}, expect: 'failed', says: /there is no file/},
];

import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a block at the end',
    params: {path: '/etc/hosts', block: '10.0.0.1 n1\n10.0.0.2 n2\n'},
    expect: 'changed',
    leaves: sh`[ "$(sed -n 2p /etc/hosts)" = '# BEGIN ANSIBLE MANAGED BLOCK' ] && [ "$(wc -l < /etc/hosts)" = 5 ]`,
    data: {msg: 'Block inserted'},
  },
  {
    name: 'a block removed',
    given: sh`printf 'a\n# BEGIN x\nold\n# END x\nb\n' > /etc/f`,
    params: {path: '/etc/f', marker: '# {mark} x', state: 'absent'},
    expect: 'changed',
    leaves: sh`[ "$(cat /etc/f)" = ${'a\nb'} ]`,
  },
  {
    name: 'a file of its own',
    params: {path: '/etc/new', content: 'x', create: true, mode: '0600'},
    expect: 'changed',
    data: {msg: 'File created'},
  },
  {name: 'no file', params: {path: '/etc/none', block: 'x'}, expect: 'failed', says: /there is no file/},
  {name: 'no file, nothing to remove', params: {path: '/etc/none', state: 'absent'}, expect: 'ok'},
];

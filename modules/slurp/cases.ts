import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a file',
    given: sh`printf 'a\n\0b' > '/opt/a b'`,
    params: {path: '/opt/a b'},
    expect: 'ok',
    data: {content: 'YQoAYg==', encoding: 'base64', source: '/opt/a b'},
  },
  {name: 'an empty file', given: sh`: > /opt/e`, params: {src: '/opt/e'}, expect: 'ok', data: {content: ''}},
  {name: 'a file of the kernel', params: {src: '/proc/sys/kernel/ostype'}, expect: 'ok', data: {content: 'TGludXgK'}},
  {name: 'no file', params: {src: '/none'}, expect: 'failed', says: /there is no file \/none/},
  {name: 'a folder', params: {src: '/opt'}, expect: 'failed', says: /\/opt is a folder, not a file/},
  {
    name: 'too large',
    given: sh`dd if=/dev/zero of=/opt/big bs=1000000 count=2 2>/dev/null`,
    params: {src: '/opt/big'},
    expect: 'failed',
    says: /has 2000000 bytes/,
  },
];

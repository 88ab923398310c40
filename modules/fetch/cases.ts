import type {ModuleCase} from '../../src/module/contract.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'no such file',
    params: {src: '/none', dest: '/nowhere'},
    expect: 'failed',
    says: /no file \/none on the host/,
  },
  {name: 'no such file, and no matter', params: {src: '/none', dest: '/nowhere', fail_on_missing: false}, expect: 'ok'},
  {name: 'a folder', params: {src: '/etc', dest: '/nowhere'}, expect: 'failed', says: /\/etc is a folder/},
];

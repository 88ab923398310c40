import type {ModuleCase} from '../../src/module/contract.js';

export const cases: readonly ModuleCase[] = [
  {name: 'an answer', params: {}, expect: 'ok', data: {ping: 'pong'}},
  {name: 'an answer of your own', params: {data: 'it\'s "me"\n$HOME'}, expect: 'ok', data: {ping: 'it\'s "me"\n$HOME'}},
];

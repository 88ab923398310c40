import type {ModuleCase} from '../../src/module/contract.js';

export const cases: readonly ModuleCase[] = [
  {name: 'a data-dir that does not exist yet', params: {data_dir: '/srv/none/yet'}, expect: 'ok'},
];

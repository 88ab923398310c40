import type {ModuleCase} from '../../src/module/contract.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a command',
    params: {_raw_params: 'echo "a b"'},
    expect: 'changed',
    data: {rc: 0, stdout: 'a b\n', stdout_lines: ['a b']},
  },
  {name: 'a failure', params: {_raw_params: 'exit 4'}, expect: 'failed', check: 'skipped', data: {rc: 4}},
];

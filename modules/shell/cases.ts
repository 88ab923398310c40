import type {ModuleCase} from '../../src/module/contract.js';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a pipe',
    params: {_raw_params: 'printf "a\\nb\\n" | wc -l'},
    expect: 'changed',
    check: 'skipped',
    data: {stdout: '2', rc: 0, cmd: 'printf "a\\nb\\n" | wc -l'},
  },
  {
    name: 'quotes, variables and lines',
    params: {cmd: 'x="it\'s"\nfor i in 1 2; do echo "$x $i"; done'},
    expect: 'changed',
    check: 'skipped',
    data: {stdout_lines: ["it's 1", "it's 2"]},
  },
  {
    name: 'a failure',
    params: {cmd: 'echo no >&2; exit 7'},
    expect: 'failed',
    check: 'skipped',
    data: {rc: 7, stderr: 'no'},
  },
  {name: 'a syntax error', params: {cmd: 'if ('}, expect: 'failed', check: 'skipped', data: {rc: 2}},
  {name: 'a command that is not found', params: {cmd: 'nosuch'}, expect: 'failed', check: 'skipped', data: {rc: 127}},
  {
    name: 'bash',
    params: {cmd: 'a=(1 2); echo ${#a[@]}', executable: '/bin/bash'},
    only: 'gnu',
    expect: 'changed',
    check: 'skipped',
    data: {stdout: '2'},
  },
  {
    name: 'no such shell',
    params: {cmd: 'true', executable: '/no/shell'},
    expect: 'failed',
    check: 'skipped',
    says: /Errno 2/,
  },
  {
    name: 'input and a folder',
    params: {cmd: 'pwd; cat', chdir: '/opt', stdin: 'in'},
    expect: 'changed',
    check: 'skipped',
    data: {stdout: '/opt\nin'},
  },
  {name: 'once', params: {cmd: 'echo x > made', chdir: '/opt', creates: 'made'}, expect: 'changed', again: 'ok'},
];

import type {ModuleCase} from '../../src/module/contract.js';

const controllerFiles = {'s.sh': '#!/bin/sh\nprintf "%s|" "$@"; echo "$0" >&2\n', 'p.txt': 'echo plain "$1"\n'};

export const cases: readonly ModuleCase[] = [
  {
    name: 'a script with arguments',
    controllerFiles,
    params: {_raw_params: `s.sh one "two 'three'"`},
    expect: 'changed',
    check: 'skipped',
    data: {stdout: "one|two 'three'|", rc: 0},
  },
  {
    name: 'run by a program',
    controllerFiles,
    params: {cmd: 'p.txt x', executable: 'sh -u'},
    expect: 'changed',
    check: 'skipped',
    data: {stdout: 'plain x'},
  },
  {name: 'not needed', controllerFiles, params: {cmd: 's.sh', creates: '/etc/hosts'}, expect: 'ok'},
];

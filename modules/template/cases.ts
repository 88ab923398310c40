import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const controllerFiles = {'x.conf.j2': 'name = {{ name }}\n'};
const facts = {name: 'it\'s "me" $HOME'};

export const cases: readonly ModuleCase[] = [
  {
    name: 'a template',
    controllerFiles,
    facts,
    params: {src: 'x.conf.j2', dest: '/etc/x.conf', mode: '0600'},
    expect: 'changed',
    leaves: sh`[ "$(cat /etc/x.conf)" = ${`name = ${facts.name}`} ] && [ "$(stat -c %a /etc/x.conf)" = 600 ]`,
  },
  {
    name: 'into a folder, without its ending',
    controllerFiles,
    facts,
    params: {src: 'x.conf.j2', dest: '/etc/'},
    expect: 'changed',
    data: {dest: '/etc/x.conf'},
  },
  {
    name: 'the same result',
    controllerFiles,
    facts,
    given: sh`printf '%s\n' ${`name = ${facts.name}`} > /etc/x.conf`,
    params: {src: 'x.conf.j2', dest: '/etc/x.conf'},
    expect: 'ok',
  },
  {
    name: 'with lines for Windows',
    controllerFiles,
    facts,
    params: {src: 'x.conf.j2', dest: '/etc/x.conf', newline_sequence: '\r\n'},
    expect: 'changed',
    leaves: sh`[ "$(tail -c 2 /etc/x.conf | od -An -tx1 | tr -d ' ')" = 0d0a ]`,
  },
];

import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const odd = '/srv/-it\'s "a" $ X\n*[x]';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a line replaced; bits and owner stay',
    given: sh`printf 'a=1\nb\n' > /etc/f; chmod 640 /etc/f; chown ann:staff /etc/f`,
    params: {path: '/etc/f', regexp: '^a=', line: 'a=2'},
    expect: 'changed',
    leaves: sh`[ "$(cat /etc/f)" = ${'a=2\nb'} ] && [ "$(stat -c '%a %U %G' /etc/f)" = '640 ann staff' ]`,
    data: {msg: 'line replaced'},
  },
  {
    name: 'a line that is there',
    params: {path: '/etc/hosts', line: '127.0.0.1 localhost'},
    expect: 'ok',
    data: {msg: ''},
  },
  {
    name: 'a line that is there, other bits',
    params: {path: '/etc/hosts', line: '127.0.0.1 localhost', mode: '0600'},
    expect: 'changed',
    data: {msg: 'ownership, perms or SE linux context changed'},
  },
  {
    name: 'an odd name and an odd line',
    given: sh`mkdir /srv; : > ${odd}`,
    params: {path: odd, line: `it's "$HOME" \\ \`id\` é`},
    expect: 'changed',
    leaves: sh`[ "$(cat ${odd})" = ${'it\'s "$HOME" \\ `id` é'} ]`,
  },
  {name: 'no file', params: {path: '/etc/none', line: 'x'}, expect: 'failed', says: /there is no file \/etc\/none/},
  {
    name: 'no file, nothing to remove',
    params: {path: '/etc/none', line: 'x', state: 'absent'},
    expect: 'ok',
    data: {msg: 'file not present'},
  },
  {
    name: 'a file is made, with its folder',
    params: {path: '/etc/x/y/f', line: 'x', create: true, mode: '0600'},
    expect: 'changed',
    leaves: sh`[ "$(stat -c %a /etc/x/y/f)" = 600 ]`,
  },
  {name: 'a folder is no file', params: {path: '/etc', line: 'x'}, expect: 'failed', says: /\/etc is a folder/},
  {
    name: 'lines removed, with a backup',
    given: sh`printf 'a\nb\na\n' > /etc/f`,
    params: {path: '/etc/f', regexp: '^a', state: 'absent', backup: true},
    expect: 'changed',
    besides: [/^\/etc\/f\.\d+\..*~$/],
    data: {found: 2},
    leaves: sh`[ "$(cat /etc/f)" = b ] && [ "$(cat /etc/f.*~ | wc -l)" = 3 ]`,
  },
  {
    name: 'through a symbolic link',
    given: sh`ln -s hosts /etc/l`,
    params: {path: '/etc/l', line: '10.0.0.1 n1'},
    expect: 'changed',
    leaves: sh`[ -L /etc/l ] && grep -q n1 /etc/hosts`,
  },
  {
    name: 'a home',
    given: sh`echo x > /home/ann/.bashrc`,
    params: {path: '~ann/.bashrc', line: 'export A=1'},
    expect: 'changed',
    data: {path: '/home/ann/.bashrc'},
  },
  {name: 'it must be valid', params: {path: '/etc/hosts', line: 'bad', validate: 'grep -vq bad %s'}, expect: 'changed'},
  {
    name: 'it is not valid',
    params: {path: '/etc/hosts', line: 'bad', validate: 'sh -c "! grep bad %s"'},
    expect: 'failed',
    check: 'changed',
    says: /not valid/,
    leaves: sh`! grep bad /etc/hosts`,
  },
  {
    name: 'too large',
    given: sh`dd if=/dev/zero of=/opt/big bs=1000000 count=2 2>/dev/null`,
    params: {path: '/opt/big', line: 'x'},
    expect: 'failed',
    says: /has 2000000 bytes/,
  },
];

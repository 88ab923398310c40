import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const gnu = {only: 'gnu', besides: ['/etc', '/home', '/var']} as const;
const hash = '$6$salt$abc/def.ghi';

export const cases: readonly ModuleCase[] = [
  {
    ...gnu,
    name: 'a new user',
    params: {name: 'ops', uid: 3000, groups: ['staff'], shell: '/bin/sh', comment: "It's ops"},
    expect: 'changed',
    leaves: sh`grep -q "^ops:x:3000:.*:It's ops:/home/ops:/bin/sh" /etc/passwd && [ -d /home/ops ] && id -Gn ops | grep -q staff`,
  },
  {
    ...gnu,
    name: 'a user of the system, without a home',
    params: {name: 'etcd', system: true, create_home: false},
    expect: 'changed',
    leaves: sh`id etcd && [ ! -e /home/etcd ]`,
  },
  {
    name: 'a user who is there',
    params: {name: 'ann', uid: 1000, shell: '/bin/sh', groups: 'staff'},
    expect: 'ok',
    data: {home: '/home/ann', uid: 1000},
  },
  {
    ...gnu,
    name: 'one more group',
    params: {name: 'ann', groups: ['daemon'], append: true},
    expect: 'changed',
    leaves: sh`id -Gn ann | grep -q staff && id -Gn ann | grep -q daemon`,
  },
  {
    ...gnu,
    name: 'other groups',
    params: {name: 'ann', groups: ['daemon']},
    expect: 'changed',
    leaves: sh`! id -Gn ann | grep -q staff`,
  },
  {
    ...gnu,
    name: 'another shell and comment',
    params: {name: 'bob', shell: '/bin/bash', comment: 'Bob'},
    expect: 'changed',
    leaves: sh`grep -q '^bob:.*:Bob:.*:/bin/bash' /etc/passwd`,
  },
  {
    ...gnu,
    name: 'a password',
    params: {name: 'ann', password: hash},
    expect: 'changed',
    leaves: sh`[ "$(sed -n 's/^ann:\([^:]*\):.*/\1/p' /etc/shadow)" = ${hash} ]`,
  },
  {
    ...gnu,
    name: 'a password only for new users',
    params: {name: 'ann', password: hash, update_password: 'on_create'},
    expect: 'ok',
  },
  {
    ...gnu,
    name: 'removed with its home',
    params: {name: 'ann', state: 'absent', remove: true},
    expect: 'changed',
    leaves: sh`! id ann 2>/dev/null && [ ! -e /home/ann ]`,
  },
  {name: 'nobody to remove', params: {name: 'eve', state: 'absent'}, expect: 'ok'},
  {...gnu, name: 'no such group', params: {name: 'ops', groups: ['none']}, expect: 'failed', says: /no group 'none'/},
  {
    name: 'nothing to make one with',
    only: 'busybox',
    params: {name: 'ops'},
    expect: 'failed',
    says: /neither useradd nor adduser/,
  },
  {name: 'no name', params: {name: '-r'}, expect: 'failed', says: /is no name of a user/},
];

import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const besides = ['/etc'];

export const cases: readonly ModuleCase[] = [
  {
    name: 'a new group',
    only: 'gnu',
    params: {name: 'etcd', gid: 4000},
    expect: 'changed',
    besides,
    leaves: sh`grep -q '^etcd:x:4000:' /etc/group`,
    data: {gid: 4000},
  },
  {
    name: 'a new group of the system',
    only: 'gnu',
    params: {name: 'k3s', system: true},
    expect: 'changed',
    besides,
    leaves: sh`grep -q '^k3s:' /etc/group`,
  },
  {name: 'a group that is there', params: {name: 'staff'}, expect: 'ok', data: {gid: 50}},
  {
    name: 'another number',
    only: 'gnu',
    params: {name: 'staff', gid: 5000},
    expect: 'changed',
    besides,
    leaves: sh`grep -q '^staff:x:5000:' /etc/group`,
  },
  {
    name: 'nothing to make it with',
    only: 'busybox',
    params: {name: 'etcd'},
    expect: 'failed',
    says: /neither useradd nor adduser/,
  },
  {
    name: 'a group to be removed',
    only: 'gnu',
    params: {name: 'staff', state: 'absent'},
    expect: 'changed',
    besides,
    leaves: sh`! grep -q '^staff:' /etc/group`,
  },
  {name: 'a group that is not there', params: {name: 'none', state: 'absent'}, expect: 'ok'},
  {name: 'no name', params: {name: '-g'}, expect: 'failed', says: /is no name of a group/},
];

import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const archive = sh`mkdir -p "/srv/a/it's b" && echo 1 > "/srv/a/it's b/x" && ln -s x "/srv/a/it's b/l" && tar -czf /srv/a.tgz -C /srv/a . && mkdir /opt/d`;

export const cases: readonly ModuleCase[] = [
  {
    name: 'an archive of the host',
    given: archive,
    params: {src: '/srv/a.tgz', dest: '/opt/d', remote_src: true, owner: 'ann'},
    expect: 'changed',
    check: 'conditional',
    again: 'ok',
    leaves: sh`[ "$(cat "/opt/d/it's b/x")" = 1 ] && [ "$(stat -c %U "/opt/d/it's b/x")" = ann ] && [ "$(ls -A /opt/d)" = "it's b" ]`,
  },
  {
    name: 'unpacked already',
    given: sh`${archive}; tar -xzf /srv/a.tgz -C /opt/d`,
    params: {src: '/srv/a.tgz', dest: '/opt/d', remote_src: true},
    expect: 'ok',
    check: 'conditional',
    besides: ['/opt/d'],
  },
  {
    name: 'what it creates is there',
    params: {src: '/none.tgz', dest: '/opt', remote_src: true, creates: '/etc/hosts'},
    expect: 'ok',
  },
  {
    name: 'no archive',
    params: {src: '/none.tgz', dest: '/opt', remote_src: true},
    expect: 'failed',
    says: /there is no \/none\.tgz on the host/,
  },
  {
    name: 'no folder',
    given: archive,
    params: {src: '/srv/a.tgz', dest: '/none', remote_src: true},
    expect: 'failed',
    says: /\/none is no folder/,
  },
  {
    name: 'no archive inside',
    given: sh`echo x > /opt/a.tgz`,
    params: {src: '/opt/a.tgz', dest: '/opt', remote_src: true},
    expect: 'failed',
    check: 'conditional',
    says: /cannot be unpacked/,
    besides: ['/opt'],
  },
];

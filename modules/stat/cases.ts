import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

export const cases: readonly ModuleCase[] = [
  {name: 'nothing', params: {path: '/none'}, expect: 'ok', data: {stat: {exists: false}}},
  {
    name: 'a file',
    given: sh`printf x > '/opt/a b' && chown ann:staff '/opt/a b' && chmod 4640 '/opt/a b'`,
    params: {path: '/opt/a b'},
    expect: 'ok',
    data: {
      stat: {
        exists: true,
        isreg: true,
        isdir: false,
        islnk: false,
        mode: '4640',
        isuid: true,
        xusr: false,
        rgrp: true,
        pw_name: 'ann',
        gr_name: 'staff',
        uid: 1000,
        size: 1,
        nlink: 1,
        readable: true,
        checksum: '11f6ad8ec52a2984abaafd7c3b516503785c2072',
      },
    },
  },
  {
    name: 'another checksum',
    given: sh`printf x > /opt/x`,
    params: {path: '/opt/x', checksum: 'sha256', get_mime: false},
    expect: 'ok',
    data: {stat: {checksum: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881'}},
  },
  {
    name: 'a folder',
    params: {path: '/opt/'},
    expect: 'ok',
    data: {stat: {isdir: true, isreg: false, path: '/opt', executable: true}},
  },
  {
    name: 'a link',
    given: sh`ln -s ${"it's a\nlink"} /opt/l`,
    params: {path: '/opt/l'},
    expect: 'ok',
    data: {stat: {islnk: true, lnk_target: "it's a\nlink"}},
  },
  {
    name: 'through a link',
    given: sh`ln -s /etc/hosts /opt/l`,
    params: {path: '/opt/l', follow: true},
    expect: 'ok',
    data: {stat: {islnk: false, isreg: true}},
  },
  {
    name: 'a pipe',
    given: sh`mkfifo /opt/p`,
    params: {path: '/opt/p'},
    expect: 'ok',
    data: {stat: {isfifo: true, isreg: false}},
  },
  {name: 'a device', params: {path: '/dev/null'}, expect: 'ok', data: {stat: {ischr: true, issock: false}}},
  {name: 'below a file', params: {path: '/etc/hosts/x'}, expect: 'ok', data: {stat: {exists: false}}},
];

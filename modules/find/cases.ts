import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const tree = sh`mkdir -p "/srv/it's" /srv/d; echo 12345 > "/srv/it's/a b.log"; echo x > /srv/c.log; echo y > /srv/.h.log; : > ${'/srv/n\nl.log'}; ln -s c.log /srv/l; touch -d '2020-01-01 00:00:00' /srv/c.log`;

export const cases: readonly ModuleCase[] = [
  {
    name: 'by pattern',
    given: tree,
    params: {paths: '/srv', patterns: '*.log'},
    expect: 'ok',
    data: {
      matched: 2,
      files: [{path: '/srv/c.log', isreg: true, mode: '0644', pw_name: 'root', size: 2}, {path: '/srv/n\nl.log'}],
    },
  },
  {
    name: 'below too, hidden ones too',
    given: tree,
    params: {paths: ['/srv'], recurse: true, hidden: true, patterns: '*.log'},
    expect: 'ok',
    data: {matched: 4},
  },
  {
    name: 'by regular expression',
    given: tree,
    params: {paths: '/srv', recurse: true, patterns: '^a .*log$', use_regex: true},
    expect: 'ok',
    data: {matched: 1, files: [{path: "/srv/it's/a b.log"}]},
  },
  {name: 'old ones', given: tree, params: {paths: '/srv', age: '1w'}, expect: 'ok', data: {matched: 1}},
  {
    name: 'small ones',
    given: tree,
    params: {paths: '/srv', recurse: true, size: '-3b', excludes: 'n*'},
    expect: 'ok',
    data: {matched: 1},
  },
  {
    name: 'folders and links',
    given: tree,
    params: {paths: '/srv', file_type: 'directory'},
    expect: 'ok',
    data: {matched: 2},
  },
  {
    name: 'no folder',
    params: {paths: '/none'},
    expect: 'ok',
    data: {matched: 0, skipped_paths: {'/none': "'/none' is not a directory"}},
  },
];

import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const common = {expect: 'ok', check: 'skipped'} as const;
/** A server on an address of its own, so that the port has to be tried, and nothing can be read from the kernel's tables. */
const server = (port: number) =>
  sh`ip addr add 10.9.8.7/32 dev lo; mkdir -p /srv; echo hi > /srv/f; busybox httpd -p ${`10.9.8.7:${port}`} -h /srv </dev/null >/dev/null 2>&1`;

export const cases: readonly ModuleCase[] = [
  {
    ...common,
    name: 'a port that answers',
    given: server(8081),
    params: {host: '10.9.8.7', port: 8081, timeout: 5},
    data: {state: 'started', port: 8081},
  },
  {
    ...common,
    name: 'a port of the host itself',
    given: sh`busybox httpd -p 127.0.0.1:8082 -h /opt </dev/null >/dev/null 2>&1`,
    params: {port: 8082, timeout: 5},
  },
  {...common, name: 'a port that is closed', params: {host: '127.0.0.1', port: 8083, state: 'stopped', timeout: 5}},
  {
    ...common,
    name: 'a port that answers too late',
    params: {host: '127.0.0.9', port: 8084, timeout: 1, msg: 'no web server'},
    expect: 'failed',
    says: /^no web server$/,
  },
  {
    ...common,
    name: 'a port that does not stop',
    given: server(8085),
    params: {host: '10.9.8.7', port: 8085, timeout: 1, state: 'stopped'},
    expect: 'failed',
    says: /not within 1 s/,
  },
  {...common, name: 'a path', params: {path: '/etc/hosts'}, data: {path: '/etc/hosts'}},
  {...common, name: 'a path that is gone', params: {path: '/none', state: 'absent', timeout: 10}},
  {
    ...common,
    name: 'a path that does not come',
    params: {path: '/none', timeout: 1},
    expect: 'failed',
    says: /not within 1 s/,
  },
  {
    ...common,
    name: 'a line in a file',
    given: sh`printf 'start\nready after 12 s\n' > /opt/log`,
    params: {path: '/opt/log', search_regex: '^ready after (?P<n>\\d+)'},
    data: {match_groups: ['12'], match_groupdict: {n: '12'}},
  },
  {
    ...common,
    name: 'a line that is not in a file',
    given: sh`echo start > /opt/log`,
    params: {path: '/opt/log', search_regex: 'ready', timeout: 1},
    expect: 'failed',
  },
  {
    ...common,
    name: 'a greeting',
    given: sh`ip addr add 10.9.8.7/32 dev lo; echo 'SSH-2.0-test' > /opt/g; busybox nc -l -p 8086 </opt/g >/dev/null 2>&1 &`,
    params: {host: '10.9.8.7', port: 8086, search_regex: 'SSH-2', timeout: 2, connect_timeout: 1},
    again: 'failed',
  },
  {...common, name: 'a time to pass', params: {timeout: 1}},
  {...common, name: 'a delay first', params: {path: '/etc/hosts', delay: 1}},
  {
    ...common,
    name: 'nobody connected',
    given: sh`busybox httpd -p 127.0.0.1:8087 -h /opt </dev/null >/dev/null 2>&1`,
    params: {port: 8087, state: 'drained', timeout: 5},
  },
];

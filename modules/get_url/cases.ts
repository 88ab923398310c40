import type {ModuleCase} from '../../src/module/contract.js';
import {raw, sh} from '../../src/shell/index.js';

/** A web server on loopback with a file and lists of checksums; `/cgi-bin/` shows the request's headers. */
const server = sh`mkdir -p /srv/cgi-bin; printf 'the file\n' > '/srv/a b.txt'; cd /srv
sha256sum 'a b.txt' > sums.txt; printf '%s  a b.txt\n' ${'0'.repeat(64)} > wrong.txt; sha1sum < 'a b.txt' | cut -c1-40 > one.txt
dd if=/dev/zero of=/srv/large bs=100000 count=30 2>/dev/null
busybox httpd -p 127.0.0.1:8090 -h /srv </dev/null >/dev/null 2>&1`;
const url = 'http://127.0.0.1:8090/a%20b.txt';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a file',
    given: server,
    params: {url, dest: '/opt/f', mode: '0600', owner: 'ann'},
    expect: 'changed',
    leaves: sh`[ "$(cat /opt/f)" = 'the file' ] && [ "$(stat -c '%a %U' /opt/f)" = '600 ann' ] && [ "$(ls -A /opt)" = f ]`,
    data: {dest: '/opt/f', size: 9, msg: 'OK (9 bytes)', mode: '0600'},
  },
  {
    name: 'into a folder, by its name',
    given: server,
    params: {url, dest: '/opt'},
    expect: 'changed',
    data: {dest: '/opt/a b.txt'},
  },
  {
    name: 'what is there stays',
    given: sh`echo mine > /opt/f`,
    params: {url, dest: '/opt/f'},
    expect: 'ok',
    leaves: sh`[ "$(cat /opt/f)" = mine ]`,
  },
  {
    name: 'what is there gets other bits',
    given: sh`echo mine > /opt/f`,
    params: {url, dest: '/opt/f', mode: '0755'},
    expect: 'changed',
  },
  {
    name: 'a checksum from a list',
    given: server,
    params: {url, dest: '/opt/f', checksum: 'sha256:http://127.0.0.1:8090/sums.txt'},
    expect: 'changed',
  },
  {
    name: 'what is there has another checksum',
    given: sh`${server}; echo old > /opt/f`,
    params: {url, dest: '/opt/f', checksum: 'sha256:http://127.0.0.1:8090/sums.txt', backup: true},
    expect: 'changed',
    besides: [/^\/opt\/f\.\d+\..*~$/],
    leaves: sh`[ "$(cat /opt/f)" = 'the file' ] && grep -q old /opt/f.*~`,
  },
  {
    name: 'a checksum alone in its file',
    given: server,
    params: {url, dest: '/opt/f', checksum: 'sha1:http://127.0.0.1:8090/one.txt'},
    expect: 'changed',
  },
  {
    name: 'it comes with another checksum',
    given: server,
    params: {url, dest: '/opt/f', checksum: `sha256:${'1'.repeat(64)}`},
    expect: 'failed',
    check: 'changed',
    says: /has not the checksum sha256:1111/,
    leaves: sh`[ -z "$(ls -A /opt)" ]`,
  },
  {
    name: 'the list has another checksum',
    given: server,
    params: {url, dest: '/opt/f', checksum: 'sha256:http://127.0.0.1:8090/wrong.txt'},
    expect: 'failed',
    check: 'changed',
    says: /has not the checksum/,
  },
  {
    name: 'the list does not name it',
    given: server,
    params: {url: 'http://127.0.0.1:8090/large', dest: '/opt/f', checksum: 'sha256:http://127.0.0.1:8090/sums.txt'},
    expect: 'failed',
    says: /lists no sha256 of large/,
  },
  {
    name: 'there is no list',
    given: server,
    params: {url, dest: '/opt/f', checksum: 'sha256:http://127.0.0.1:8090/none'},
    expect: 'failed',
    says: /the list of checksums http:\/\/127.0.0.1:8090\/none cannot be had: .*404/,
  },
  {
    name: 'forced, and it differs',
    given: sh`${server}; echo old > /opt/f; chmod 640 /opt/f`,
    params: {url, dest: '/opt/f', force: true},
    expect: 'changed',
    check: 'conditional',
    leaves: sh`[ "$(cat /opt/f)" = 'the file' ] && [ "$(stat -c %a /opt/f)" = 640 ]`,
    again: 'ok',
  },
  {
    name: 'a large file',
    given: server,
    params: {url: 'http://127.0.0.1:8090/large', dest: '/opt/large'},
    expect: 'changed',
    data: {size: 3000000},
  },
  {
    name: 'nothing there',
    given: server,
    params: {url: 'http://127.0.0.1:8090/none', dest: '/opt/f'},
    expect: 'failed',
    check: 'changed',
    says: /8090\/none: .*404/,
    leaves: sh`[ -z "$(ls -A /opt)" ]`,
  },
  {
    name: 'no server',
    params: {url: 'http://127.0.0.1:8099/x', dest: '/opt/f', timeout: 2},
    expect: 'failed',
    check: 'changed',
    says: /8099\/x: /,
  },
  {name: 'no folder', params: {url, dest: '/none/f'}, expect: 'failed', says: /the folder \/none does not exist/},
  {
    name: 'headers and a password need more than busybox',
    only: 'busybox',
    given: server,
    params: {url, dest: '/opt/f', headers: {'X-Y': 'z'}},
    expect: 'failed',
    check: 'changed',
    says: /need curl or GNU wget/,
  },
  {
    name: 'headers and a password',
    only: 'gnu',
    given: sh`${server}; printf '%s\n' '/:ann:secret' > /etc/httpd.conf; ${raw('busybox httpd -p 127.0.0.1:8091 -h /srv -c /etc/httpd.conf -r realm </dev/null >/dev/null 2>&1')}`,
    params: {
      url: 'http://127.0.0.1:8091/large',
      dest: '/opt/f',
      headers: {'X-Y': '"z'},
      url_username: 'ann',
      url_password: 'secret',
    },
    expect: 'changed',
  },
];

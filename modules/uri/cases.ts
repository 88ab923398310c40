import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const server = sh`mkdir -p /srv; printf '{"a": [1, "x y"]}' > /srv/a.json; echo text > /srv/t.txt
printf '%s\n' '.json:application/json' '/private:ann:secret' > /etc/httpd.conf; mkdir /srv/private; echo in > /srv/private/f
busybox httpd -p 127.0.0.1:8095 -h /srv -c /etc/httpd.conf </dev/null >/dev/null 2>&1`;
const base = 'http://127.0.0.1:8095';
const gnu = {only: 'gnu', check: 'skipped', given: server} as const;

export const cases: readonly ModuleCase[] = [
  {
    ...gnu,
    name: 'JSON',
    params: {url: `${base}/a.json`},
    expect: 'ok',
    data: {status: 200, json: {a: [1, 'x y']}, redirected: false},
  },
  {
    ...gnu,
    name: 'text',
    params: {url: `${base}/t.txt`, return_content: true, headers: {'X-Y': '"z"'}},
    expect: 'ok',
    data: {status: 200, content: 'text\n'},
  },
  {
    ...gnu,
    name: 'another status',
    params: {url: `${base}/none`},
    expect: 'failed',
    says: /answered with status 404, not 200/,
    data: {status: 404},
  },
  {
    ...gnu,
    name: 'another status, as expected',
    params: {url: `${base}/none`, status_code: '200,404'},
    expect: 'ok',
    data: {status: 404},
  },
  {
    ...gnu,
    name: 'a password',
    params: {url: `${base}/private/f`, url_username: 'ann', url_password: 'secret', return_content: true},
    expect: 'ok',
    data: {content: 'in\n'},
  },
  {
    ...gnu,
    name: 'no server',
    params: {url: 'http://127.0.0.1:8096/', timeout: 2},
    expect: 'failed',
    says: /8096\/: .*(refused|connect)/i,
    data: {status: -1},
  },
  {
    name: 'no curl',
    only: 'busybox',
    params: {url: base},
    expect: 'failed',
    check: 'skipped',
    says: /this host has no curl/,
  },
];

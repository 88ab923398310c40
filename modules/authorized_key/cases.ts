import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const one = 'ssh-ed25519 AAAAone ann@desk';
const two = 'ssh-rsa AAAAtwo two words';
const files = (text: string) =>
  sh`mkdir -m 700 /home/ann/.ssh && printf '%s\n' ${text} > /home/ann/.ssh/authorized_keys && chmod 600 /home/ann/.ssh/authorized_keys && chown -R ann:ann /home/ann/.ssh`;
const keys = '/home/ann/.ssh/authorized_keys';

export const cases: readonly ModuleCase[] = [
  {
    name: 'a first key',
    params: {user: 'ann', key: one},
    expect: 'changed',
    leaves: sh`[ "$(cat ${keys})" = ${one} ] && [ "$(stat -c '%a %U %G' ${keys})" = '600 ann ann' ] && [ "$(stat -c '%a %U' /home/ann/.ssh)" = '700 ann' ]`,
    data: {keyfile: keys},
  },
  {
    name: 'a second key',
    given: files(one),
    params: {user: 'ann', key: two},
    expect: 'changed',
    leaves: sh`[ "$(wc -l < ${keys})" = 2 ]`,
  },
  {name: 'a key that is there', given: files(`# mine\n${one}`), params: {user: 'ann', key: one}, expect: 'ok'},
  {
    name: 'other options',
    given: files(one),
    params: {user: 'ann', key: one, key_options: 'no-pty,command="echo \\"hi\\""'},
    expect: 'changed',
    leaves: sh`grep -q '^no-pty,command=.* ssh-ed25519 AAAAone ann@desk$' ${keys}`,
  },
  {
    name: 'these keys and no others',
    given: files(`# mine\n${two}\n${one}`),
    params: {user: 'ann', key: `${one}\n`, exclusive: true},
    expect: 'changed',
    leaves: sh`[ "$(cat ${keys})" = ${`# mine\n${one}`} ]`,
  },
  {
    name: 'a key removed',
    given: files(`${one}\n${two}`),
    params: {user: 'ann', key: one, state: 'absent'},
    expect: 'changed',
    leaves: sh`[ "$(cat ${keys})" = ${two} ]`,
  },
  {
    name: 'a file elsewhere',
    given: sh`mkdir /etc/keys`,
    params: {user: 'ann', key: one, path: '/etc/keys/ann'},
    expect: 'changed',
    leaves: sh`[ "$(stat -c %U /etc/keys/ann)" = ann ]`,
  },
  {name: 'no such user', params: {user: 'eve', key: one}, expect: 'failed', says: /no user 'eve'/},
  {name: 'no key', params: {user: 'ann', key: 'hello'}, expect: 'failed', says: /no public key/},
];

import test from 'ava';
import {Secret} from '../shell/index.js';
import {newToken, parseToken, sameToken} from './tokens.js';

const hash = 'ab'.repeat(32);
const secret = (text: string): Secret => new Secret(text);

test('a secure token has a CA hash, a user and a password', (t) => {
  const token = parseToken(secret(`K10${hash}::server:pass:word`));
  t.is(token.caHash, hash);
  t.is(token.user, 'server');
  t.is(token.password.reveal(), 'pass:word');
  t.false(token.bootstrap);
});

for (const [name, a, b, same] of [
  ['short and secure form of one token', 'pw', `K10${hash}::server:pw`, true],
  ['two CAs', `K10${hash}::server:pw`, `K10${'cd'.repeat(32)}::server:pw`, false],
  ['two passwords', 'pw', 'other', false],
  ['a newline at the end of the file', 'pw', 'pw\n', true],
] as const) {
  test(`same token: ${name}: ${same}`, (t) => {
    t.is(sameToken(secret(a), secret(b)), same);
  });
}

for (const [text, bootstrap] of [
  ['abcdef.0123456789abcdef', true],
  [`K10${hash}::abcdef.0123456789abcdef`, true],
  ['abcdef.0123456789abcde', false],
  ['xabcdef.0123456789abcdef', false],
  ['abcdef.0123456789abcdefx', false],
] as const) {
  test(`${text.slice(-30)} is ${bootstrap ? 'a' : 'no'} bootstrap token, by its form`, (t) => {
    t.is(parseToken(secret(text)).bootstrap, bootstrap);
  });
}

for (const [text, password, caHash, user] of [
  [`K10${hash}::pw`, 'pw', hash, undefined],
  [`K10${hash.toUpperCase()}::server:pw`, 'pw', hash, 'server'],
  [`K10${hash}::server:line\nline`, 'line\nline', hash, 'server'],
  [`xK10${hash}::server:pw`, `xK10${hash}::server:pw`, undefined, undefined],
  [`K10${hash.slice(1)}::server:pw`, `K10${hash.slice(1)}::server:pw`, undefined, undefined],
] as const) {
  test(`a token's parts: ${text.replaceAll(hash, '…').slice(0, 40)}`, (t) => {
    const token = parseToken(secret(text));
    t.deepEqual([token.password.reveal(), token.caHash, token.user], [password, caHash, user]);
  });
}

test('a new token is 32 hex digits and never printed', (t) => {
  const token = newToken((bytes) => Buffer.alloc(bytes, 0xfe));
  t.is(token.reveal(), 'fe'.repeat(16));
  t.is(`${token} ${JSON.stringify({token})}`, '*** {"token":"***"}');
});

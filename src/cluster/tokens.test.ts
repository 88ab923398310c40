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

test('a bootstrap token is known by its form', (t) => {
  t.true(parseToken(secret('abcdef.0123456789abcdef')).bootstrap);
  t.false(parseToken(secret('abcdef.0123456789abcde')).bootstrap);
});

test('a new token is 32 hex digits and never printed', (t) => {
  const token = newToken((bytes) => Buffer.alloc(bytes, 0xfe));
  t.is(token.reveal(), 'fe'.repeat(16));
  t.is(`${token} ${JSON.stringify({token})}`, '*** {"token":"***"}');
});

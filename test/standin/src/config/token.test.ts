import test from 'ava';
import fc from 'fast-check';
import {atLeast, parseVersion} from '../base/version.js';
import {formatToken, hashCa, normalizeToken, parseToken} from './token.js';

const hash = 'a'.repeat(64);

test('short and secure tokens', (t) => {
  t.deepEqual(parseToken('secret'), {caHash: '', user: '', password: 'secret'});
  t.deepEqual(parseToken(`K10${hash}::server:pass:word`), {caHash: hash, user: 'server', password: 'pass:word'});
  t.deepEqual(parseToken(`K10${hash}::node:p`), {caHash: hash, user: 'node', password: 'p'});
});

test("what is no token is refused in K3s's words", (t) => {
  t.throws(() => parseToken(''), {message: 'token must not be empty'});
  t.throws(() => parseToken('K10abc::server:p'), {message: 'invalid token CA hash length'});
  t.throws(() => parseToken(`K10${hash}::server`), {message: 'invalid token format'});
  t.throws(() => parseToken(`K10${hash}::server:`), {message: 'invalid token format'});
});

test('a bootstrap token is no server token', (t) => {
  t.throws(() => normalizeToken('abcdef.0123456789abcdef'), {message: /failed to normalize server token/});
  t.is(normalizeToken(`K10${hash}::server:pw`), 'pw');
});

test('formatting and parsing are inverse', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('server', 'node'), fc.string({minLength: 1}), (ca, user, password) => {
      const parsed = parseToken(formatToken(ca, user, password));
      return parsed.caHash === hashCa(ca) && parsed.user === user && parsed.password === password;
    }),
  );
  t.pass();
});

test('versions', (t) => {
  t.deepEqual([...parseVersion('v1.30.6+k3s1')], [1, 30, 6]);
  t.true(atLeast(28, 'v1.30.6+k3s1'));
  t.false(atLeast(28, 'v1.22.5+k3s1'));
  t.throws(() => parseVersion('latest'), {message: /not a K3s version/});
});

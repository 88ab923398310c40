import test from 'ava';
import {Masker, Secret} from './secret.js';

test('a secret is masked as it is, in a URL, in JSON and in base64', (t) => {
  const masker = new Masker();
  const password = `s3cr%t/p@ss:w"rd(1)`;
  masker.add(new Secret(password));
  for (const form of [
    password,
    encodeURIComponent(password),
    's3cr%25t%2Fp%40ss%3Aw%22rd%281%29',
    JSON.stringify(password).slice(1, -1),
    Buffer.from(password).toString('base64'),
    Buffer.from(password).toString('base64url'),
  ])
    t.is(masker.mask(`[${form}]`), '[***]', form);
});

test('half a character, and what is too short to be hidden, break nothing', (t) => {
  const masker = new Masker();
  masker.add('half \ud800 of one');
  masker.add('abc');
  t.is(masker.mask('half \ud800 of one, abc'), '***, abc');
});

import test from 'ava';
import {paramsOf} from '../../test/support/plans.js';
import {curlConfig, fileNameOf} from '../support/download.js';
import {findChecksum, readChecksum} from './checksum.js';
import module from './module.js';

const sum = 'a'.repeat(64);
const other = 'b'.repeat(64);

test('checksums as parameters', (t) => {
  t.deepEqual(readChecksum(`sha256:${sum.toUpperCase()}`), {algorithm: 'sha256', hex: sum});
  t.deepEqual(readChecksum('sha256:https://x/y.txt'), {algorithm: 'sha256', url: 'https://x/y.txt'});
  t.regex(String(readChecksum('sha256:abc')), /no sha256: that has 64/);
  t.regex(String(readChecksum(sum)), /begins with none of md5:/);
});

const lists: readonly (readonly [string, string, string | undefined])[] = [
  ['two columns', `${other}  k3s-arm64\n${sum}  k3s\n`, sum],
  ['binary mark and a folder', `${sum} *./bin/k3s\n`, sum],
  ["BSD's form", `SHA256 (k3s) = ${sum}\n`, sum],
  ['nothing but the checksum', `${sum}\n`, sum],
  ['another file only', `${sum}  k3s-arm64\n`, undefined],
  ['lines from Windows', `${sum}  k3s\r\n`, sum],
  ['a name that only ends alike', `${sum}  not-k3s\n`, undefined],
];
for (const [title, list, expected] of lists)
  test(`a list of checksums: ${title}`, (t) => {
    t.is(findChecksum(list, 'sha256', 'k3s'), expected);
  });

test('the name of a file in a URL', (t) => {
  t.is(fileNameOf('https://x/a/b%2Bc.tgz?x=/y#z'), 'b+c.tgz');
  t.is(fileNameOf('https://x/'), 'index.html');
  t.is(fileNameOf('https://x'), 'index.html');
});

test("curl's configuration quotes what is put into it", (t) => {
  const given = {
    url: 'https://x/"a\\b',
    headers: {'X-A': 'one\r\nX-B: "two"'},
    validate_certs: false,
    use_proxy: true,
    http_agent: 'q',
    timeout: 3,
  };
  const text = curlConfig(given).reveal();
  t.true(text.includes('url = "https://x/\\"a\\\\b"\n'));
  t.true(text.includes('header = "X-A: one  X-B: \\"two\\""\n'));
  t.true(text.includes('insecure\n'));
});

for (const [params, message] of [
  [{url: 'x', dest: '/y'}, /does not begin with http/],
  [{url: 'http://x', dest: '/y', checksum: 'sha256:12'}, /no sha256/],
] as const)
  test(`wrong parameters: ${JSON.stringify(params)}`, (t) => {
    t.throws(() => paramsOf(module, params), {message});
  });

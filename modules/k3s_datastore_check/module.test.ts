import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import test from 'ava';
import {parseEndpoint} from '../../src/cluster/index.js';
import {TransportError} from '../../src/errors/index.js';
import type {HostNetwork} from '../../src/module/index.js';
import {Secret} from '../../src/shell/index.js';
import {ForwardRefusedError} from '../../src/transport/types.js';
import {converse, lookStep, readLook, type Trial} from './talk.js';
import {checkTlsFiles} from './tls_files.js';
import {endedBy} from './trouble.js';

const folder = mkdtempSync(path.join(tmpdir(), 'tls-files-'));
test.after.always(() => rmSync(folder, {recursive: true}));

/** A certificate that signs itself, with its key. */
function selfSigned(name: string): {cert: string; key: string} {
  const [cert, key] = [path.join(folder, `${name}.crt`), path.join(folder, `${name}.key`)];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  execFileSync('openssl', ['req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`, '-out', cert], {
    stdio: 'ignore',
  });
  return {cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8')};
}
const [one, two] = [selfSigned('one'), selfSigned('two')];
const now = new Date();
const later = new Date(now.getTime() + 10 * 24 * 3600 * 1000);

test('files that belong together are taken', (t) => {
  t.notThrows(() => checkTlsFiles({ca: one.cert + two.cert, cert: one.cert, key: new Secret(one.key)}, now));
  t.notThrows(() => checkTlsFiles({}, now));
});

for (const [title, files, at, what] of [
  ['no PEM', {ca: 'hello'}, now, 'ca_file holds no certificate'],
  ['a CA that is over', {ca: one.cert}, later, /^the certificate in ca_file ended on .* \(CN=one\)$/],
  [
    'a client certificate that is over',
    {cert: one.cert, key: new Secret(one.key)},
    later,
    /^the certificate in cert_file ended on/,
  ],
  [
    'the key of another',
    {cert: one.cert, key: new Secret(two.key)},
    now,
    'key_file is not the key of the certificate in cert_file',
  ],
  ['no key', {cert: one.cert, key: new Secret('hello')}, now, 'key_file holds no private key'],
  [
    'an encrypted key',
    {cert: one.cert, key: new Secret('-----BEGIN ENCRYPTED PRIVATE KEY-----\nx')},
    now,
    'key_file is encrypted, which K3s cannot open',
  ],
] as const) {
  test(`refused on the controller: ${title}`, (t) => {
    t.throws(() => checkTlsFiles(files, at), {message: what});
  });
}

const trialOf = (endpoint: string): Trial => {
  const parsed = parseEndpoint(new Secret(endpoint));
  if ('fault' in parsed) throw new Error(parsed.fault.what);
  return {
    host: 'server1',
    endpoint: parsed.endpoint,
    token: new Secret('abcd'),
    inUse: false,
    files: {},
    hostFiles: {ca: '/etc/ca.pem', cert: '', key: ''},
  };
};

test('the look asks for names alone, and reads the files that lie on the host', (t) => {
  const step = lookStep(trialOf('https://e1:2379,https://10.0.0.1:2379'));
  t.is(step.step === 'script' ? /for n in (.*); do/.exec(step.script.source)?.[1] : '', 'e1');
  const look = readLook({
    rc: 0,
    stderr: '',
    stdout: `unresolved e1\nca ${Buffer.from('PEM').toString('base64')}\nkey ${Buffer.from('K').toString('base64')}\n`,
  });
  t.deepEqual(look.unresolved, ['e1']);
  t.is(look.files.ca, 'PEM');
  t.is(look.files.key?.reveal(), 'K');
  t.is(String(look.files.key), '***');
});

const network = (connect: HostNetwork['connect']): HostNetwork => ({
  connect,
  ask: () => Promise.reject(new Error('nobody asks')),
  progress: () => undefined,
  signal: new AbortController().signal,
});
const refused = network(async (address, port) => {
  throw new ForwardRefusedError({
    refusal: 'failed',
    said: 'Connection refused',
    what: `cannot connect to ${address}:${port}`,
  });
});

test('all addresses down: each is told, with what the host says of it', async (t) => {
  const error = await t.throwsAsync(
    converse(trialOf('https://e1:2379,https://e2:2379'), refused, {unresolved: ['e1'], files: {}}),
  );
  t.is(
    error?.message,
    'server1 cannot use etcd at e1:2379, e2:2379, for its host: the name e1 does not resolve there; and for its host or port: e2:2379: Connection refused',
  );
});

test('what hangs up is no database, and a link that breaks is not the database’s fault', async (t) => {
  const hangsUp = network(async () => {
    const stream = new PassThrough();
    setImmediate(() => stream.destroy(Object.assign(new Error('read ECONNRESET'), {code: 'ECONNRESET'})));
    return stream;
  });
  const error = await t.throwsAsync(
    converse(trialOf('mysql://k:pass@tcp(db)/k'), hangsUp, {unresolved: [], files: {}}),
  );
  t.regex(error?.message ?? '', /^server1 cannot use MySQL at db:3306, database k, for its port: /);
  const lost = network(async () => {
    throw new TransportError({phase: 'lost', what: 'the link is gone'});
  });
  await t.throwsAsync(converse(trialOf('mysql://k:pass@tcp(db)/k'), lost, {unresolved: [], files: {}}), {
    instanceOf: TransportError,
    message: 'the link is gone',
  });
});

test('words of libraries become what they mean', (t) => {
  const meant = (error: unknown) => endedBy(error, 'db:1').trouble;
  t.deepEqual(meant(Object.assign(new Error('connect ETIMEDOUT'), {code: 'ETIMEDOUT'})), {
    trouble: 'silent',
    at: 'db:1',
    afterMs: 10_000,
  });
  t.deepEqual(meant(Object.assign(new Error('no'), {code: '28P01'})), {trouble: 'said', code: '28P01', said: 'no'});
  t.deepEqual(meant(new ForwardRefusedError({refusal: 'forbidden', said: '', what: 'no'})).trouble, 'closed');
  t.deepEqual(
    meant(
      new Error(
        'C0:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:../rec.c:1601:SSL alert number 42',
      ),
    ),
    {trouble: 'said', code: '', said: 'sslv3 alert bad certificate'},
  );
  t.deepEqual(meant('odd'), {trouble: 'said', code: '', said: 'odd'});
});

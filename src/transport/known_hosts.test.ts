import {createHmac, randomBytes} from 'node:crypto';
import {mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {TransportError} from '../errors/index.js';
import {matchesGlob} from './glob.js';
import {hostKeyCheck, KnownHostsFiles} from './host_keys.js';
import {
  fingerprint,
  type HostKeyVerdict,
  type HostName,
  judgeHostKey,
  knownHostsEntry,
  orderHostKeyAlgorithms,
  parseKnownHosts,
} from './known_hosts.js';
import type {HostKeyPolicy} from './types.js';

/** A public key's bytes: the type, then anything. */
function publicKey(type: string, seed: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(type.length);
  return Buffer.concat([head, Buffer.from(type), Buffer.alloc(32, seed)]);
}
const ed = publicKey('ssh-ed25519', 1);
const otherEd = publicKey('ssh-ed25519', 2);
const rsa = publicKey('ssh-rsa', 3);
const entry = (names: string, key: Buffer, marker = ''): string =>
  `${marker}${names} ${key.toString('latin1', 4, 4 + key.readUInt32BE(0))} ${key.toString('base64')} comment\n`;
function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

const verdicts: readonly [title: string, text: string, host: HostName, key: Buffer, verdict: HostKeyVerdict['kind']][] =
  [
    ['plain', entry('web1', ed), {name: 'web1'}, ed, 'known'],
    ['names differ in case', entry('Web1', ed), {name: 'wEB1'}, ed, 'known'],
    ['one of a list', entry('web0,web1,10.0.0.1', ed), {name: '10.0.0.1'}, ed, 'known'],
    ['a wildcard', entry('*.example.com', ed), {name: 'a.b.example.com'}, ed, 'known'],
    ['a question mark', entry('web?', ed), {name: 'web1'}, ed, 'known'],
    ['a question mark is one character', entry('web?', ed), {name: 'web'}, ed, 'unknown'],
    [
      'a wildcard with an exception',
      entry('*.example.com,!db.example.com', ed),
      {name: 'db.example.com'},
      ed,
      'unknown',
    ],
    ['hashed', entry(hashed('web1'), ed), {name: 'web1'}, ed, 'known'],
    ['hashed, another host', entry(hashed('web2'), ed), {name: 'web1'}, ed, 'unknown'],
    ['hashed with a port', entry(hashed('[web1]:2222'), ed), {name: 'web1', port: 2222}, ed, 'known'],
    ['with a port', entry('[web1]:2222', ed), {name: 'web1', port: 2222}, ed, 'known'],
    ['with another port', entry('[web1]:2222', ed), {name: 'web1', port: 2223}, ed, 'unknown'],
    ['port 22 needs no brackets', entry('web1', ed), {name: 'web1', port: 22}, ed, 'known'],
    ['another port falls back to the bare name', entry('web1', ed), {name: 'web1', port: 2222}, ed, 'known'],
    ['but only for that very key', entry('web1', otherEd), {name: 'web1', port: 2222}, ed, 'unknown'],
    ['an IPv6 address', entry('fd00::1', ed), {name: 'fd00::1'}, ed, 'known'],
    ['an IPv6 address with a port', entry('[fd00::1]:2222', ed), {name: 'fd00::1', port: 2222}, ed, 'known'],
    ['another key', entry('web1', otherEd), {name: 'web1'}, ed, 'changed'],
    ['a key of another type', entry('web1', rsa), {name: 'web1'}, ed, 'changed'],
    ['several keys', entry('web1', rsa) + entry('web1', otherEd) + entry('web1', ed), {name: 'web1'}, ed, 'known'],
    ['revoked', entry('*', ed, '@revoked '), {name: 'web1'}, ed, 'revoked'],
    ['revoked although known', entry('web1', ed) + entry('web1', ed, '@revoked '), {name: 'web1'}, ed, 'revoked'],
    ['another key is revoked', entry('web1', ed) + entry('web1', otherEd, '@revoked '), {name: 'web1'}, ed, 'known'],
    ['an authority is no key', entry('*', ed, '@cert-authority '), {name: 'web1'}, ed, 'unknown'],
    ['an unknown marker', entry('web1', ed, '@trusted '), {name: 'web1'}, ed, 'unknown'],
    [
      'comments, blank and broken lines',
      `# x\n\nweb1\nweb1 ssh-ed25519 AAAA\n\t${entry('web1', ed)}`,
      {name: 'web1'},
      ed,
      'known',
    ],
    ['a type that is not the key’s', `web1 ssh-rsa ${ed.toString('base64')}\n`, {name: 'web1'}, ed, 'unknown'],
    ['a commented entry', `#${entry('web1', ed)}`, {name: 'web1'}, ed, 'unknown'],
    ['no file', '', {name: 'web1'}, ed, 'unknown'],
  ];
for (const [title, text, host, key, verdict] of verdicts)
  test(`known_hosts, ${title}: ${verdict}`, (t) => {
    t.is(judgeHostKey(parseKnownHosts(text, 'f'), host, key).kind, verdict);
  });

test('a verdict names the line it rests on', (t) => {
  const text = `# first\n${entry('other', ed)}${entry('web1', otherEd)}`;
  t.like(judgeHostKey(parseKnownHosts(text, '/k'), {name: 'web1'}, ed), {
    sameType: true,
    stored: {file: '/k', line: 3},
  });
});

const hostName = fc
  .tuple(
    fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9.-]{0,20}$/),
    fc.option(fc.integer({min: 1, max: 65_535}), {nil: undefined}),
  )
  .map(([name, port]): HostName => ({name, port}));

test('what is learnt is known, and no other host or key with it', (t) => {
  fc.assert(
    fc.property(hostName, hostName, (host, other) => {
      const lines = parseKnownHosts(knownHostsEntry(host, ed), 'f');
      t.is(judgeHostKey(lines, host, ed).kind, 'known');
      t.is(judgeHostKey(lines, host, otherEd).kind, 'changed');
      const same = host.name.toLowerCase() === other.name.toLowerCase();
      const bare = (host.port ?? 22) === 22;
      if (!same || ((other.port ?? 22) !== (host.port ?? 22) && !bare))
        t.is(judgeHostKey(lines, other, ed).kind, 'unknown');
    }),
  );
});

test('a hashed name says the same as a plain one', (t) => {
  fc.assert(
    fc.property(hostName, hostName, (host, other) => {
      const plain = knownHostsEntry(host, ed);
      const [name = '', ...rest] = plain.split(' ');
      const secret = [hashed(name), ...rest].join(' ');
      for (const asked of [host, other])
        t.is(
          judgeHostKey(parseKnownHosts(secret, 'f'), asked, ed).kind,
          judgeHostKey(parseKnownHosts(plain, 'f'), asked, ed).kind,
        );
    }),
  );
});

test('a glob agrees with the same pattern as a regular expression', (t) => {
  const letters = fc.array(fc.constantFrom('a', 'b', '.', '*', '?'), {maxLength: 8}).map((parts) => parts.join(''));
  const plain = fc.array(fc.constantFrom('a', 'b', '.'), {maxLength: 10}).map((parts) => parts.join(''));
  fc.assert(
    fc.property(letters, plain, (pattern, text) => {
      const regex = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`);
      t.is(matchesGlob(pattern, text), regex.test(text));
    }),
    {numRuns: 1000},
  );
});

test('algorithms whose keys are stored are asked for first, and none is lost', (t) => {
  const supported = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'];
  const order = (text: string, host: HostName) => orderHostKeyAlgorithms(parseKnownHosts(text, 'f'), host, supported);
  t.deepEqual(order('', {name: 'a'}), supported);
  t.deepEqual(order(entry('a', rsa), {name: 'a'}), [
    'rsa-sha2-512',
    'rsa-sha2-256',
    'ssh-rsa',
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
  ]);
  t.deepEqual(order(entry('a', rsa), {name: 'a', port: 222})[0], 'rsa-sha2-512');
  t.deepEqual(order(entry('b', rsa), {name: 'a'}), supported);
  t.deepEqual(order(entry('a', rsa, '@revoked '), {name: 'a'}), supported);
});

/** A folder with a known_hosts file of this text, and the check of a host against it. */
async function checked(t: import('ava').ExecutionContext, text: string | undefined, policy: HostKeyPolicy) {
  const folder = await mkdtemp(path.join(tmpdir(), 'known-'));
  t.teardown(() => rm(folder, {recursive: true}));
  const file = path.join(folder, '.ssh', 'known_hosts');
  const known = new KnownHostsFiles();
  if (text !== undefined) {
    await known.learn(file, {name: 'unrelated'}, rsa);
    await writeFile(file, text);
  }
  const target = {host: 'first', name: {name: 'web1', port: 2200}, policy, files: [file]};
  return {file, known, target, check: await hostKeyCheck(target, known, ['ssh-ed25519'])};
}

test('an unknown key is refused with its fingerprint, the files and the flag', async (t) => {
  const {check, file} = await checked(t, '', 'strict');
  const error = check.verify(ed);
  t.true(error instanceof TransportError);
  t.is(error?.phase, 'hostkey');
  t.is(error?.what, `the host key of first ([web1]:2200) is not known: ssh-ed25519 ${fingerprint(ed)}`);
  t.true(error?.hint?.includes(`looked in ${file}`));
  t.true(error?.hint?.includes('--accept-new-host-keys'));
});

test('a changed key is refused under every policy but off, naming the stored line', async (t) => {
  for (const policy of ['strict', 'accept-new'] as const) {
    const {check, file} = await checked(t, `\n${entry('[web1]:2200', otherEd)}`, policy);
    const error = check.verify(ed);
    t.deepEqual(error?.where, {file, line: 2, column: 1});
    t.regex(error?.what ?? '', /has changed: it shows ssh-ed25519 SHA256:\S+, while ssh-ed25519 SHA256:\S+ is stored/);
    t.true(error?.hint?.includes(`ssh-keygen -f ${file} -R '[web1]:2200'`));
  }
  t.is((await checked(t, entry('[web1]:2200', otherEd), 'off')).check.verify(ed), undefined);
});

test('a host known by one type of key is not learnt again by another', async (t) => {
  const {check} = await checked(t, entry('[web1]:2200', rsa), 'accept-new');
  t.regex(check.verify(ed)?.what ?? '', /shows ssh-ed25519 \S+ only, while it is known by ssh-rsa/);
});

test('a revoked key is refused even where keys are not checked', async (t) => {
  const {check, file} = await checked(t, entry('*', ed, '@revoked '), 'off');
  t.deepEqual(check.verify(ed)?.where, {file, line: 1, column: 1});
});

test('an authority is named as the reason', async (t) => {
  const {check, file} = await checked(t, entry('[web1]:2200', ed, '@cert-authority '), 'strict');
  t.true(check.verify(ed)?.hint?.startsWith(`${file}:1 trusts a certificate authority`));
});

test('accept-new keeps a key once the host has proved it, 0600, once', async (t) => {
  const {check, file, known, target} = await checked(t, undefined, 'accept-new');
  t.is(check.verify(ed), undefined);
  await t.throwsAsync(stat(file), {code: 'ENOENT'}, 'nothing is written before the proof');
  await check.proved();
  t.is(await readFile(file, 'utf8'), knownHostsEntry(target.name, ed));
  t.is((await stat(file)).mode & 0o777, 0o600);
  t.is((await stat(path.dirname(file))).mode & 0o777, 0o700);
  await Promise.all([
    known.learn(file, target.name, ed),
    known.learn(file, {name: 'web2'}, rsa),
    known.learn(file, target.name, ed),
  ]);
  t.is(await readFile(file, 'utf8'), knownHostsEntry(target.name, ed) + knownHostsEntry({name: 'web2'}, rsa));
  const again = await hostKeyCheck(target, known, ['ssh-ed25519']);
  t.is(again.verify(ed), undefined);
  t.is(again.verify(otherEd)?.phase, 'hostkey');
});

test('a last line without a newline is not glued to a new one', async (t) => {
  const {check, file} = await checked(t, entry('other', rsa).trimEnd(), 'accept-new');
  t.is(check.verify(ed), undefined);
  await check.proved();
  t.is(parseKnownHosts(await readFile(file, 'utf8'), file).length, 2);
});

import {createPrivateKey, X509Certificate} from 'node:crypto';
import {createServer, get} from 'node:https';
import type {AddressInfo} from 'node:net';
import test from 'ava';
import {seal, unsealedWith} from './cluster.js';
import {daysLeft, makeCa, makeLeaf, namesOf} from './x509.js';

const now = new Date('2026-05-01T12:00:00Z');
const ca = makeCa('k3s-server-ca', now);
const names = ['server1', 'k3s.example', '10.0.0.1', 'fd00::1'];
const leaf = makeLeaf(ca, {
  subject: {commonName: 'k3s', organization: ['k3s']},
  usages: ['server', 'client'],
  names,
  now,
});

test('a CA signs itself, and its leaves', (t) => {
  const issuer = new X509Certificate(ca.cert);
  const signed = new X509Certificate(leaf.cert);
  t.true(issuer.ca);
  t.true(issuer.verify(issuer.publicKey));
  t.true(signed.checkIssued(issuer));
  t.true(signed.verify(issuer.publicKey));
  t.true(signed.checkPrivateKey(createPrivateKey(leaf.key)));
  t.is(issuer.subject, `CN=k3s-server-ca@${now.getTime() / 1000}`);
  t.is(signed.subject, 'O=k3s\nCN=k3s');
});

test('names, addresses and days', (t) => {
  const signed = new X509Certificate(leaf.cert);
  t.deepEqual(namesOf(leaf.cert), ['server1', 'k3s.example', '10.0.0.1', 'FD00:0:0:0:0:0:0:1']);
  t.is(signed.checkHost('k3s.example'), 'k3s.example');
  t.is(signed.checkIP('10.0.0.1'), '10.0.0.1');
  t.is(signed.checkIP('10.0.0.2'), undefined);
  t.is(Math.round(daysLeft(leaf.cert, now)), 365);
  t.is(Math.round(daysLeft(ca.cert, now)), 3650);
});

test('a TLS server with such a certificate is accepted by its CA', async (t) => {
  const fresh = makeCa('ca', new Date());
  const pair = makeLeaf(fresh, {subject: {commonName: 'x'}, usages: ['server'], names: ['127.0.0.1'], now: new Date()});
  const server = createServer(pair, (_, response) => response.end('pong'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const {port} = server.address() as AddressInfo;
  const status = await new Promise((resolve, reject) =>
    get({host: '127.0.0.1', port, ca: fresh.cert, agent: false}, (reply) => resolve(reply.resume().statusCode)).on(
      'error',
      reject,
    ),
  );
  t.is(status, 200);
});

test('bootstrap data opens with its own token alone', (t) => {
  const data = {ServerCA: {Timestamp: now.toISOString(), Content: 'eA=='}};
  const sealed = seal('right', data);
  t.deepEqual(unsealedWith('right', sealed), data);
  t.throws(() => unsealedWith('wrong', sealed));
});

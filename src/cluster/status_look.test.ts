import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {hostShells} from '../../test/support/played_programs.js';
import {defaultPaths} from './look.js';
import {nodesScript, parseStatusLook, statusScript} from './status_look.js';

/** A certificate that ends in 2036, made for this test; its key is nowhere. */
const pem = `-----BEGIN CERTIFICATE-----
MIIBfDCCASOgAwIBAgIUXLPAilglSuMTLrZcdlelfS2NAXYwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMY2xpZW50LWFkbWluMB4XDTI2MTEyODIxMjUyMFoXDTM2MTEy
NTIxMjUyMFowFzEVMBMGA1UEAwwMY2xpZW50LWFkbWluMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEo828RJRp0L1HrN5qche0oQyxiJ1fWcyJh3ty7UEZjHmFHbEY
qXosTbLApPkGNfV+eLeTMp0eEqiAaqZ4arI2o6NNMEswHQYDVR0OBBYEFAizoCxI
7lZCfTPkusU10grITQJZMB8GA1UdIwQYMBaAFAizoCxI7lZCfTPkusU10grITQJZ
MAkGA1UdEwQCMAAwCgYIKoZIzj0EAwIDRwAwRAIgGGfJYIzuKcPVNHnT6iO16vp2
LZX3kPO9DN3fsk2l5LQCIAS8/l/cgToj+rR3DpFmfh4D0tLNEdk/iESI3RbHX90J
-----END CERTIFICATE-----
`;

for (const shell of hostShells)
  test(`certificates and the newest snapshot, in ${shell.join(' ')}`, (t) => {
    const dataDir = mkdtempSync(join(tmpdir(), "status it's "));
    t.teardown(() => rmSync(dataDir, {recursive: true}));
    const folder = (...parts: string[]): string => {
      mkdirSync(join(dataDir, ...parts), {recursive: true});
      return join(dataDir, ...parts);
    };
    const tls = folder('server', 'tls');
    // K3s puts the authority below the leaf: only the first counts.
    writeFileSync(join(tls, 'client-admin.crt'), `${pem}${pem}`);
    writeFileSync(join(tls, 'client-admin.key'), 'KEY-MATERIAL');
    writeFileSync(join(tls, 'odd $(name).crt'), pem);
    writeFileSync(join(folder('server', 'tls', 'etcd'), 'client.crt'), 'no certificate');
    const snapshots = folder('server', 'db', 'snapshots');
    for (const [name, seconds] of [
      ['old', 1000],
      ['new one', 3000],
      ['cut.part', 4000],
    ] as const) {
      writeFileSync(join(snapshots, name), 'x'.repeat(10));
      utimesSync(join(snapshots, name), seconds, seconds);
    }
    const [command, ...args] = shell;
    const script = statusScript({...defaultPaths, dataDir, configFile: join(dataDir, 'none')}, 6443);
    const output = execFileSync(command, args, {input: script.source, encoding: 'utf8'});
    t.false(output.includes('KEY-MATERIAL'));
    const seen = parseStatusLook(output);
    t.deepEqual(
      seen.certificates.map(({file, notAfter, authority}) => [file, notAfter.getUTCFullYear(), authority]),
      [['server/tls/client-admin.crt', 2036, false]],
    );
    t.deepEqual(seen.snapshot, {name: 'new one', savedEpochSeconds: 3000, sizeBytes: 10});
    t.false(seen.apiReady);
  });

test('metrics, readiness, sums and the last words of a service', (t) => {
  const seen = parseStatusLook(
    [
      'readyz ok',
      'metric etcd_mvcc_db_total_size_in_bytes 2.1e+06',
      'metric etcd_server_quota_backend_bytes 2.147483648e+09',
      'agent-sum abc  /usr/local/bin/k3s',
      'agent-sum def  /etc/rancher/k3s/config.yaml',
      'log level=error msg="one"',
      'log level=fatal msg="two"',
    ].join('\n'),
  );
  t.true(seen.apiReady);
  t.is(seen.dbSizeBytes, 2_100_000);
  t.is(seen.dbQuotaBytes, 2_147_483_648);
  t.is(seen.agentSumsNow, 'abc  /usr/local/bin/k3s\ndef  /etc/rancher/k3s/config.yaml');
  t.deepEqual(seen.logged, ['level=error msg="one"', 'level=fatal msg="two"']);
});

test('nothing there', (t) => {
  t.deepEqual(parseStatusLook(''), {certificates: [], apiReady: false, logged: []});
});

test('a file that is no certificate is passed over', (t) => {
  const lines = (file: string, text: string): string[] => text.split('\n').map((line) => `cert ${file} ${line}`);
  const {certificates} = parseStatusLook([...lines('a.crt', 'nothing of the kind'), ...lines('b.crt', pem)].join('\n'));
  t.deepEqual(certificates, [{file: 'b.crt', notAfter: new Date('2036-11-25T21:25:20Z'), authority: false}]);
});

test('the Nodes are asked of the K3s of the host, under whatever name its folder has', (t) => {
  const binDir = mkdtempSync(join(tmpdir(), "status it's "));
  t.teardown(() => rmSync(binDir, {recursive: true}));
  writeFileSync(join(binDir, 'k3s'), '#!/bin/sh\necho "$*"\necho noise >&2\n', {mode: 0o755});
  const {source} = nodesScript({...defaultPaths, binDir});
  t.is(execFileSync('dash', [], {input: source, encoding: 'utf8'}), 'kubectl get --raw /api/v1/nodes\n');
});

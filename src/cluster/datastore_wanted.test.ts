import test from 'ava';
import {Secret} from '../shell/index.js';
import {datastoreSettings} from './datastore_wanted.js';

const mysql = 'mysql://k3s:pa@tcp(db)/k3s';
const revealed = (settings: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key, value instanceof Secret ? `secret ${value.reveal()}` : value]),
  );

test('an endpoint alone, a mapping, and settings in K3s’s own words', (t) => {
  for (const given of [mysql, new Secret(mysql), {endpoint: mysql}]) {
    const {settings, datastore, faults} = datastoreSettings(given, {});
    t.deepEqual(faults, []);
    t.deepEqual(revealed(settings), {'datastore-endpoint': `secret ${mysql}`});
    t.is(datastore?.endpoint.kind, 'mysql');
    t.true(datastore?.trial);
  }
  const own = datastoreSettings(undefined, {'datastore-endpoint': mysql, 'datastore-cafile': '/etc/db.pem'});
  t.is(own.datastore?.endpoint.kind, 'mysql');
  t.deepEqual(own.datastore?.files, {});
  t.deepEqual(datastoreSettings(undefined, {}), {settings: {}, faults: []});
});

test('files go to fixed places on the servers, options to K3s’s flags, a password into the endpoint', (t) => {
  const {settings, datastore, faults} = datastoreSettings(
    {
      endpoint: 'postgres://k3s@db:5432/k3s',
      password: new Secret('a/b'),
      ca_file: 'ca.pem',
      cert_file: 'c.pem',
      key_file: 'k.pem',
      max_open_connections: 20,
      trial: false,
    },
    {},
  );
  t.deepEqual(faults, []);
  t.deepEqual(revealed(settings), {
    'datastore-endpoint': 'secret postgres://k3s:a%2Fb@db:5432/k3s',
    'datastore-cafile': '/etc/rancher/k3s/datastore/ca.crt',
    'datastore-certfile': '/etc/rancher/k3s/datastore/client.crt',
    'datastore-keyfile': '/etc/rancher/k3s/datastore/client.key',
    'datastore-max-open-connections': 20,
  });
  t.deepEqual(datastore?.files, {ca: 'ca.pem', cert: 'c.pem', key: 'k.pem'});
  t.false(datastore?.trial);
});

const faulty: Record<string, {given: unknown; own?: Record<string, unknown>; what: string; hint: RegExp}> = {
  'a list': {given: [mysql], what: 'k3s_datastore is no mapping', hint: /endpoint:/},
  'a misspelt key': {given: {endpoint: mysql, cafile: 'x'}, what: "k3s_datastore has no 'cafile'", hint: /'ca_file'/},
  'no endpoint': {given: {ca_file: 'x'}, what: 'k3s_datastore names no endpoint', hint: /endpoint/},
  'two endpoints': {
    given: mysql,
    own: {'datastore-endpoint': 'mysql://other@tcp(db)/'},
    what: 'k3s_datastore and datastore-endpoint in k3s_server_config name two endpoints',
    hint: /take the other out/,
  },
  'two passwords': {
    given: {endpoint: mysql, password: 'x'},
    what: 'k3s_datastore has a password that its endpoint has no place for',
    hint: /postgres:\/\/user@host/,
  },
  'half a client certificate': {
    given: {endpoint: mysql, cert_file: 'x'},
    what: 'k3s_datastore has cert_file without key_file',
    hint: /together/,
  },
  'files without TLS': {
    given: {endpoint: 'http://e:2379', ca_file: 'x'},
    what: 'TLS files are given, and etcd at e:2379 is reached without TLS',
    hint: /https/,
  },
  'a wrong part': {
    given: 'mysql://k3s:pa@db:3306/k3s',
    what: "the datastore's endpoint is wrong in its host: its address does not stand in tcp(...)",
    hint: /tcp\(host/,
  },
};
for (const [title, {given, own = {}, what, hint}] of Object.entries(faulty)) {
  test(`${title} is refused`, (t) => {
    const {faults, datastore} = datastoreSettings(given, own);
    t.is(faults[0]?.what, what);
    t.regex(faults[0]?.hint ?? '', hint);
    t.is(faults[0]?.variable, 'k3s_datastore');
    t.is(datastore, undefined);
  });
}

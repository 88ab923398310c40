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

const faulty: Record<string, {given: unknown; own?: Record<string, unknown>; what: string; hint: string}> = {
  'a list': {
    given: [mysql],
    what: 'k3s_datastore is no mapping',
    hint: 'write `endpoint:` and what goes with it below it',
  },
  'a misspelt key': {
    given: {endpoint: mysql, cafile: 'x'},
    what: "k3s_datastore has no 'cafile'",
    hint: "did you mean 'ca_file'?",
  },
  'no endpoint': {given: {ca_file: 'x'}, what: 'k3s_datastore names no endpoint', hint: 'give it as `endpoint`'},
  'two endpoints': {
    given: mysql,
    own: {'datastore-endpoint': 'mysql://other@tcp(db)/'},
    what: 'k3s_datastore and datastore-endpoint in k3s_server_config name two endpoints',
    hint: 'keep k3s_datastore and take the other out',
  },
  'two passwords': {
    given: {endpoint: mysql, password: 'x'},
    what: 'k3s_datastore has a password that its endpoint has no place for',
    hint: 'a password of its own goes with an endpoint of MySQL or PostgreSQL that names a user and no password: postgres://user@host:5432/database',
  },
  'half a client certificate': {
    given: {endpoint: mysql, cert_file: 'x'},
    what: 'k3s_datastore has cert_file without key_file',
    hint: 'a client certificate and its key go together',
  },
  'files without TLS': {
    given: {endpoint: 'http://e:2379', ca_file: 'x'},
    what: 'TLS files are given, and etcd at e:2379 is reached without TLS',
    hint: 'write https:// in the endpoint, or leave the files out',
  },
  'a wrong part': {
    given: 'mysql://k3s:pa@db:3306/k3s',
    what: "the datastore's endpoint is wrong in its host: its address does not stand in tcp(...)",
    hint: "MySQL's endpoints are written mysql://user:password@tcp(host:3306)/database",
  },
  'a key like no other': {
    given: {endpoint: mysql, zzzzzzzzzzzzzz: 'x'},
    what: "k3s_datastore has no 'zzzzzzzzzzzzzz'",
    hint: 'it has endpoint, password, ca_file, cert_file, key_file, trial, max_idle_connections, max_open_connections, connection_max_lifetime',
  },
  'a number': {given: 5, what: 'k3s_datastore is no mapping', hint: 'write `endpoint:` and what goes with it below it'},
  'a key without its certificate': {
    given: {endpoint: mysql, key_file: 'x'},
    what: 'k3s_datastore has key_file without cert_file',
    hint: 'a client certificate and its key go together',
  },
};
for (const [title, {given, own = {}, what, hint}] of Object.entries(faulty)) {
  test(`${title} is refused`, (t) => {
    const {faults, datastore} = datastoreSettings(given, own);
    t.is(faults[0]?.what, what);
    t.deepEqual(faults[0]?.hint, hint);
    t.is(faults[0]?.variable, 'k3s_datastore');
    t.is(datastore, undefined);
  });
}

for (const none of [undefined, null, '']) {
  test(`${JSON.stringify(none)} names no datastore`, (t) => {
    t.deepEqual(datastoreSettings(none, {}), {settings: {}, faults: []});
  });
}

for (const [trial, tried] of [
  [true, true],
  [undefined, true],
  ['false', false],
  [false, false],
] as const) {
  test(`trial: ${JSON.stringify(trial)} means ${tried ? 'a' : 'no'} trial`, (t) => {
    t.is(datastoreSettings({endpoint: mysql, trial}, {}).datastore?.trial, tried);
  });
}

test('the same endpoint in both places is one; settings of their own are tried, and files are not sent', (t) => {
  t.deepEqual(datastoreSettings(mysql, {'datastore-endpoint': mysql}).faults, []);
  const {datastore, settings} = datastoreSettings(undefined, {'datastore-endpoint': 'http://e:2379'});
  t.deepEqual(datastore, {
    variable: 'k3s_server_config',
    endpoint: {kind: 'etcd', addresses: [{host: 'e', port: 2379}], tls: false},
    files: {},
    trial: true,
  });
  t.deepEqual(revealed(settings), {'datastore-endpoint': 'secret http://e:2379'});
});

test('files are named that are given, and no others', (t) => {
  const {settings, datastore} = datastoreSettings({endpoint: 'https://e:2379', ca_file: 'ca.pem'}, {});
  t.deepEqual(datastore?.files, {ca: 'ca.pem'});
  t.deepEqual(Object.keys(settings), ['datastore-endpoint', 'datastore-cafile']);
});

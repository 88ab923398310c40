import test from 'ava';
import {Secret} from '../shell/index.js';
import {parseEndpoint} from './datastore_endpoint.js';
import {type Trouble, troubleFault} from './datastore_faults.js';
import {mayWriteReadOnly, missingGrants} from './datastore_grants.js';
import {bootstrapKey, judgeTrial, type TrialSeen} from './datastore_trial.js';
import type {Endpoint} from './datastore_types.js';

const endpointOf = (text: string): Endpoint => {
  const parsed = parseEndpoint(new Secret(text));
  if ('fault' in parsed) throw new Error(parsed.fault.what);
  return parsed.endpoint;
};
const mysql = endpointOf('mysql://k3s:pa@tcp(db)/k3s');
const postgres = endpointOf('postgres://k3s:pa@db/k3s');
const etcd = endpointOf('https://e1:2379');
const token = new Secret('K10aa::server:abcd');

const sound: TrialSeen = {
  version: '1',
  database: 'there',
  readOnly: false,
  table: false,
  missingRights: [],
  bootstrap: [],
  alarms: [],
  identity: 'x',
};
const own = bootstrapKey(new Secret('abcd'));

test('the bootstrap key is of the token’s password, in K3s’s own form', (t) => {
  t.is(own, '/bootstrap/88d4266fd4e6');
  t.is(bootstrapKey(new Secret(`K10${'a'.repeat(64)}::server:abcd`)), own);
});

const judged: Readonly<Record<string, [Partial<TrialSeen>, {endpoint?: Endpoint; inUse?: boolean}, RegExp[]]>> = {
  'an empty database for a new cluster': [{}, {}, []],
  'a database that K3s may make': [{database: 'creatable'}, {}, []],
  'rights that cannot be read': [{missingRights: undefined}, {}, []],
  'the cluster of this token, for servers that are new or not': [{table: true, bootstrap: [own]}, {}, []],
  'the cluster of these servers': [{table: true, bootstrap: [own]}, {inUse: true}, []],
  'no database, and none to be made': [
    {database: 'missing', missingRights: ['SELECT']},
    {},
    [/^its database: there is no database k3s, .*CREATE DATABASE `k3s`/],
  ],
  'a replica': [{readOnly: true}, {}, [/^its host: what answers there is read-only/]],
  'lost statements': [
    {lostStatement: 'no such statement'},
    {endpoint: postgres},
    [/^its port: .*no such statement.*PgBouncer/],
  ],
  'etcd that is full': [
    {alarms: ['NOSPACE']},
    {endpoint: etcd},
    [/^its host: etcd takes no writes, for its alarms: NOSPACE/],
  ],
  'rights that are missing': [
    {missingRights: ['INSERT', 'CREATE']},
    {},
    [/^its user: it lacks the right to INSERT, CREATE .*GRANT ALL ON `k3s`/],
  ],
  'rights that are missing in PostgreSQL': [
    {missingRights: ['make tables in schema public']},
    {endpoint: postgres},
    [/ALTER DATABASE "k3s" OWNER TO "k3s"/],
  ],
  'a cluster of another token': [
    {bootstrap: ['/bootstrap/0123456789ab']},
    {},
    [/^its database: it holds a cluster already.*set k3s_token/],
  ],
  'an empty database for servers that run': [
    {},
    {inUse: true},
    [/^its database: it does not hold the data of the cluster that these servers run.*dump/],
  ],
  'another cluster for servers that run': [
    {bootstrap: ['/bootstrap/0123456789ab']},
    {inUse: true},
    [/^its database: it holds another cluster/],
  ],
  'two faults at once': [{readOnly: true}, {inUse: true}, [/read-only/, /does not hold/]],
};
for (const [title, [seen, {endpoint = mysql, inUse = false}, faults]] of Object.entries(judged)) {
  test(`judged: ${title}`, (t) => {
    const found = judgeTrial({...sound, ...seen}, {endpoint, token: new Secret('abcd'), inUse}).map(
      ({part, what, hint}) => `${part}: ${what} ${hint}`,
    );
    t.is(found.length, faults.length, found.join('\n'));
    for (const [index, fault] of faults.entries()) t.regex(found[index] ?? '', fault);
  });
}
test('a token in secure form is the same token', (t) => {
  t.deepEqual(judgeTrial({...sound, bootstrap: [bootstrapKey(token)]}, {endpoint: mysql, token, inUse: true}), []);
});

const said = (code: string, words: string): Trouble => ({trouble: 'said', code, said: words});
const troubles: readonly (readonly [string, Endpoint, Trouble, RegExp])[] = [
  [
    'a name that does not resolve',
    mysql,
    {trouble: 'unresolved', name: 'db'},
    /^its host: the name db does not resolve there .*resolv\.conf/,
  ],
  [
    'nobody at the port',
    mysql,
    {trouble: 'unconnected', at: 'db:3306', said: 'Connection refused'},
    /^its host or port: db:3306: Connection refused .*bind-address/,
  ],
  [
    'no route',
    mysql,
    {trouble: 'unconnected', at: 'db:3306', said: 'No route to host'},
    /^its host: db:3306: No route to host .*firewall/,
  ],
  [
    'silence',
    mysql,
    {trouble: 'silent', at: 'db:3306', afterMs: 10_000},
    /^its host or port: no answer from db:3306 within 10 s/,
  ],
  [
    'no way',
    mysql,
    {trouble: 'closed', hint: 'allow it'},
    /^the way to it: .* allow it; or pass the trial over: trial: false/,
  ],
  ['MySQL: a password', mysql, said('ER_ACCESS_DENIED_ERROR', 'Access denied'), /^its user or password: Access denied/],
  ['MySQL: a database', mysql, said('ER_DBACCESS_DENIED_ERROR', 'Access denied to database'), /^its database/],
  [
    'MySQL: a host',
    mysql,
    said('ER_HOST_NOT_PRIVILEGED', "Host '10.0.0.1' is not allowed"),
    /^its user: Host .*mysql\.user/,
  ],
  ['MySQL: too many', mysql, said('ER_CON_COUNT_ERROR', 'Too many connections'), /^the number of connections/],
  ['MySQL: without TLS', mysql, said('HANDSHAKE_NO_SSL_SUPPORT', 'Server does not support secure connection'), /^TLS/],
  ['PostgreSQL: a password', postgres, said('28P01', 'password authentication failed'), /^its password/],
  [
    'PostgreSQL: no line',
    postgres,
    said('28000', 'no pg_hba.conf entry for host "h", SSL encryption'),
    /^its user: .*no line for this server/,
  ],
  ['PostgreSQL: wants TLS', postgres, said('28000', 'no pg_hba.conf entry for host "h", no encryption'), /^TLS/],
  ['PostgreSQL: a role', postgres, said('28000', 'role "k3s" is not permitted to log in'), /^its user/],
  ['PostgreSQL: a database', postgres, said('3D000', 'database "k3s" does not exist'), /^its database/],
  ['PostgreSQL: has no TLS', postgres, said('', 'The server does not support SSL connections'), /^TLS/],
  [
    'TLS: another CA',
    etcd,
    said('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
    /^the server's certificate: .*ca_file/,
  ],
  [
    'TLS: as MySQL’s library says it',
    mysql,
    said('HANDSHAKE_SSL_ERROR', 'unable to verify the first certificate'),
    /^the server's certificate/,
  ],
  ['TLS: over', etcd, said('CERT_HAS_EXPIRED', 'certificate has expired'), /^the server's certificate: .*renew/],
  [
    'TLS: another name',
    etcd,
    said('ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames: x"),
    /^its host: .*subjectAltNames/,
  ],
  [
    'TLS: no client certificate',
    etcd,
    said('', 'tlsv13 alert certificate required'),
    /^the client certificate: .*cert_file/,
  ],
  ['etcd: no leader', etcd, said('HTTP 503', 'etcdserver: no leader'), /^its host: .*quorum/],
  ['etcd: rights', etcd, said('HTTP 403', 'etcdserver: permission denied'), /^the client certificate/],
  ['hung up', etcd, said('ECONNRESET', 'socket hang up'), /^its port: .*is it etcd/],
  ['anything else', mysql, said('ER_ODD', 'something odd'), /^its host: something odd .*words are those of MySQL/],
];
for (const [title, endpoint, trouble, expected] of troubles) {
  test(`told: ${title}`, (t) => {
    const {part, what, hint} = troubleFault(endpoint, trouble);
    t.regex(`${part}: ${what} ${hint}`, expected);
  });
}

const grants: readonly (readonly [string, readonly string[], boolean, readonly string[] | undefined])[] = [
  ['all on all', ['GRANT ALL PRIVILEGES ON *.* TO `root`@`%`'], false, []],
  ['all on the database', ['GRANT USAGE ON *.* TO `k`@`%`', 'GRANT ALL PRIVILEGES ON `k3s`.* TO `k`@`%`'], false, []],
  ['by a pattern', ['GRANT ALL PRIVILEGES ON `k_s%`.* TO `k`@`%`'], false, []],
  [
    'by a pattern that is another name',
    ['GRANT ALL PRIVILEGES ON `k\\_s`.* TO `k`@`%`'],
    true,
    ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  ],
  ['one by one', ['GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, INDEX ON `k3s`.* TO `k`@`%`'], false, []],
  ['on the table that is there', ['GRANT SELECT, INSERT, UPDATE, DELETE ON `k3s`.`kine` TO `k`@`%`'], true, []],
  [
    'too few for a new table',
    ['GRANT SELECT, INSERT, UPDATE, DELETE ON `k3s`.* TO `k`@`%`'],
    false,
    ['CREATE', 'INDEX'],
  ],
  [
    'of another database',
    ['GRANT ALL PRIVILEGES ON `other`.* TO `k`@`%`'],
    true,
    ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  ],
  [
    'of some columns',
    ['GRANT SELECT (`id`, `name`), INSERT ON `k3s`.* TO `k`@`%`'],
    true,
    ['SELECT', 'UPDATE', 'DELETE'],
  ],
  [
    'by a role, which the lines do not tell',
    ['GRANT `writers`@`%` TO `k`@`%`', 'GRANT USAGE ON *.* TO `k`@`%`'],
    true,
    undefined,
  ],
];
for (const [title, lines, table, expected] of grants) {
  test(`grants ${title}`, (t) => {
    t.deepEqual(missingGrants(lines, {database: 'k3s', table}), expected);
  });
}
test('who may write where others only read', (t) => {
  t.true(mayWriteReadOnly(['GRANT ALL PRIVILEGES ON *.* TO `root`@`%`']));
  t.true(mayWriteReadOnly(['GRANT SELECT, READ_ONLY ADMIN ON *.* TO `root`@`%`']));
  t.false(mayWriteReadOnly(['GRANT ALL PRIVILEGES ON `k3s`.* TO `k`@`%`']));
});

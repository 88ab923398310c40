import test from 'ava';
import fc from 'fast-check';
import {Secret} from '../shell/index.js';
import {parseEndpoint, withPassword} from './datastore_endpoint.js';
import {addressesOf, addressText, type ParsedEndpoint, shownEndpoint} from './datastore_types.js';

const parse = (text: string): ParsedEndpoint => parseEndpoint(new Secret(text));
const shown = (text: string): string => {
  const parsed = parse(text);
  if ('fault' in parsed) return `${parsed.fault.part}: ${parsed.fault.what}`;
  const {endpoint} = parsed;
  const login = endpoint.kind === 'etcd' ? '' : ` ${endpoint.user}/${endpoint.password?.reveal() ?? '-'}`;
  return `${endpoint.kind} ${addressesOf(endpoint).map(addressText).join(' ') || 'socket'}${login}${endpoint.kind === 'etcd' ? '' : ` ${endpoint.database}`}`;
};

const good: readonly (readonly [string, string])[] = [
  ['mysql://k3s:pa@tcp(db:3307)/k3s', 'mysql db:3307 k3s/pa k3s'],
  ['mysql://k3s:pa@tcp(db)/', 'mysql db:3306 k3s/pa kubernetes'],
  ['mysql://k3s@tcp([fd00::1]:3306)/x?timeout=5s', 'mysql [fd00::1]:3306 k3s/- x'],
  ['mysql://k3s:p@:/ss?w@tcp(db:3306)/k3s', 'mysql db:3306 k3s/p@:/ss?w k3s'],
  ['mysql://root@unix(/run/mysqld/mysqld.sock)/k3s', 'mysql socket root/- k3s'],
  ['mysql://', 'mysql socket root/- kubernetes'],
  ['mysql://k3s:pa@tcp/k3s', 'mysql 127.0.0.1:3306 k3s/pa k3s'],
  ['postgres://k3s:pa@db:5433/K3S', 'postgres db:5433 k3s/pa k3s'],
  ['postgresql://k3s:p%40%2F%25@db', 'postgres db:5432 k3s/p@/% kubernetes'],
  ['postgres://k3s:pa@a:1,b:2/k3s?sslmode=require', 'postgres a:1 b:2 k3s/pa k3s'],
  ['postgres://k3s:a@b@db/k3s', 'postgres db:5432 k3s/a@b k3s'],
  ['postgres://k3s@[::1]:5432/k3s?application_name=a@b', 'postgres [::1]:5432 k3s/- k3s'],
  ['postgres://', 'postgres localhost:5432 postgres/postgres kubernetes'],
  ['https://e1:2379,https://e2:2379/', 'etcd e1:2379 e2:2379'],
  ['http://10.0.0.1:2379', 'etcd 10.0.0.1:2379'],
  ['mysql://k3s:pa@(db)/k3s', 'mysql db:3306 k3s/pa k3s'],
  ['mysql://k3s:pa@/k3s', 'mysql 127.0.0.1:3306 k3s/pa k3s'],
  ['mysql://k3s:pa@tcp(db)/k%33s', 'mysql db:3306 k3s/pa k3s'],
  ['mysql://k3s:pa@tcp(db)/k%zz', 'mysql db:3306 k3s/pa k%zz'],
  ['mysql://k3s:pa@tcp(db)/?parseTime=true', 'mysql db:3306 k3s/pa kubernetes'],
  ['postgres://k3s:pa@db:65535/k3s', 'postgres db:65535 k3s/pa k3s'],
  ['postgres://k3s:pa@db:/k3s', 'postgres db:5432 k3s/pa k3s'],
  ['postgres://k3s:@db/k3s?', 'postgres db:5432 k3s/ k3s'],
  ['postgres://k3s:%C3%A4@db/', 'postgres db:5432 k3s/ä kubernetes'],
];
for (const [text, expected] of good) {
  test(`${text} is ${expected}`, (t) => {
    t.is(shown(text), expected);
  });
}

/** Each has the password `s3cr3t/`-something; none may say it. */
const bad: readonly (readonly [string, string, string])[] = [
  [
    'k3s:s3cr3t@tcp(db)/k3s',
    'scheme: it does not begin with the kind of the datastore',
    'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379',
  ],
  [' mysql://k3s:s3cr3t@tcp(db)/k3s', 'scheme: it begins or ends with white space', 'take that off'],
  [
    'mysqll://k3s:s3cr3t@tcp(db)/k3s',
    "scheme: K3s knows no datastore 'mysqll'",
    "did you mean 'mysql://'? K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379",
  ],
  [
    'mariadb://k3s:s3cr3t@tcp(db)/k3s',
    "scheme: K3s knows no datastore 'mariadb'",
    "did you mean 'mysql://'? K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379",
  ],
  [
    'nats://s3cr3t@n:4222',
    "scheme: it is of a kind that is not supported here, NATS: K3s's documentation calls it experimental, and whether it holds a cluster cannot be read from outside",
    'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379',
  ],
  [
    'mysql://k3s:s3cr3t@db:3306/k3s',
    'host: its address does not stand in tcp(...)',
    "MySQL's endpoints are written mysql://user:password@tcp(host:3306)/database",
  ],
  [
    'mysql://k3s:s3cr3t@db/k3s',
    "host: its address 'db' does not stand in tcp(...)",
    "MySQL's endpoints are written mysql://user:password@tcp(host:3306)/database",
  ],
  [
    'mysql://k3s:s3cr3t@tcp(db:3306/k3s',
    "host: its address has no closing ')'",
    'write it as mysql://user:password@tcp(host:3306)/database',
  ],
  [
    'mysql://k3s:s3cr3t@udp(db:3306)/k3s',
    "host: 'udp(...)' is no way to a database server",
    'write it as mysql://user:password@tcp(host:3306)/database',
  ],
  [
    'mysql://k3s:s3cr3t@tcp(db:33o6)/k3s',
    "port: its port '33o6' is no number from 1 to 65535",
    'write it as mysql://user:password@tcp(host:3306)/database',
  ],
  [
    'mysql://k3s:s3cr3t@tcp(db:70000)/k3s',
    "port: its port '70000' is no number from 1 to 65535",
    'write it as mysql://user:password@tcp(host:3306)/database',
  ],
  [
    'mysql://k3s:s3cr3t@tcp(db)',
    "database: it has no '/' before the name of the database",
    'write it as mysql://user:password@tcp(host:3306)/database',
  ],
  ['mysql://tcp(db)/k3s', 'user: it names no user', 'write it as mysql://user:password@tcp(host:3306)/database'],
  [
    'mysql://:s3cr3t@tcp(db)/k3s',
    'user: its user is empty',
    'write it as mysql://user:password@tcp(host:3306)/database',
  ],
  [
    'mysql://k3s:s3cr3t@tcp(db)/k3s?tls=skip-verify',
    "parameters: it has the parameter 'tls', which K3s does not take",
    'leave it out: with ca_file in k3s_datastore the connection is TLS, and the server is verified',
  ],
  [
    'postgres://k3s:s3c/r3t@db/k3s',
    "password: its password holds '/', which ends the part it stands in",
    "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you",
  ],
  [
    'postgres://k3s:s3c?r3t@db/k3s',
    "password: its password holds '?', which ends the part it stands in",
    "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you",
  ],
  [
    'postgres://k3s:s3c%r3t@db/k3s',
    "password: its password has a '%' that is not followed by two hexadecimal digits",
    "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you",
  ],
  [
    'postgres://k3s:s3c r3t@db/k3s',
    'password: its password has a character that a URL cannot have as it is',
    "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you",
  ],
  ['postgres://db/k3s', 'user: it names no user', 'write it as postgres://user:password@host:5432/database'],
  ['postgres://k3s:s3cr3t@/k3s', 'host: it names no host', 'write it as postgres://user:password@host:5432/database'],
  [
    'postgres://k3s:s3cr3t@tcp(db:5432)/k3s',
    "host: its host 'tcp(db' has a character that no host name has",
    'write it as postgres://user:password@host:5432/database',
  ],
  [
    'postgres://k3s:s3cr3t@db:5432x/k3s',
    "port: its port '5432x' is no number from 1 to 65535",
    'write it as postgres://user:password@host:5432/database',
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s/x',
    'database: its database is no single name',
    'write it as postgres://user:password@host:5432/database',
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?sslmode=on',
    "parameters: its sslmode 'on' is none that there is",
    'one of disable, allow, prefer, require, verify-ca, verify-full',
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?host=x',
    "parameters: its parameter 'host' says again what stands before it",
    'write it in its place: postgres://user:password@host:5432/database',
  ],
  [
    'https://e1:2379,e2:2379',
    'list: entry 2 of its list does not begin with https://',
    'write it as https://host1:2379,https://host2:2379',
  ],
  [
    'https://e1:2379, https://e2:2379',
    'list: entry 2 of its list has white space in it',
    'write it as https://host1:2379,https://host2:2379',
  ],
  [
    'https://e1:2379,http://e2:2379',
    'list: entry 2 of its list is http, and the first is https',
    'etcd is reached either with TLS or without',
  ],
  ['https://e1', 'port: it names no port for e1', 'write it as https://host1:2379,https://host2:2379'],
  [
    'https://root:s3cr3t@e1:2379',
    'user: entry 1 of its list has a user in it',
    'K3s logs in to etcd with a client certificate: cert_file and key_file of k3s_datastore',
  ],
  [
    'https://e1:2379/v3',
    'list: entry 1 of its list has more than a host and a port',
    'write it as https://host1:2379,https://host2:2379',
  ],
  ['https://:2379', 'host: entry 1 of its list names no host', 'write it as https://host1:2379,https://host2:2379'],
  [
    'unix:///run/kine.sock',
    'scheme: it is of a kind that is not supported here, a socket of another kine',
    'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379',
  ],
  [
    'unixs:///run/kine.sock',
    'scheme: it is of a kind that is not supported here, a socket of another kine',
    'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379',
  ],
  [
    'sqlite://x',
    'scheme: it is of a kind that is not supported here, SQLite: it serves one server alone, and needs no endpoint',
    'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379',
  ],
  [
    't4://x',
    'scheme: it is of a kind that is not supported here, t4: it is experimental',
    'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379',
  ],
  [
    'memory://x',
    'scheme: it is of a kind that is not supported here, memory: it forgets everything when it ends',
    'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379',
  ],
  [
    'x mysql://k3s:s3cr3t@tcp(db)/k3s',
    'scheme: it does not begin with the kind of the datastore',
    'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379',
  ],
  [
    'postgre://k3s:s3cr3t@db/k3s',
    "scheme: K3s knows no datastore 'postgre'",
    "did you mean 'postgres://'? K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379",
  ],
  [
    'httpss://k3s:s3cr3t@db/k3s',
    "scheme: K3s knows no datastore 'httpss'",
    "did you mean 'https://'? K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379",
  ],
  [
    'zzzzzzzz://k3s:s3cr3t@db/k3s',
    "scheme: K3s knows no datastore 'zzzzzzzz'",
    'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379',
  ],
  [
    'https://e1:2379,xhttps://e2:2379',
    'list: entry 2 of its list does not begin with https://',
    'write it as https://host1:2379,https://host2:2379',
  ],
  ['https://e1:2379/\n', 'scheme: it begins or ends with white space', 'take that off'],
  [
    'https://e[1:2379',
    'host: its address is neither host:port nor [IPv6]:port',
    'write it as https://host1:2379,https://host2:2379; an IPv6 address stands in [ ]',
  ],
  [
    'https://[::1:2379',
    'host: its address is neither host:port nor [IPv6]:port',
    'write it as https://host1:2379,https://host2:2379; an IPv6 address stands in [ ]',
  ],
  [
    'https://[::1]x',
    'host: its address is neither host:port nor [IPv6]:port',
    'write it as https://host1:2379,https://host2:2379; an IPv6 address stands in [ ]',
  ],
  [
    'https://x[::1]:2379',
    'host: its address is neither host:port nor [IPv6]:port',
    'write it as https://host1:2379,https://host2:2379; an IPv6 address stands in [ ]',
  ],
  ['https://e1:', 'port: it names no port for e1', 'write it as https://host1:2379,https://host2:2379'],
  [
    'https://e1:65536',
    "port: its port '65536' is no number from 1 to 65535",
    'write it as https://host1:2379,https://host2:2379',
  ],
  [
    'https://e1:0',
    "port: its port '0' is no number from 1 to 65535",
    'write it as https://host1:2379,https://host2:2379',
  ],
  [
    'mysql://k3s:s3cr3t@xtcp(db/k3s',
    "host: its address has no closing ')'",
    'write it as mysql://user:password@tcp(host:3306)/database',
  ],
  [
    'mysql://k3s:s3cr3t@1tcp(db/k3s',
    'host: its address does not stand in tcp(...)',
    "MySQL's endpoints are written mysql://user:password@tcp(host:3306)/database",
  ],
  [
    'mysql://k3s:s3cr3t@tcp(db)x/k3s',
    'host: its address does not stand in tcp(...)',
    "MySQL's endpoints are written mysql://user:password@tcp(host:3306)/database",
  ],
  [
    'postgres://k 3s:s3cr3t@db/k3s',
    'user: its user has a character that a URL cannot have as it is',
    "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you",
  ],
  [
    'postgres://k3s:s3c%zr3t@db/k3s',
    "password: its password has a '%' that is not followed by two hexadecimal digits",
    "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you",
  ],
  [
    'postgres://k3s:s3c%4r3t@db/k3s',
    "password: its password has a '%' that is not followed by two hexadecimal digits",
    "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you",
  ],
  [
    'postgres://k3s:%FFs3cr3t@db/k3s',
    'password: its user or password is no UTF-8',
    "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you",
  ],
  [
    'postgres://%FF:s3cr3t@db/k3s',
    'password: its user or password is no UTF-8',
    "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you",
  ],
  [
    'postgres://%FF@db/k3s',
    'password: its user or password is no UTF-8',
    "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you",
  ],
  [
    'postgres://k3s:s3cr3t@db/k%FF',
    'database: its database is no single name',
    'write it as postgres://user:password@host:5432/database',
  ],
  [
    'postgres://k3s:s3cr3t@db/k#3',
    'database: its database is no single name',
    'write it as postgres://user:password@host:5432/database',
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?hostaddr=x',
    "parameters: its parameter 'hostaddr' says again what stands before it",
    'write it in its place: postgres://user:password@host:5432/database',
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?port=x',
    "parameters: its parameter 'port' says again what stands before it",
    'write it in its place: postgres://user:password@host:5432/database',
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?user=x',
    "parameters: its parameter 'user' says again what stands before it",
    'write it in its place: postgres://user:password@host:5432/database',
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?password=x',
    "parameters: its parameter 'password' says again what stands before it",
    'write it in its place: postgres://user:password@host:5432/database',
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?dbname=x',
    "parameters: its parameter 'dbname' says again what stands before it",
    'write it in its place: postgres://user:password@host:5432/database',
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?database=x',
    "parameters: its parameter 'database' says again what stands before it",
    'write it in its place: postgres://user:password@host:5432/database',
  ],
];
for (const [text, expected, hint] of bad) {
  test(`${text} is refused`, (t) => {
    const parsed = parse(text);
    t.is(shown(text), expected);
    if (!('fault' in parsed)) return t.fail();
    t.deepEqual(parsed.fault.hint, hint);
    for (const part of ['s3c', 'r3t'])
      t.false(`${parsed.fault.what} ${parsed.fault.hint}`.includes(part), 'says the password');
    return undefined;
  });
}

test('what may be shown of an endpoint', (t) => {
  const shownOf = (text: string): string => {
    const parsed = parse(text);
    return 'fault' in parsed ? '' : shownEndpoint(parsed.endpoint);
  };
  t.is(shownOf('mysql://k3s:s3cr3t@tcp(db)/k3s'), 'MySQL at db:3306, database k3s');
  t.is(shownOf('mysql://'), 'MySQL at a socket, database kubernetes');
  t.is(shownOf('postgres://k3s:s3cr3t@a,b/'), 'PostgreSQL at a:5432, b:5432, database kubernetes');
  t.is(shownOf('https://[::1]:2379'), 'etcd at [::1]:2379');
});

test('PostgreSQL: its own TLS files, its sslmode, and statements that are not kept', (t) => {
  const parsed = parse(
    'postgres://u:p@db/k?sslmode=verify-ca&sslrootcert=/ca&sslcert=/c&sslkey=/k&default_query_exec_mode=exec',
  );
  if ('fault' in parsed || parsed.endpoint.kind !== 'postgres') return t.fail();
  t.is(parsed.endpoint.sslMode, 'verify-ca');
  t.deepEqual(parsed.endpoint.files, {ca: '/ca', cert: '/c', key: '/k'});
  t.false(parsed.endpoint.keepsStatements);
  return undefined;
});

for (const [text, rest] of [
  [
    'postgres://',
    {
      kind: 'postgres',
      addresses: [{host: 'localhost', port: 5432}],
      user: 'postgres',
      password: new Secret('postgres'),
      database: 'kubernetes',
      files: {},
      keepsStatements: true,
    },
  ],
  [
    'postgres://u:p@db',
    {
      kind: 'postgres',
      addresses: [{host: 'db', port: 5432}],
      user: 'u',
      password: new Secret('p'),
      files: {},
      keepsStatements: true,
      database: 'kubernetes',
    },
  ],
  [
    'postgres://u:p@db/k?default_query_exec_mode=simple_protocol',
    {
      kind: 'postgres',
      addresses: [{host: 'db', port: 5432}],
      user: 'u',
      password: new Secret('p'),
      files: {},
      keepsStatements: false,
      database: 'k',
    },
  ],
  [
    'postgres://u:p@db/k?default_query_exec_mode=cache_statement&sslmode=prefer',
    {
      kind: 'postgres',
      addresses: [{host: 'db', port: 5432}],
      user: 'u',
      password: new Secret('p'),
      sslMode: 'prefer',
      files: {},
      keepsStatements: true,
      database: 'k',
    },
  ],
  ['mysql://u@tcp(db)/k', {kind: 'mysql', address: {host: 'db', port: 3306}, user: 'u', database: 'k'}],
  ['mysql://u@unix(/s)/k', {kind: 'mysql', user: 'u', database: 'k'}],
  ['https://e1:2379', {kind: 'etcd', addresses: [{host: 'e1', port: 2379}], tls: true}],
  ['http://e1:2379', {kind: 'etcd', addresses: [{host: 'e1', port: 2379}], tls: false}],
] as const) {
  test(`all that is read of ${text}`, (t) => {
    const parsed = parse(text);
    t.deepEqual('fault' in parsed ? parsed : parsed.endpoint, rest);
  });
}

for (const [endpoint, password, whole] of [
  ['postgres://k@db/x', "a!'()*ä", 'postgres://k:a%21%27%28%29%2A%C3%A4@db/x'],
  ['postgresql://k@db/x', 'j/k', 'postgresql://k:j%2Fk@db/x'],
  ['mysql://k@tcp(db)/x', 'a/b@', 'mysql://k:a/b@@tcp(db)/x'],
  ['mysql://k@tcp(db)/x\ny', 'a', 'mysql://k:a@tcp(db)/x\ny'],
  ['x mysql://k@tcp(db)/x', 'a', undefined],
  ['xpostgres://k@db/x', 'a', undefined],
  ['odd://k@db/x', 'a', undefined],
  ['postgres://db/x', 'a', undefined],
] as const) {
  test(`a password given apart, in ${JSON.stringify(endpoint)}`, (t) => {
    t.deepEqual(withPassword(endpoint, password), whole);
  });
}

test('a password given apart comes back as it was, whatever is in it', (t) => {
  for (const endpoint of ['mysql://k3s@tcp(db:3306)/k3s', 'postgres://k3s@db:5432/k3s']) {
    fc.assert(
      fc.property(
        fc.string({minLength: 1}).filter((text) => text.trim() === text),
        (password) => {
          const parsed = parse(withPassword(endpoint, password) ?? '');
          return (
            !('fault' in parsed) && parsed.endpoint.kind !== 'etcd' && parsed.endpoint.password?.reveal() === password
          );
        },
      ),
    );
  }
  t.is(withPassword('https://e1:2379', 'x'), undefined);
  t.is(withPassword('mysql://k3s:one@tcp(db)/', 'two'), undefined);
});

test('no text at all makes a fault say what stands between the first : and the last @', (t) => {
  const password = fc.stringMatching(/^[a-zA-Z0-9/?#%@: ()]{6,20}$/).map((text) => `Zq${text}qZ`);
  fc.assert(
    fc.property(
      fc.constantFrom('mysql', 'postgres', 'https', 'nats', 'odd'),
      password,
      fc.constantFrom('tcp(db:3306)/k', 'db:54x2/k', 'db', 'db:1/a/b?tls=1'),
      (scheme, secret, rest) => {
        const parsed = parse(`${scheme}://user:${secret}@${rest}`);
        if (!('fault' in parsed)) return true;
        const said = `${parsed.fault.what} ${parsed.fault.hint}`;
        return !said.includes('Zq') && !said.includes('qZ');
      },
    ),
    {numRuns: 2000},
  );
  t.pass();
});

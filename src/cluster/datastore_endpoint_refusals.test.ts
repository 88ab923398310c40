/** Endpoints that are refused: the part that is wrong, what is wrong of it, and how it is written; never the password. */
import test from 'ava';
import fc from 'fast-check';
import {Secret} from '../shell/index.js';
import {parseEndpoint} from './datastore_endpoint.js';
import type {ParsedEndpoint} from './datastore_types.js';

const parse = (text: string): ParsedEndpoint => parseEndpoint(new Secret(text));

const kinds =
  'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379';
const mysqlForm = 'write it as mysql://user:password@tcp(host:3306)/database';
const mysqlWritten = "MySQL's endpoints are written mysql://user:password@tcp(host:3306)/database";
const postgresForm = 'write it as postgres://user:password@host:5432/database';
const itsPlace = 'write it in its place: postgres://user:password@host:5432/database';
const etcdForm = 'write it as https://host1:2379,https://host2:2379';
const ipv6 = 'write it as https://host1:2379,https://host2:2379; an IPv6 address stands in [ ]';
const encoded =
  "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you";
const meant = (scheme: string): string => `did you mean '${scheme}'? ${kinds}`;

/** Each has the password `s3cr3t/`-something; none may say it. */
const bad: readonly (readonly [string, string, string])[] = [
  ['k3s:s3cr3t@tcp(db)/k3s', 'scheme: it does not begin with the kind of the datastore', kinds],
  [' mysql://k3s:s3cr3t@tcp(db)/k3s', 'scheme: it begins or ends with white space', 'take that off'],
  ['mysqll://k3s:s3cr3t@tcp(db)/k3s', "scheme: K3s knows no datastore 'mysqll'", meant('mysql://')],
  ['mariadb://k3s:s3cr3t@tcp(db)/k3s', "scheme: K3s knows no datastore 'mariadb'", meant('mysql://')],
  [
    'nats://s3cr3t@n:4222',
    "scheme: it is of a kind that is not supported here, NATS: K3s's documentation calls it experimental, and whether it holds a cluster cannot be read from outside",
    kinds,
  ],
  ['mysql://k3s:s3cr3t@db:3306/k3s', 'host: its address does not stand in tcp(...)', mysqlWritten],
  ['mysql://k3s:s3cr3t@db/k3s', "host: its address 'db' does not stand in tcp(...)", mysqlWritten],
  ['mysql://k3s:s3cr3t@tcp(db:3306/k3s', "host: its address has no closing ')'", mysqlForm],
  ['mysql://k3s:s3cr3t@udp(db:3306)/k3s', "host: 'udp(...)' is no way to a database server", mysqlForm],
  ['mysql://k3s:s3cr3t@tcp(db:33o6)/k3s', "port: its port '33o6' is no number from 1 to 65535", mysqlForm],
  ['mysql://k3s:s3cr3t@tcp(db:70000)/k3s', "port: its port '70000' is no number from 1 to 65535", mysqlForm],
  ['mysql://k3s:s3cr3t@tcp(db)', "database: it has no '/' before the name of the database", mysqlForm],
  ['mysql://tcp(db)/k3s', 'user: it names no user', mysqlForm],
  ['mysql://:s3cr3t@tcp(db)/k3s', 'user: its user is empty', mysqlForm],
  [
    'mysql://k3s:s3cr3t@tcp(db)/k3s?tls=skip-verify',
    "parameters: it has the parameter 'tls', which K3s does not take",
    'leave it out: with ca_file in k3s_datastore the connection is TLS, and the server is verified',
  ],
  ['postgres://k3s:s3c/r3t@db/k3s', "password: its password holds '/', which ends the part it stands in", encoded],
  ['postgres://k3s:s3c?r3t@db/k3s', "password: its password holds '?', which ends the part it stands in", encoded],
  [
    'postgres://k3s:s3c%r3t@db/k3s',
    "password: its password has a '%' that is not followed by two hexadecimal digits",
    encoded,
  ],
  ['postgres://k3s:s3c r3t@db/k3s', 'password: its password has a character that a URL cannot have as it is', encoded],
  ['postgres://db/k3s', 'user: it names no user', postgresForm],
  ['postgres://k3s:s3cr3t@/k3s', 'host: it names no host', postgresForm],
  [
    'postgres://k3s:s3cr3t@tcp(db:5432)/k3s',
    "host: its host 'tcp(db' has a character that no host name has",
    postgresForm,
  ],
  ['postgres://k3s:s3cr3t@db:5432x/k3s', "port: its port '5432x' is no number from 1 to 65535", postgresForm],
  ['postgres://k3s:s3cr3t@db/k3s/x', 'database: its database is no single name', postgresForm],
  [
    'postgres://k3s:s3cr3t@db/k3s?sslmode=on',
    "parameters: its sslmode 'on' is none that there is",
    'one of disable, allow, prefer, require, verify-ca, verify-full',
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?host=x',
    "parameters: its parameter 'host' says again what stands before it",
    itsPlace,
  ],
  ['https://e1:2379,e2:2379', 'list: entry 2 of its list does not begin with https://', etcdForm],
  ['https://e1:2379, https://e2:2379', 'list: entry 2 of its list has white space in it', etcdForm],
  [
    'https://e1:2379,http://e2:2379',
    'list: entry 2 of its list is http, and the first is https',
    'etcd is reached either with TLS or without',
  ],
  ['https://e1', 'port: it names no port for e1', etcdForm],
  [
    'https://root:s3cr3t@e1:2379',
    'user: entry 1 of its list has a user in it',
    'K3s logs in to etcd with a client certificate: cert_file and key_file of k3s_datastore',
  ],
  ['https://e1:2379/v3', 'list: entry 1 of its list has more than a host and a port', etcdForm],
  ['https://:2379', 'host: entry 1 of its list names no host', etcdForm],
  ['unix:///run/kine.sock', 'scheme: it is of a kind that is not supported here, a socket of another kine', kinds],
  ['unixs:///run/kine.sock', 'scheme: it is of a kind that is not supported here, a socket of another kine', kinds],
  [
    'sqlite://x',
    'scheme: it is of a kind that is not supported here, SQLite: it serves one server alone, and needs no endpoint',
    kinds,
  ],
  ['t4://x', 'scheme: it is of a kind that is not supported here, t4: it is experimental', kinds],
  [
    'memory://x',
    'scheme: it is of a kind that is not supported here, memory: it forgets everything when it ends',
    kinds,
  ],
  ['x mysql://k3s:s3cr3t@tcp(db)/k3s', 'scheme: it does not begin with the kind of the datastore', kinds],
  ['postgre://k3s:s3cr3t@db/k3s', "scheme: K3s knows no datastore 'postgre'", meant('postgres://')],
  ['httpss://k3s:s3cr3t@db/k3s', "scheme: K3s knows no datastore 'httpss'", meant('https://')],
  ['zzzzzzzz://k3s:s3cr3t@db/k3s', "scheme: K3s knows no datastore 'zzzzzzzz'", kinds],
  ['https://e1:2379,xhttps://e2:2379', 'list: entry 2 of its list does not begin with https://', etcdForm],
  ['https://e1:2379/\n', 'scheme: it begins or ends with white space', 'take that off'],
  ['https://e[1:2379', 'host: its address is neither host:port nor [IPv6]:port', ipv6],
  ['https://[::1:2379', 'host: its address is neither host:port nor [IPv6]:port', ipv6],
  ['https://[::1]x', 'host: its address is neither host:port nor [IPv6]:port', ipv6],
  ['https://x[::1]:2379', 'host: its address is neither host:port nor [IPv6]:port', ipv6],
  ['https://e1:', 'port: it names no port for e1', etcdForm],
  ['https://e1:65536', "port: its port '65536' is no number from 1 to 65535", etcdForm],
  ['https://e1:0', "port: its port '0' is no number from 1 to 65535", etcdForm],
  ['mysql://k3s:s3cr3t@xtcp(db/k3s', "host: its address has no closing ')'", mysqlForm],
  ['mysql://k3s:s3cr3t@1tcp(db/k3s', 'host: its address does not stand in tcp(...)', mysqlWritten],
  ['mysql://k3s:s3cr3t@tcp(db)x/k3s', 'host: its address does not stand in tcp(...)', mysqlWritten],
  ['postgres://k 3s:s3cr3t@db/k3s', 'user: its user has a character that a URL cannot have as it is', encoded],
  [
    'postgres://k3s:s3c%zr3t@db/k3s',
    "password: its password has a '%' that is not followed by two hexadecimal digits",
    encoded,
  ],
  [
    'postgres://k3s:s3c%4r3t@db/k3s',
    "password: its password has a '%' that is not followed by two hexadecimal digits",
    encoded,
  ],
  ['postgres://k3s:%FFs3cr3t@db/k3s', 'password: its user or password is no UTF-8', encoded],
  ['postgres://%FF:s3cr3t@db/k3s', 'password: its user or password is no UTF-8', encoded],
  ['postgres://%FF@db/k3s', 'password: its user or password is no UTF-8', encoded],
  ['postgres://k3s:s3cr3t@db/k%FF', 'database: its database is no single name', postgresForm],
  ['postgres://k3s:s3cr3t@db/k#3', 'database: its database is no single name', postgresForm],
  [
    'postgres://k3s:s3cr3t@db/k3s?hostaddr=x',
    "parameters: its parameter 'hostaddr' says again what stands before it",
    itsPlace,
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?port=x',
    "parameters: its parameter 'port' says again what stands before it",
    itsPlace,
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?user=x',
    "parameters: its parameter 'user' says again what stands before it",
    itsPlace,
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?password=x',
    "parameters: its parameter 'password' says again what stands before it",
    itsPlace,
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?dbname=x',
    "parameters: its parameter 'dbname' says again what stands before it",
    itsPlace,
  ],
  [
    'postgres://k3s:s3cr3t@db/k3s?database=x',
    "parameters: its parameter 'database' says again what stands before it",
    itsPlace,
  ],
];
for (const [text, expected, hint] of bad) {
  test(`${text} is refused`, (t) => {
    const parsed = parse(text);
    if (!('fault' in parsed)) return t.fail();
    const {part, what} = parsed.fault;
    t.deepEqual([`${part}: ${what}`, parsed.fault.hint], [expected, hint]);
    for (const part of ['s3c', 'r3t'])
      t.false(`${parsed.fault.what} ${parsed.fault.hint}`.includes(part), 'says the password');
    return undefined;
  });
}

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

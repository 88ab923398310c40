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
];
for (const [text, expected] of good) {
  test(`${text} is ${expected}`, (t) => {
    t.is(shown(text), expected);
  });
}

/** Each has the password `s3cr3t/`-something; none may say it. */
const bad: readonly (readonly [string, string, RegExp])[] = [
  ['k3s:s3cr3t@tcp(db)/k3s', 'scheme: it does not begin with the kind of the datastore', /K3s takes mysql:/],
  [' mysql://k3s:s3cr3t@tcp(db)/k3s', 'scheme: it begins or ends with white space', /take that off/],
  ['mysqll://k3s:s3cr3t@tcp(db)/k3s', "scheme: K3s knows no datastore 'mysqll'", /did you mean 'mysql:\/\/'\?/],
  ['mariadb://k3s:s3cr3t@tcp(db)/k3s', "scheme: K3s knows no datastore 'mariadb'", /did you mean 'mysql:\/\/'\?/],
  [
    'nats://s3cr3t@n:4222',
    "scheme: it is of a kind that is not supported here, NATS: K3s's documentation calls it experimental, and whether it holds a cluster cannot be read from outside",
    /K3s takes/,
  ],
  [
    'mysql://k3s:s3cr3t@db:3306/k3s',
    'host: its address does not stand in tcp(...)',
    /mysql:\/\/user:password@tcp\(host:3306\)\/database/,
  ],
  ['mysql://k3s:s3cr3t@db/k3s', "host: its address 'db' does not stand in tcp(...)", /tcp\(host/],
  ['mysql://k3s:s3cr3t@tcp(db:3306/k3s', "host: its address has no closing ')'", /tcp\(host/],
  ['mysql://k3s:s3cr3t@udp(db:3306)/k3s', "host: 'udp(...)' is no way to a database server", /tcp\(host/],
  ['mysql://k3s:s3cr3t@tcp(db:33o6)/k3s', "port: its port '33o6' is no number from 1 to 65535", /3306/],
  ['mysql://k3s:s3cr3t@tcp(db:70000)/k3s', "port: its port '70000' is no number from 1 to 65535", /3306/],
  ['mysql://k3s:s3cr3t@tcp(db)', "database: it has no '/' before the name of the database", /database/],
  ['mysql://tcp(db)/k3s', 'user: it names no user', /user/],
  ['mysql://:s3cr3t@tcp(db)/k3s', 'user: its user is empty', /user/],
  [
    'mysql://k3s:s3cr3t@tcp(db)/k3s?tls=skip-verify',
    "parameters: it has the parameter 'tls', which K3s does not take",
    /ca_file/,
  ],
  [
    'postgres://k3s:s3c/r3t@db/k3s',
    "password: its password holds '/', which ends the part it stands in",
    /percent-encoded.*`password` of k3s_datastore/,
  ],
  ['postgres://k3s:s3c?r3t@db/k3s', "password: its password holds '?', which ends the part it stands in", /percent/],
  [
    'postgres://k3s:s3c%r3t@db/k3s',
    "password: its password has a '%' that is not followed by two hexadecimal digits",
    /%25/,
  ],
  [
    'postgres://k3s:s3c r3t@db/k3s',
    'password: its password has a character that a URL cannot have as it is',
    /percent/,
  ],
  ['postgres://db/k3s', 'user: it names no user', /user/],
  ['postgres://k3s:s3cr3t@/k3s', 'host: it names no host', /host/],
  [
    'postgres://k3s:s3cr3t@tcp(db:5432)/k3s',
    "host: its host 'tcp(db' has a character that no host name has",
    /postgres:\/\/user:password@host:5432/,
  ],
  ['postgres://k3s:s3cr3t@db:5432x/k3s', "port: its port '5432x' is no number from 1 to 65535", /5432/],
  ['postgres://k3s:s3cr3t@db/k3s/x', 'database: its database is no single name', /database/],
  ['postgres://k3s:s3cr3t@db/k3s?sslmode=on', "parameters: its sslmode 'on' is none that there is", /verify-full/],
  [
    'postgres://k3s:s3cr3t@db/k3s?host=x',
    "parameters: its parameter 'host' says again what stands before it",
    /in its place/,
  ],
  [
    'https://e1:2379,e2:2379',
    'list: entry 2 of its list does not begin with https://',
    /https:\/\/host1:2379,https:\/\/host2:2379/,
  ],
  ['https://e1:2379, https://e2:2379', 'list: entry 2 of its list has white space in it', /https/],
  ['https://e1:2379,http://e2:2379', 'list: entry 2 of its list is http, and the first is https', /either/],
  ['https://e1', 'port: it names no port for e1', /2379/],
  ['https://root:s3cr3t@e1:2379', 'user: entry 1 of its list has a user in it', /client certificate/],
  ['https://e1:2379/v3', 'list: entry 1 of its list has more than a host and a port', /https/],
  ['https://:2379', 'host: entry 1 of its list names no host', /https/],
];
for (const [text, expected, hint] of bad) {
  test(`${text} is refused`, (t) => {
    const parsed = parse(text);
    t.is(shown(text), expected);
    if (!('fault' in parsed)) return t.fail();
    t.regex(parsed.fault.hint, hint);
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

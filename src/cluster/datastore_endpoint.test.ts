/** What an endpoint of a datastore is read as. */
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

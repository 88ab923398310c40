import test from 'ava';
import fc from 'fast-check';
import {tempFiles} from '../../test/support/temp_files.js';
import {describeError, InventoryError} from '../errors/index.js';
import {InventoryGraph} from './graph.js';
import {globToRegex, limitHosts, matchHosts, splitPatterns} from './pattern.js';
import type {Inventory} from './types.js';

function inventoryOf(groups: Readonly<Record<string, readonly string[]>>): Inventory {
  const graph = new InventoryGraph();
  for (const [group, hosts] of Object.entries(groups)) {
    graph.addGroup(group);
    for (const host of hosts) graph.addHost(host, group);
  }
  return graph.finish([], () => undefined);
}

const inventory = inventoryOf({
  ungrouped: ['lone.example.com', '10.0.0.7'],
  web: ['web1', 'web2', 'web3'],
  db: ['db1', 'web1'],
  empty: [],
});

/** Pattern and hosts; the same as `ansible PATTERN --list-hosts` gives for this inventory. */
const table: readonly (readonly [string, string])[] = [
  ['all', 'lone.example.com 10.0.0.7 web1 web2 web3 db1'],
  ['*', 'lone.example.com 10.0.0.7 web1 web2 web3 db1'],
  ['web', 'web1 web2 web3'],
  ['web:db', 'web1 web2 web3 db1'],
  ['web,db', 'web1 web2 web3 db1'],
  ['web, db', 'web1 web2 web3 db1'],
  ['db,web', 'db1 web1 web2 web3'],
  ['web:&db', 'web1'],
  ['web:!db', 'web2 web3'],
  ['!db:web', 'web2 web3'],
  ['!web', 'lone.example.com 10.0.0.7 db1'],
  ['all:!web:!db', 'lone.example.com 10.0.0.7'],
  ['web[0]', 'web1'],
  ['web[-1]', 'web3'],
  ['web[1:2]', 'web2 web3'],
  ['web[0-1]', 'web1 web2'],
  ['web[2:]', 'web3'],
  ['web[9]', ''],
  ['w*', 'web1 web2 web3'],
  ['web?', 'web1 web2 web3'],
  ['web*:!web1', 'web2 web3'],
  ['~web[23]', 'web2 web3'],
  ['~(web1|db1)$', 'db1 web1'],
  ['*.example.com', 'lone.example.com'],
  ['lone.example.com', 'lone.example.com'],
  ['10.0.0.7', '10.0.0.7'],
  ['ungrouped', 'lone.example.com 10.0.0.7'],
  ['empty', ''],
  ['localhost', 'localhost'],
  ['web1,localhost', 'web1 localhost'],
  ['::1', '::1'],
];
for (const [pattern, hosts] of table) {
  test(`${pattern} means '${hosts}'`, (t) => {
    const found = matchHosts(inventory, pattern);
    // Regular expressions list groups' hosts first: only the set is promised there.
    const sort = (list: readonly string[]): readonly string[] => (pattern.startsWith('~') ? [...list].sort() : list);
    t.deepEqual(sort(found.hosts), sort(hosts.split(' ').filter((name) => name !== '')));
    t.deepEqual(found.unknown, []);
  });
}

test('a name that is nowhere is told, with the nearest', (t) => {
  t.deepEqual(matchHosts(inventory, 'webb:db1').unknown, [{pattern: 'webb', nearest: 'web'}]);
  t.deepEqual(matchHosts(inventory, 'zzzzz').unknown, [{pattern: 'zzzzz'}]);
  t.deepEqual(matchHosts(inventory, 'all:!wbe').unknown, [{pattern: 'wbe', nearest: 'web'}]);
});

test('--limit refuses a name that is nowhere, also one that was to be spared', (t) => {
  const error = t.throws(() => limitHosts(inventory, 'all:!wbe'), {instanceOf: InventoryError});
  t.deepEqual(describeError(error), [
    "--limit names 'wbe', which is neither a host nor a group of the inventory",
    "  hint: did you mean 'web'?",
  ]);
  t.deepEqual([...limitHosts(inventory, 'db:!web1')], ['db1']);
});

test('--limit @file reads names from a file', (t) => {
  const folder = tempFiles(t, {failed: '# from the last run\nweb2\n\ndb1\n'});
  t.deepEqual([...limitHosts(inventory, `@${folder}/failed`)], ['web2', 'db1']);
  t.throws(() => limitHosts(inventory, `@${folder}/nope`), {message: /cannot be read/});
});

test('a regular expression that is none says so', (t) => {
  t.throws(() => matchHosts(inventory, '~web['), {instanceOf: InventoryError, message: /no regular expression/});
});

test('patterns are split outside brackets and addresses', (t) => {
  t.deepEqual(splitPatterns('a:b[1:2]:&c'), ['a', 'b[1:2]', '&c']);
  t.deepEqual(splitPatterns('fe80::1'), ['fe80::1']);
  t.deepEqual(splitPatterns('a,fe80::1,b:c'), ['a', 'fe80::1', 'b', 'c']);
});

test('globs are those of a shell', (t) => {
  t.true(globToRegex('a[!b]c*').test('axcdef'));
  t.false(globToRegex('a[!b]c').test('abc'));
  t.true(globToRegex('a.c').test('a.c'));
  t.false(globToRegex('a.c').test('abc'));
});

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const groupsArb = fc.record({
  x: fc.uniqueArray(fc.constantFrom(...names)),
  y: fc.uniqueArray(fc.constantFrom(...names)),
  z: fc.uniqueArray(fc.constantFrom(...names)),
});

test('unions, intersections and exclusions are those of sets, wherever they stand', (t) => {
  const part = fc.tuple(fc.constantFrom('', '&', '!'), fc.constantFrom('x', 'y', 'z', 'all', ...names));
  fc.assert(
    fc.property(groupsArb, fc.array(part, {minLength: 1, maxLength: 5}), (groups, parts) => {
      const made = inventoryOf({...groups, rest: names});
      const hostsOf = (name: string): ReadonlySet<string> =>
        new Set(name === 'all' ? names : (groups[name as 'x'] ?? [name]));
      const unions = parts.filter(([sign]) => sign === '');
      const expected = names.filter(
        (host) =>
          (unions.length === 0 || unions.some(([, name]) => hostsOf(name).has(host))) &&
          parts.every(([sign, name]) =>
            sign === '&' ? hostsOf(name).has(host) : sign !== '!' || !hostsOf(name).has(host),
          ),
      );
      const found = matchHosts(made, parts.map(([sign, name]) => sign + name).join(':')).hosts;
      t.deepEqual([...found].sort(), expected);
      t.is(new Set(found).size, found.length);
    }),
  );
});

/** What SHOW GRANTS of MySQL says of the rights that K3s needs. */
import test from 'ava';
import {mayWriteReadOnly, missingGrants} from './datastore_grants.js';

const none = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const all = [...none, 'CREATE', 'INDEX'];
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
  ['in lower case', ['grant all privileges on `K3S`.* to `k`@`%`'], false, []],
  ['as older versions have it', ['GRANT ALL ON `k3s`.* TO `k`@`%`'], false, []],
  ['by a name with _ and % for themselves', ['GRANT ALL PRIVILEGES ON `a\\_b\\%c`.* TO `k`@`%`'], false, all],
  ['on a table of another name', ['GRANT SELECT ON `k3s`.`other` TO `k`@`%`'], true, none],
  ['on the table, which is not there yet', ['GRANT ALL PRIVILEGES ON `k3s`.`kine` TO `k`@`%`'], false, all],
  ['on a table as TABLE', ['GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE `k3s`.`kine` TO `k`@`%`'], true, []],
  ['in a line that begins with something else', ['x GRANT ALL PRIVILEGES ON *.* TO `k`@`%`'], true, none],
  ['of columns, one of them named like a privilege', ['GRANT UPDATE (a, SELECT, b) ON `k3s`.* TO `k`@`%`'], true, none],
  ['without spaces', ['GRANT SELECT,INSERT,  UPDATE ,DELETE ON `k3s`.* TO `k`@`%`'], true, []],
  ['by a name with dots, which are no pattern', ['GRANT ALL PRIVILEGES ON `k.s`.* TO `k`@`%`'], true, none],
  ['by a role without quotes', ['GRANT writers TO `k`@`%`'], true, undefined],
  ['by a role, in a line that begins with something else', ['x GRANT writers TO `k`@`%`'], true, none],
  [
    'by a role, beside all that is needed',
    ['GRANT `writers`@`%` TO `k`@`%`', 'GRANT ALL PRIVILEGES ON *.* TO `k`@`%`'],
    true,
    [],
  ],
];
for (const [title, lines, table, expected] of grants) {
  test(`grants ${title}`, (t) => {
    t.deepEqual(missingGrants(lines, {database: 'k3s', table}), expected);
  });
}
for (const [database, pattern, matches] of [
  ['a_b', 'a\\_b', true],
  ['axb', 'a\\_b', false],
  ['axb', 'a_b', true],
  ['a%b', 'a\\%b', true],
  ['axxb', 'a\\%b', false],
  ['axxb', 'a%b', true],
  ['a%b', 'a\\_b', false],
  ['A1', 'a1', true],
  ['a.b', 'a.b', true],
  ['axb', 'a.b', false],
  ['a`b', 'a``b', true],
  ['xa', 'a', false],
  ['ax', 'a', false],
] as const) {
  test(`a grant on ${pattern} is ${matches ? 'one' : 'none'} on ${database}`, (t) => {
    const lines = [`GRANT ALL PRIVILEGES ON \`${pattern}\`.* TO \`k\`@\`%\``];
    t.deepEqual(missingGrants(lines, {database, table: true}), matches ? [] : none);
  });
}

for (const [lines, may] of [
  [['GRANT USAGE ON *.* TO `k`@`%`', 'GRANT ALL PRIVILEGES ON *.* TO `root`@`%`'], true],
  [['GRANT SELECT, READ_ONLY ADMIN ON *.* TO `root`@`%`'], true],
  [['grant select, super on *.* to `root`@`%`'], true],
  [['GRANT SELECT, CONNECTION_ADMIN ON *.* TO `root`@`%`'], true],
  [['GRANT SELECT, SUPERVISE ON *.* TO `root`@`%`'], false],
  [['x GRANT SUPER ON *.* TO `root`@`%`'], false],
  [['GRANT ALL PRIVILEGES ON `k3s`.* TO `k`@`%`'], false],
  [[], false],
] as const) {
  test(`may${may ? '' : ' not'} write where others only read: ${lines.join('; ')}`, (t) => {
    t.is(mayWriteReadOnly(lines), may);
  });
}

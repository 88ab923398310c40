import test from 'ava';
import {describeError, InventoryError} from '../errors/index.js';
import {Masker, Secret} from '../shell/index.js';
import {
  type ConnectionDefaults,
  type ConnectionKeywords,
  createConnectionOf,
  type HostConnection,
} from './connection.js';

const masker = new Masker();
const base: ConnectionDefaults = {hostKeys: 'strict', connectTimeoutMs: 10_000, home: '/home/me', masker};

interface Given {
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly keywords?: ConnectionKeywords;
  readonly defaults?: Partial<ConnectionDefaults>;
  readonly host?: string;
  readonly inInventory?: boolean;
}

const connect = ({vars = {}, keywords = {}, defaults = {}, host = 'n1', inInventory = true}: Given): HostConnection =>
  createConnectionOf({...base, ...defaults})({host, inInventory, keywords, value: (name) => vars[name]});

const plain = {kind: 'ssh', host: 'n1', address: 'n1', hostKeys: 'strict', connectTimeoutMs: 10_000};

/** What is given, and the connection made of it. */
const specs: readonly (readonly [string, Given, object])[] = [
  ['nothing', {}, plain],
  ['an address', {vars: {ansible_host: '10.0.0.1'}}, {...plain, address: '10.0.0.1'}],
  [
    'old names',
    {vars: {ansible_ssh_host: 'x', ansible_ssh_port: '24', ansible_ssh_user: 'u'}},
    {...plain, address: 'x', port: 24, user: 'u'},
  ],
  [
    'variables over keywords over the command line',
    {vars: {ansible_user: 'v'}, keywords: {remoteUser: 'k', port: 23}, defaults: {user: 'c', port: 24}},
    {...plain, user: 'v', port: 23},
  ],
  [
    'the command line',
    {defaults: {user: 'c', port: 24, privateKeyFile: '~/k'}},
    {...plain, user: 'c', port: 24, privateKeyFile: '/home/me/k'},
  ],
  [
    'an empty variable is none',
    {vars: {ansible_user: '', ansible_port: null}, defaults: {user: 'c'}},
    {...plain, user: 'c'},
  ],
  ['a key', {vars: {ansible_ssh_private_key_file: '~/.ssh/id'}}, {...plain, privateKeyFile: '/home/me/.ssh/id'}],
  [
    'ssh arguments',
    {vars: {ansible_ssh_common_args: '-o ProxyJump=b', ansible_ssh_extra_args: "-o 'A b'"}},
    {...plain, sshArgs: ['-o', 'ProxyJump=b', '-o', 'A b']},
  ],
  ['ssh arguments of the command line', {defaults: {sshCommonArgs: '-J b'}}, {...plain, sshArgs: ['-J', 'b']}],
  ['no host key checking', {vars: {ansible_host_key_checking: 'no'}}, {...plain, hostKeys: 'off'}],
  ['host key checking after all', {vars: {ansible_host_key_checking: true}, defaults: {hostKeys: 'off'}}, plain],
  ['a timeout', {vars: {ansible_timeout: 30}}, {...plain, connectTimeoutMs: 30_000}],
  [
    'local',
    {vars: {ansible_connection: 'local', ansible_host: 'x'}},
    {kind: 'local', host: 'n1', address: 'localhost', hostKeys: 'strict', connectTimeoutMs: 10_000},
  ],
  [
    'localhost outside the inventory',
    {host: 'localhost', inInventory: false, defaults: {connection: 'ssh'}},
    {kind: 'local', host: 'localhost', address: 'localhost', hostKeys: 'strict', connectTimeoutMs: 10_000},
  ],
  ['localhost in the inventory', {host: 'localhost'}, {...plain, host: 'localhost', address: 'localhost'}],
  ['the ssh program', {keywords: {connection: 'openssh'}}, {...plain, kind: 'openssh'}],
  ['a full name', {vars: {ansible_connection: 'ansible.builtin.ssh'}}, plain],
];
for (const [name, given, expected] of specs) {
  test(`the way to a host from ${name}`, (t) => {
    t.deepEqual(connect(given).spec, expected as HostConnection['spec']);
  });
}

/** What is given, and who the task acts as. */
const becomes: readonly (readonly [string, Given, object | undefined])[] = [
  ['nothing', {}, undefined],
  ['a keyword', {keywords: {become: true}}, {method: 'sudo', user: 'root'}],
  ['the command line', {defaults: {become: true, becomeUser: 'u', becomeMethod: 'doas'}}, {method: 'doas', user: 'u'}],
  ['a keyword over the command line', {defaults: {become: true}, keywords: {become: false}}, undefined],
  [
    'a variable over a keyword',
    {vars: {ansible_become: true}, keywords: {become: false}},
    {method: 'sudo', user: 'root'},
  ],
  ['a variable against a keyword', {vars: {ansible_become: 'no'}, keywords: {become: true}}, undefined],
  [
    'user and method',
    {vars: {ansible_become: 'yes', ansible_become_user: 'db', ansible_become_method: 'su'}},
    {method: 'su', user: 'db'},
  ],
  [
    'keywords for user and method',
    {keywords: {become: true, becomeUser: 'k', becomeMethod: 'community.general.doas'}},
    {method: 'doas', user: 'k'},
  ],
];
for (const [name, given, expected] of becomes) {
  test(`become from ${name}`, (t) => {
    t.deepEqual(connect(given).become, expected as HostConnection['become']);
  });
}

test('passwords are secrets, and masked', (t) => {
  const {spec, become} = connect({
    vars: {
      ansible_password: 'login-pw',
      ansible_become: true,
      ansible_sudo_pass: 'sudo-pw',
      ansible_ssh_private_key_passphrase: 'key-pw',
    },
  });
  t.is(spec.password?.reveal(), 'login-pw');
  t.is(spec.passphrase?.reveal(), 'key-pw');
  t.is(become?.password?.reveal(), 'sudo-pw');
  t.is(masker.mask('login-pw sudo-pw key-pw'), '*** *** ***');
  const asked = connect({keywords: {become: true}, defaults: {becomePassword: new Secret('typed')}});
  t.is(asked.become?.password?.reveal(), 'typed');
});

const wrong: readonly (readonly [string, Given, readonly string[]])[] = [
  [
    'a kind there is not',
    {vars: {ansible_connection: 'winrm'}},
    [
      "ansible_connection of host 'n1' is 'winrm', not a kind of connection there is",
      '  hint: it is ssh, openssh or local',
    ],
  ],
  [
    'a port that is none',
    {vars: {ansible_port: '22a'}},
    ["ansible_port of host 'n1' is '22a', not a number from 1 to 65535"],
  ],
  [
    'a port out of range',
    {vars: {ansible_port: 70000}},
    ["ansible_port of host 'n1' is '70000', not a number from 1 to 65535"],
  ],
  [
    'become that is neither',
    {vars: {ansible_become: 'maybe'}},
    ["ansible_become of host 'n1' is 'maybe', not true or false"],
  ],
  [
    'a method there is not',
    {vars: {ansible_become: true, ansible_become_method: 'runas'}},
    ["become_method of host 'n1' is 'runas', not a method there is", '  hint: it is sudo, su, doas'],
  ],
  [
    'an open quote',
    {vars: {ansible_ssh_common_args: "-o 'x"}},
    ["ansible_ssh_common_args of host 'n1' is '-o 'x', not a list of words: a quote is not closed"],
  ],
  ['a list for a user', {vars: {ansible_user: ['a']}}, ["ansible_user of host 'n1' is '[\"a\"]', not a text"]],
];
for (const [name, given, lines] of wrong) {
  test(`${name} is refused`, (t) => {
    t.deepEqual(describeError(t.throws(() => connect(given), {instanceOf: InventoryError})), lines);
  });
}

import {chmodSync} from 'node:fs';
import test from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {PlaybookError} from '../errors/index.js';
import {findAnsibleConfig, parseAnsibleConfig, readAnsibleConfig} from './ansible_cfg.js';

const around = {home: '/home/me', env: {PROJECT: '/srv'}};

test('settings are read with their places; only what is set is there', (t) => {
  const config = parseAnsibleConfig(
    `# a comment
[defaults]
roles_path = ./roles:~/more:$PROJECT/roles
inventory = hosts.yml,other  ; an inline comment
host_key_checking = False
forks=20
timeout : 15
remote_user = admin
private_key_file = ~/.ssh/k3s
vault_password_file = .vault
become = True
unknown = 1

[privilege_escalation]
become = yes
become_user = root
[ssh_connection]
ssh_common_args = -o ProxyJump=bastion
`,
    '/work/ansible.cfg',
    around,
  );
  const values = Object.fromEntries(
    Object.entries(config).map(([key, setting]) => [key, typeof setting === 'string' ? setting : setting.value]),
  );
  t.deepEqual(values, {
    file: '/work/ansible.cfg',
    rolesPath: ['/work/roles', '/home/me/more', '/srv/roles'],
    inventory: ['/work/hosts.yml', '/work/other'],
    hostKeyChecking: false,
    forks: 20,
    timeout: 15,
    remoteUser: 'admin',
    privateKeyFile: '/home/me/.ssh/k3s',
    vaultPasswordFile: '/work/.vault',
    become: true,
    becomeUser: 'root',
    sshCommonArgs: '-o ProxyJump=bastion',
  });
  t.deepEqual(config.become?.where, {file: '/work/ansible.cfg', line: 15, column: 1});
});

test('a list of hosts in inventory stays one', (t) => {
  const config = parseAnsibleConfig('[defaults]\ninventory = h1,h2,\n', '/work/ansible.cfg', around);
  t.deepEqual(config.inventory?.value, ['h1,h2,']);
});

const wrong: readonly (readonly [string, RegExp])[] = [
  ['forks = many', /forks is 'many', not a whole number/],
  ['host_key_checking = maybe', /host_key_checking is 'maybe', neither true nor false/],
];
for (const [line, message] of wrong) {
  test(`${line} is refused with its place`, (t) => {
    const error = t.throws(() => parseAnsibleConfig(`[defaults]\n${line}\n`, '/f', around), {
      instanceOf: PlaybookError,
      message,
    });
    t.is(error.where?.line, 2);
  });
}

test('the first config there is counts; one that anybody could have written does not', (t) => {
  const folder = tempFiles(t, {
    'here/ansible.cfg': '[defaults]\nforks = 1\n',
    'home/.ansible.cfg': '[defaults]\nforks = 2\n',
    'named.cfg': '[defaults]\nforks = 3\n',
  });
  const lookup = {cwd: `${folder}/here`, home: `${folder}/home`, env: {}};
  t.is(readAnsibleConfig(lookup)?.forks?.value, 1);
  t.is(findAnsibleConfig({...lookup, env: {ANSIBLE_CONFIG: `${folder}/named.cfg`}}), `${folder}/named.cfg`);
  chmodSync(`${folder}/here`, 0o777);
  t.is(readAnsibleConfig(lookup)?.forks?.value, 2);
});

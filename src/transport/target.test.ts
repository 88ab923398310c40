import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import {TransportError} from '../errors/index.js';
import {quote} from '../shell/index.js';
import {parseJumps} from './jump_spec.js';
import {parseSshArgs, splitSshArgs} from './ssh_args.js';
import {SshConfigFiles} from './ssh_config.js';
import {resolveTarget} from './target.js';
import type {ConnectionSpec} from './types.js';

/** A home folder with these files under .ssh, and a system config if there is one. */
async function home(t: ExecutionContext, files: Readonly<Record<string, string>>, systemConfig?: string) {
  const folder = await mkdtemp(path.join(tmpdir(), 'home-'));
  t.teardown(() => rm(folder, {recursive: true}));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, '.ssh', name);
    await mkdir(path.dirname(file), {recursive: true});
    await writeFile(file, text);
  }
  const systemFile = systemConfig === undefined ? undefined : path.join(folder, 'ssh_config');
  if (systemFile !== undefined) await writeFile(systemFile, systemConfig ?? '');
  const around = {
    env: {SSH_AUTH_SOCK: '/agent', KEYS: '/keys'},
    homeDir: folder,
    localUser: 'me',
    config: new SshConfigFiles({homeDir: folder, systemFile}),
    systemKnownHosts: ['/etc/ssh/ssh_known_hosts'],
  };
  const resolve = (spec: Partial<ConnectionSpec> = {}) =>
    resolveTarget(
      {kind: 'ssh', host: 'first', address: 'web1', hostKeys: 'strict', connectTimeoutMs: 10_000, ...spec},
      around,
    );
  return {folder, resolve};
}

test('without any configuration ssh’s own defaults hold', async (t) => {
  const {folder, resolve} = await home(t, {});
  t.like(await resolve(), {
    address: 'web1',
    port: 22,
    user: 'me',
    agentSocket: '/agent',
    identitiesOnly: false,
    jumps: [],
    hostKeys: {
      host: 'first',
      name: {name: 'web1', port: 22},
      policy: 'strict',
      files: [`${folder}/.ssh/known_hosts`, `${folder}/.ssh/known_hosts2`, '/etc/ssh/ssh_known_hosts'],
    },
  });
  t.deepEqual((await resolve()).keyFiles[0], {path: `${folder}/.ssh/id_rsa`, named: false});
});

test('ssh_config is read as ssh reads it: the first value counts, the machine’s file last', async (t) => {
  const {folder, resolve} = await home(
    t,
    {
      config: `
Include conf.d/*.conf
Host web*
  HostName %h.example.com
  IdentityFile ~/.ssh/%r_%h
  IdentityFile \${KEYS}/two
  User deploy
Host web1 other
  Port 2201
  User nobody
  IdentitiesOnly yes
Host *
  UserKnownHostsFile ~/kh1 "~/kh 2"
  ConnectTimeout 3
`,
      'conf.d/a.conf': 'Host web1\n  HostKeyAlias the-web\n  StrictHostKeyChecking accept-new\n',
      'conf.d/b.txt': 'User never\n',
    },
    'Host *\n  Port 99\n  GlobalKnownHostsFile none\n',
  );
  t.like(await resolve(), {
    address: 'web1.example.com',
    port: 2201,
    user: 'deploy',
    identitiesOnly: true,
    keyFiles: [
      {path: `${folder}/.ssh/deploy_web1.example.com`, named: true},
      {path: '/keys/two', named: true},
    ],
    hostKeys: {name: {name: 'the-web'}, policy: 'accept-new', files: [`${folder}/kh1`, `${folder}/kh 2`]},
  });
  t.like(await resolve({address: 'db'}), {port: 99, address: 'db'});
});

test('the inventory wins over ssh arguments, and those over ssh_config', async (t) => {
  const {resolve} = await home(t, {
    config: 'Host *\n  Port 1\n  User config\n  IdentityFile /config\n  ProxyJump config\n',
  });
  const args = ['-p', '2', '-l', 'args', '-i', '/args', '-o', 'ProxyJump=none', '-o', 'UserKnownHostsFile=/dev/null'];
  const target = await resolve({sshArgs: args});
  t.like(target, {port: 2, user: 'args', jumps: []});
  t.deepEqual(
    target.keyFiles.map((key) => key.path),
    ['/args', '/config'],
  );
  t.deepEqual(target.hostKeys.files, ['/dev/null', '/etc/ssh/ssh_known_hosts']);
  const spec = await resolve({
    sshArgs: args,
    port: 3,
    user: 'spec',
    privateKeyFile: '/spec',
    knownHostsFiles: ['~/kh'],
  });
  t.like(spec, {port: 3, user: 'spec'});
  t.is(spec.keyFiles[0]?.path, '/spec');
  t.is(spec.hostKeys.files.length, 1);
});

test('another config file replaces both; a missing one is an error', async (t) => {
  const {folder, resolve} = await home(t, {config: 'User wrong\n', other: 'User right\n'}, 'Port 99\n');
  t.like(await resolve({sshConfigFile: `${folder}/.ssh/other`}), {user: 'right', port: 22});
  t.like(await resolve({sshArgs: ['-F', `${folder}/.ssh/other`]}), {user: 'right', port: 22});
  t.like(await resolve({sshConfigFile: 'none'}), {user: 'me', port: 22});
  await t.throwsAsync(resolve({sshConfigFile: '/no/such'}), {
    instanceOf: TransportError,
    message: /\/no\/such does not exist/,
  });
});

test('an included file counts only where its block fits', async (t) => {
  const {resolve} = await home(t, {
    config: 'Host web1\n  Include more\n  User after\nHost *\n  Port 5\n',
    more: 'Port 4\nHost web*\n  HostKeyAlias alias\nHost db*\n  User never\n',
  });
  t.like(await resolve(), {port: 4, user: 'after', hostKeys: {name: {name: 'alias'}}});
  t.like(await resolve({address: 'web2'}), {port: 5, user: 'me', hostKeys: {name: {name: 'web2', port: 5}}});
});

test('files that include each other are an error, not a hang', async (t) => {
  const {resolve} = await home(t, {config: 'Include config\n'});
  await t.throwsAsync(resolve(), {message: /include each other/});
});

test('Match is judged where it can be, and named where it cannot', async (t) => {
  const {resolve} = await home(t, {
    config: `
Match host web1 exec "true"
  User secret
Match host * exec "gpg-connect-agent updatestartuptty /bye"
  SetEnv X=1
Match user deploy
  Port 7
`,
  });
  await t.throwsAsync(resolve(), {message: /Match exec in .*config/});
  t.like(await resolve({address: 'db', user: 'deploy'}), {port: 7});
  t.like(await resolve({address: 'db'}), {port: 22});
});

const refusals: readonly [config: string, sshArgs: readonly string[], message: RegExp][] = [
  ['ProxyCommand nc %h %p', [], /ProxyCommand "nc %h %p"/],
  ['', ['-o', 'ProxyCommand=ssh bastion; nc %h %p'], /ProxyCommand/],
  ['CertificateFile ~/.ssh/id-cert.pub', [], /certificatefile/],
  ['RevokedHostKeys /etc/revoked', [], /revokedhostkeys/],
  ['PKCS11Provider /lib/x.so', [], /pkcs11provider/],
  ['CanonicalizeHostname yes\nCanonicalDomains example.com', [], /CanonicalizeHostname/],
  ['', ['-o', 'GSSAPIAuthentication=yes'], /GSSAPIAuthentication=yes/],
  ['', ['-o', 'KexAlgorithms=+diffie-hellman-group1-sha1'], /KexAlgorithms/],
  ['', ['-c', 'aes128-ctr'], /-c/],
  ['', ['-L', '1:2:3'], /-L/],
  ['', ['-X'], /-X/],
];
for (const [config, sshArgs, message] of refusals)
  test(`refused with the way out: ${config} ${sshArgs.join(' ')}`, async (t) => {
    const {resolve} = await home(t, {config});
    const error = await t.throwsAsync(resolve({sshArgs}), {instanceOf: TransportError, message});
    t.is(error?.phase, 'config');
    t.regex(error?.hint ?? '', /ansible_connection: openssh/);
  });

test('what has no bearing is passed over', async (t) => {
  const {resolve} = await home(t, {
    config: 'GSSAPIAuthentication yes\nCiphers aes256-ctr\nForwardX11 yes\nProxyCommand none\nSendEnv LANG\n',
  });
  const sshArgs =
    '-C -q -vvv -T -tt -o ControlMaster=auto -oControlPersist=60s -S none -o GSSAPIAuthentication=no -o "ServerAliveInterval 5" -o HostKeyAlgorithms=+ssh-rsa -o LogLevel=ERROR';
  t.like(await resolve({sshArgs: splitSshArgs(sshArgs)}), {port: 22, jumps: []});
});

test('host key checking is relaxed only by whoever asks', async (t) => {
  const {resolve} = await home(t, {config: 'Host lab\n  StrictHostKeyChecking no\n'});
  const policy = async (spec: Partial<ConnectionSpec>) => (await resolve(spec)).hostKeys.policy;
  t.is(await policy({}), 'strict');
  t.is(await policy({address: 'lab'}), 'off');
  t.is(await policy({address: 'lab', sshArgs: ['-o', 'StrictHostKeyChecking=yes']}), 'strict');
  t.is(await policy({address: 'lab', hostKeys: 'accept-new'}), 'accept-new');
  t.is(await policy({sshArgs: ['-oStrictHostKeyChecking=no']}), 'off');
  t.is(await policy({sshArgs: ['-oStrictHostKeyChecking=whatever']}), 'strict');
});

test('bastions, however they are named', async (t) => {
  const {resolve} = await home(t, {
    config: 'Host old\n  ProxyCommand ssh -q -i ~/.ssh/b -W %h:%p ops@bastion\nHost web1\n  ProxyJump a,%r@b:2222\n',
  });
  const jumps = async (spec: Partial<ConnectionSpec>) => (await resolve(spec)).jumps;
  t.deepEqual(await jumps({user: 'u'}), [
    {address: 'a', user: undefined, port: undefined, sshArgs: []},
    {address: 'b', user: 'u', port: 2222, sshArgs: []},
  ]);
  t.deepEqual(await jumps({address: 'old'}), [
    {address: 'bastion', user: 'ops', port: undefined, sshArgs: ['-o', 'identityfile=~/.ssh/b']},
  ]);
  t.deepEqual(await jumps({address: 'x', sshArgs: ['-J', 'ssh://j@[fd00::1]:22/']}), [
    {address: 'fd00::1', user: 'j', port: 22, sshArgs: []},
  ]);
  t.deepEqual(
    await jumps({
      address: 'x',
      sshArgs: splitSshArgs('-o ProxyCommand="ssh -p 2200 -W [%h]:%p -o StrictHostKeyChecking=no bastion"'),
    }),
    [
      {
        address: 'bastion',
        user: undefined,
        port: undefined,
        sshArgs: ['-o', 'port=2200', '-o', 'stricthostkeychecking=no'],
      },
    ],
  );
  t.deepEqual(parseJumps('fd00::1', 'h')[0]?.address, 'fd00::1');
  t.throws(() => parseJumps('a b', 'h'), {instanceOf: TransportError, message: /"a b"/});
  t.throws(() => parseJumps('a,', 'h'), {instanceOf: TransportError});
});

test('words come back from any quoting', (t) => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const kept = words.filter((word) => !word.includes('\0'));
      t.deepEqual(splitSshArgs(kept.map(quote).join('  ')), kept);
    }),
  );
  t.deepEqual(splitSshArgs(' -o "A=b c" -i\\ x "a\\"b\\c" \'\' '), ['-o', 'A=b c', '-i x', 'a"b\\c', '']);
  t.throws(() => splitSshArgs('-o "A'), {instanceOf: TransportError});
});

test('ssh arguments that ssh would not take either', (t) => {
  t.throws(() => parseSshArgs(['-p'], 'h'), {message: /-p lacks its value/});
  t.throws(() => parseSshArgs(['-o', 'nothing'], 'h'), {message: /Keyword=value/});
  t.throws(() => parseSshArgs(['--strict'], 'h'), {message: /no option of ssh/});
});

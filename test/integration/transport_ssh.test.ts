import {execFile} from 'node:child_process';
import {appendFile, copyFile, readFile, rm, stat, writeFile} from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import {promisify} from 'node:util';
import type {ExecutionContext} from 'ava';
import {TransportError} from '../../src/errors/index.js';
import {raw, Secret} from '../../src/shell/index.js';
import type {ConnectionSpec, SessionPool} from '../../src/transport/index.js';
import {sshdTest, startSshd, testPool} from '../support/sessions.js';
import {freePort, type TestSshd, user} from '../support/sshd.js';

const execute = promisify(execFile);

const whoami = async (pool: SessionPool, spec: ConnectionSpec): Promise<string> =>
  (await pool.session(spec).run(raw('id -un'))).stdout.toString().trim();

async function fails(t: ExecutionContext, pool: SessionPool, spec: ConnectionSpec): Promise<TransportError> {
  return (await t.throwsAsync(pool.session(spec).run(raw('id -un')), {instanceOf: TransportError})) as TransportError;
}

/** An agent that holds this key, ended with the test. */
async function agent(t: ExecutionContext, sshd: TestSshd, key = sshd.key): Promise<string> {
  const socket = path.join(sshd.folder, 'agent');
  const {stdout} = await execute('ssh-agent', ['-a', socket]);
  const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1]);
  t.teardown(() => {
    process.kill(pid);
  });
  await execute('ssh-add', ['-q', key], {env: {...process.env, SSH_AUTH_SOCK: socket}});
  return socket;
}

/** A spec without any key or password of its own. */
function bare(sshd: TestSshd, more: Partial<ConnectionSpec> = {}): ConnectionSpec {
  const {privateKeyFile: _, ...spec} = sshd.spec();
  return {...spec, ...more};
}

sshdTest('a key file, a default identity, a passphrase, a password, an agent', async (t) => {
  const sshd = await startSshd(t);
  const pool = testPool(t, sshd.homeDir);
  t.is(await whoami(pool, sshd.spec()), user);
  t.is(await whoami(pool, sshd.spec({user: 'root'})), 'root');
  t.is(await whoami(pool, sshd.passwordSpec()), user);

  const encrypted = path.join(sshd.folder, 'encrypted');
  await copyFile(sshd.key, encrypted);
  await execute('chmod', ['600', encrypted]);
  await execute('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'let me in', '-f', encrypted]);
  t.is(await whoami(pool, sshd.spec({privateKeyFile: encrypted, passphrase: new Secret('let me in')})), user);
  const without = await fails(t, pool, sshd.spec({privateKeyFile: encrypted}));
  t.is(without.phase, 'auth');
  t.regex(without.hint ?? '', /encrypted is encrypted, and neither a passphrase nor the agent has it/);
  const wrong = await fails(t, pool, sshd.spec({privateKeyFile: encrypted, passphrase: new Secret('no')}));
  t.regex(wrong.hint ?? '', /the passphrase is wrong/);

  const socket = await agent(t, sshd);
  const withAgent = testPool(t, sshd.homeDir, {env: {PATH: process.env.PATH, SSH_AUTH_SOCK: socket}});
  t.is(await whoami(withAgent, bare(sshd)), user);
  // The agent has it: the file need not be opened.
  await copyFile(`${sshd.key}.pub`, `${encrypted}.pub`);
  t.is(await whoami(withAgent, sshd.spec({privateKeyFile: encrypted, sshArgs: ['-o', 'IdentitiesOnly=yes']})), user);

  await execute('mkdir', ['-p', path.join(sshd.homeDir, '.ssh')]);
  await copyFile(sshd.key, path.join(sshd.homeDir, '.ssh', 'id_ed25519'));
  t.is(await whoami(testPool(t, sshd.homeDir), bare(sshd)), user);
});

sshdTest('an rsa key logs in, with the signatures that sshd takes today', async (t) => {
  const sshd = await startSshd(t, {hostKeyType: 'rsa'});
  const key = path.join(sshd.folder, 'rsa_key');
  await execute('ssh-keygen', ['-q', '-N', '', '-t', 'rsa', '-b', '2048', '-f', key]);
  await copyFile(`${key}.pub`, path.join(sshd.folder, 'authorized_keys'));
  t.is(await whoami(testPool(t, sshd.homeDir), sshd.spec({privateKeyFile: key})), user);
  const socket = await agent(t, sshd, key);
  t.is(await whoami(testPool(t, sshd.homeDir, {env: {SSH_AUTH_SOCK: socket}}), bare(sshd)), user);
});

sshdTest('nobody let in: the error says what was tried, what was not, and what the host takes', async (t) => {
  const sshd = await startSshd(t);
  const pool = testPool(t, sshd.homeDir);
  const refused = await fails(t, pool, sshd.passwordSpec({password: new Secret('wrong')}));
  t.is(refused.phase, 'auth');
  t.is(refused.message, `cannot log in to testhost as deploy@127.0.0.1:${sshd.port}`);
  t.is(refused.hint, 'tried the password; the host takes publickey, password');
  const nothing = await fails(t, pool, bare(sshd));
  t.is(
    nothing.hint,
    'there was nothing to try; the host takes publickey, password; a password can be given with -k or ansible_password',
  );
  const missing = await fails(t, pool, sshd.spec({privateKeyFile: '/no/such/key'}));
  t.regex(missing.hint ?? '', /could not try: \/no\/such\/key does not exist/);
  const other = path.join(sshd.folder, 'other_key');
  await execute('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', other]);
  await writeFile(`${other}-cert.pub`, 'ssh-ed25519-cert-v01@openssh.com AAAA\n');
  const certificate = await fails(t, pool, sshd.spec({privateKeyFile: other}));
  t.regex(
    certificate.hint ?? '',
    /tried key \S+other_key; .*the certificate \S+other_key-cert.pub cannot be used .*ansible_connection: openssh/,
  );
  await writeFile(
    `${other}.pub`,
    `sk-ssh-ed25519@openssh.com ${Buffer.from('\0\0\0\x1ask-ssh-ed25519@openssh.com').toString('base64')} x\n`,
  );
  await writeFile(other, 'whatever');
  const fido = await fails(t, testPool(t, sshd.homeDir), sshd.spec({privateKeyFile: other}));
  t.is(fido.phase, 'config');
  t.regex(fido.message, /the FIDO key/);
  t.regex(fido.hint ?? '', /ansible_connection: openssh/);
});

sshdTest('too many keys of an agent do not stand before the one that was named', async (t) => {
  const sshd = await startSshd(t, {config: 'MaxAuthTries 3'});
  const socket = await agent(t, sshd, await strangeKey(sshd, 0));
  for (let index = 1; index < 6; index++)
    await execute('ssh-add', ['-q', await strangeKey(sshd, index)], {env: {...process.env, SSH_AUTH_SOCK: socket}});
  const pool = testPool(t, sshd.homeDir, {env: {SSH_AUTH_SOCK: socket}});
  t.is(await whoami(pool, sshd.spec()), user);
  const error = await fails(t, pool, bare(sshd));
  t.regex(error.message, /Too many authentication failures/);
  t.regex(error.hint ?? '', /tried agent key SHA256:/);
});

async function strangeKey(sshd: TestSshd, index: number): Promise<string> {
  const key = path.join(sshd.folder, `strange${index}`);
  await execute('ssh-keygen', ['-q', '-N', '', '-t', 'ed25519', '-f', key]);
  return key;
}

sshdTest('host keys: unknown is refused, learnt on request, then known; changed is refused always', async (t) => {
  const sshd = await startSshd(t);
  const known = path.join(sshd.folder, 'learnt', 'known_hosts');
  const spec = sshd.spec({knownHostsFiles: [known]});
  const {stdout} = await execute('ssh-keygen', ['-lf', path.join(sshd.folder, 'host_key.pub')]);
  const fingerprint = stdout.split(' ')[1] ?? '';
  const unknown = await fails(t, testPool(t, sshd.homeDir), spec);
  t.is(unknown.phase, 'hostkey');
  t.is(unknown.message, `the host key of testhost ([127.0.0.1]:${sshd.port}) is not known: ssh-ed25519 ${fingerprint}`);
  t.regex(unknown.hint ?? '', /learnt\/known_hosts.*--accept-new-host-keys/);
  await t.throwsAsync(stat(known), {code: 'ENOENT'});

  t.is(await whoami(testPool(t, sshd.homeDir), {...spec, hostKeys: 'accept-new'}), user);
  t.is((await stat(known)).mode & 0o777, 0o600);
  // What ssh itself finds in the file is what we wrote.
  t.regex((await execute('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', known])).stdout, /ssh-ed25519/);
  t.is(await whoami(testPool(t, sshd.homeDir), spec), user);
  await execute('ssh-keygen', ['-H', '-f', known]);
  await rm(`${known}.old`);
  t.is(await whoami(testPool(t, sshd.homeDir), spec), user, 'hashed names are found too');

  const other = (await readFile(`${sshd.key}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
  await writeFile(known, `# first line\n[127.0.0.1]:${sshd.port} ${other}\n`);
  for (const hostKeys of ['strict', 'accept-new'] as const) {
    const changed = await fails(t, testPool(t, sshd.homeDir), {...spec, hostKeys});
    t.is(changed.phase, 'hostkey');
    t.deepEqual(changed.where, {file: known, line: 2, column: 1});
    t.regex(changed.message, /has changed/);
  }
  t.is(await whoami(testPool(t, sshd.homeDir), {...spec, hostKeys: 'off'}), user);
});

sshdTest('a host is asked for the key that is stored, also if it has better ones', async (t) => {
  const sshd = await startSshd(t);
  const rsa = path.join(sshd.folder, 'host_rsa');
  await execute('ssh-keygen', ['-q', '-N', '', '-t', 'rsa', '-b', '2048', '-f', rsa]);
  const second = await startSshd(t, {config: `HostKey ${rsa}`});
  const [type, key] = (await readFile(`${rsa}.pub`, 'utf8')).split(' ');
  await writeFile(second.knownHosts, `[127.0.0.1]:${second.port} ${type} ${key}\n`);
  t.is(await whoami(testPool(t, sshd.homeDir), second.spec()), user);
});

sshdTest('each phase of a connection fails with an error of its own', async (t) => {
  const sshd = await startSshd(t);
  const pool = testPool(t, sshd.homeDir);
  const dns = await fails(t, pool, sshd.spec({address: 'no-such-host.invalid'}));
  t.is(dns.phase, 'dns');
  t.regex(dns.message, /no answer for the name no-such-host\.invalid/);
  const port = await freePort();
  const tcp = await fails(t, pool, sshd.spec({port}));
  t.is(tcp.phase, 'tcp');
  t.is(tcp.message, `cannot connect to testhost (127.0.0.1:${port}): connection refused`);

  const talker = net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const mute = net.createServer((socket) => socket.on('error', () => undefined));
  for (const [server, message] of [
    [talker, /no SSH connection with testhost/],
    [mute, /waited 0.3 s for the SSH handshake/],
  ] as const) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => server.close());
    const address = server.address();
    const error = await fails(
      t,
      pool,
      sshd.spec({port: typeof address === 'object' && address ? address.port : 0, connectTimeoutMs: 300}),
    );
    t.is(error.phase, 'kex');
    t.regex(error.message, message);
  }
  const config = await fails(t, pool, sshd.spec({sshArgs: ['-o', 'ProxyCommand=nc %h %p']}));
  t.is(config.phase, 'config');
});

sshdTest('a bastion is one connection for all hosts behind it', async (t) => {
  const bastion = await startSshd(t);
  const hosts = await Promise.all([startSshd(t), startSshd(t)]);
  for (const host of hosts) await appendFile(bastion.knownHosts, await readFile(host.knownHosts, 'utf8'));
  await execute('mkdir', ['-p', path.join(bastion.homeDir, '.ssh')]);
  await writeFile(
    path.join(bastion.homeDir, '.ssh', 'config'),
    `Host gate\n  HostName 127.0.0.1\n  Port ${bastion.port}\n  User ${user}\n  IdentityFile ${bastion.key}\n`,
  );
  const pool = testPool(t, bastion.homeDir);
  const through = (host: TestSshd, number: number, args: readonly string[]): ConnectionSpec =>
    host.spec({host: `inner${number}`, knownHostsFiles: [bastion.knownHosts], sshArgs: args});
  const specs = hosts.flatMap((host, index) => [
    through(host, index, ['-J', 'gate']),
    through(host, index + 10, ['-o', 'ProxyJump=gate']),
  ]);
  t.deepEqual(
    await Promise.all(specs.map((spec) => whoami(pool, spec))),
    specs.map(() => user),
  );
  t.is((await bastion.processes('sshd: deploy [priv]')).length, 1, 'one login on the bastion');

  // The bastion's own key is checked as well.
  const [first] = hosts;
  if (!first) return t.fail();
  const strict = await fails(t, pool, through(first, 20, ['-J', `${user}@localhost:${bastion.port}`]));
  t.is(strict.phase, 'hostkey');
  t.regex(strict.message, /bastion localhost/);
  const dead = await fails(
    t,
    pool,
    first.spec({port: await freePort(), sshArgs: ['-J', 'gate'], knownHostsFiles: [bastion.knownHosts]}),
  );
  t.is(dead.phase, 'tcp');
  t.regex(dead.message, /from the bastion deploy@127\.0\.0\.1/);

  // Two bastions in a row, and the old way of writing one.
  const [, second] = hosts;
  if (!second) return t.fail();
  const chain = `gate,${user}@127.0.0.1:${second.port}`;
  await appendFile(path.join(bastion.homeDir, '.ssh', 'config'), `Host 127.0.0.1\n  IdentityFile ${second.key}\n`);
  const later = testPool(t, bastion.homeDir);
  t.is(await whoami(later, through(first, 30, ['-J', chain])), user);
  t.is(
    await whoami(
      pool,
      through(first, 31, ['-o', `ProxyCommand=ssh -q -W %h:%p -p ${bastion.port} -i ${bastion.key} ${user}@127.0.0.1`]),
    ),
    user,
  );
});

sshdTest('the ssh program serves the same sessions', async (t) => {
  const sshd = await startSshd(t);
  const pool = testPool(t, sshd.homeDir);
  const spec = sshd.spec({kind: 'openssh', sshConfigFile: 'none'});
  const session = pool.session(spec);
  const outcome = await session.run(raw('id -un; cat; echo err >&2; exit 3'), {stdin: Buffer.from('in\n')});
  t.is(outcome.stdout.toString(), `${user}\nin\n`);
  t.is(outcome.stderr.toString(), 'err\n');
  t.is(outcome.rc, 3);
  t.is((await session.run(raw('id -un'), {become: {method: 'sudo', user: 'root'}})).stdout.toString(), 'root\n');
  const server = net.createServer((socket) => socket.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = server.address();
  let seen = '';
  for await (const chunk of await session.forward(
    '127.0.0.1',
    typeof address === 'object' && address ? address.port : 0,
  ))
    seen += chunk;
  t.is(seen, 'hello');
  await t.throwsAsync(session.run(raw('sleep 77771'), {timeoutMs: 300}), {message: /ran longer/});
  t.deepEqual(await sshd.processes('sleep 77771'), []);

  const phase = async (more: Partial<ConnectionSpec>) => (await fails(t, pool, {...spec, ...more})).phase;
  t.is(
    await phase({knownHostsFiles: [path.join(sshd.folder, 'none')], sshArgs: ['-o', 'GlobalKnownHostsFile=none']}),
    'hostkey',
  );
  t.is(await phase({port: await freePort()}), 'tcp');
  t.is(await phase({address: 'no-such-host.invalid'}), 'dns');
  t.is(await phase({privateKeyFile: path.join(sshd.folder, 'host_key')}), 'auth');
  t.is(await phase({password: new Secret('x')}), 'config');
});

sshdTest('the agent is forwarded to hosts on request, and a host that refuses is used without', async (t) => {
  const sshd = await startSshd(t);
  const socket = await agent(t, sshd);
  const pool = testPool(t, sshd.homeDir, {env: {SSH_AUTH_SOCK: socket}});
  const listed = async (spec: ConnectionSpec) => (await pool.session(spec).run(raw('ssh-add -l'))).stdout.toString();
  t.regex(await listed(bare(sshd, {sshArgs: ['-A']})), /SHA256:/);
  t.is(await listed(bare(sshd)), '');
  const closed = await startSshd(t, {config: 'AllowAgentForwarding no'});
  const refusing = closed.spec({sshArgs: ['-A']});
  t.is(await listed(refusing), '');
});

/**
 * A real sshd for tests, on 127.0.0.1, in mount, pid, host name and ipc namespaces of its own: its users, passwords and sudoers
 * are copies that nobody else sees, and stopping it ends every process that was started through it. Needs root.
 */
import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import net from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {promisify} from 'node:util';
import {Secret} from '../../src/shell/index.js';
import type {ConnectionSpec} from '../../src/transport/index.js';

const run = promisify(execFile);

/** Why the tests cannot run here; undefined where they can. */
export const sshdMissing = process.getuid?.() === 0 ? undefined : 'needs root: sshd, sudo and namespaces';

/** Whose password is {@link password}; sudo asks for it. */
export const user = 'deploy';
export const password = 'deploy-password';
const passwordHash =
  '$6$quoratetest$ByulD06qfUdEnwx9k/Cti0tj4NH3HBU3h3RKFtVZtL/YozMWLVJRO0nQ0hz23PMaaleGVNpcPxT0vLtGdZDvz1';
const userId = 4242;

export interface SshdOptions {
  /** What /bin/sh is on this host; busybox also gives it busybox's applets and little else. */
  readonly shell?: 'dash' | 'bash' | 'busybox';
  /** Lines of /etc/sudoers. */
  readonly sudoers?: string;
  /** More lines of sshd_config, which win over ours. */
  readonly config?: string;
  readonly hostKeyType?: 'ed25519' | 'rsa';
  /** The login shell of {@link user}. */
  readonly loginShell?: string;
}

export class TestSshd {
  /** All that belongs to it; removed by {@link stop}. */
  readonly folder: string;
  readonly port: number;
  /** A private key that root and {@link user} let in. */
  readonly key: string;
  /** A file that holds the host's key. */
  readonly knownHosts: string;
  /** An empty home folder for the controller. */
  readonly homeDir: string;
  readonly #child: ChildProcess;

  private constructor(folder: string, port: number, child: ChildProcess) {
    this.folder = folder;
    this.port = port;
    this.#child = child;
    this.key = path.join(folder, 'client_key');
    this.knownHosts = path.join(folder, 'known_hosts');
    this.homeDir = path.join(folder, 'controller');
  }

  static async start(options: SshdOptions = {}): Promise<TestSshd> {
    const folder = await mkdtemp(path.join(tmpdir(), 'sshd-'));
    try {
      const port = await freePort();
      await layOut(folder, port, options);
      return new TestSshd(folder, port, await listen(folder));
    } catch (error) {
      await rm(folder, {recursive: true, force: true});
      throw error;
    }
  }

  /** How to reach it as `user` with the key. */
  spec(more: Partial<ConnectionSpec> = {}): ConnectionSpec {
    return {
      kind: 'ssh',
      host: 'testhost',
      address: '127.0.0.1',
      port: this.port,
      user,
      privateKeyFile: this.key,
      hostKeys: 'strict',
      knownHostsFiles: [this.knownHosts],
      connectTimeoutMs: 20_000,
      ...more,
    };
  }

  /** As {@link spec}, with the password instead of the key. */
  passwordSpec(more: Partial<ConnectionSpec> = {}): ConnectionSpec {
    const {privateKeyFile: _, ...rest} = this.spec();
    return {...rest, password: new Secret(password), ...more};
  }

  /** A file as the host sees it under /etc. */
  etc(name: string): string {
    return path.join(this.folder, 'etc', name);
  }

  /** Processes of this host, as seen from outside, whose command line holds the text. */
  async processes(text: string): Promise<number[]> {
    const own = await namespaceOf(await this.#init());
    const found: number[] = [];
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
      if (command.replaceAll('\0', ' ').includes(text) && (await namespaceOf(Number(name))) === own)
        found.push(Number(name));
    }
    return found;
  }

  /** Sends a signal to sshd's processes of each connection, but not to the one that listens. */
  async signalConnections(signal: NodeJS.Signals): Promise<void> {
    const init = await this.#init();
    for (const pid of await this.processes('sshd: ')) {
      try {
        if (pid !== init) process.kill(pid, signal);
      } catch {
        // It has just ended by itself.
      }
    }
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    if (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.kill('SIGKILL')) await gone;
    await rm(this.folder, {recursive: true, force: true, maxRetries: 5});
  }

  /** The listening sshd: the first process of its pid namespace. */
  async #init(): Promise<number> {
    const children = await readFile(`/proc/${this.#child.pid}/task/${this.#child.pid}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]);
  }
}

const namespaceOf = (pid: number): Promise<string> => readlink(`/proc/${pid}/ns/pid`).catch(() => '');

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function layOut(folder: string, port: number, options: SshdOptions): Promise<void> {
  await chmod(folder, 0o755);
  for (const name of ['etc', 'etc/sudoers.d', 'home', 'home/root', 'controller', 'bin'])
    await mkdir(path.join(folder, name));
  const home = path.join(folder, 'home', user);
  await mkdir(home);
  await chown(home, userId, userId);
  const type = options.hostKeyType ?? 'ed25519';
  const keygen = (name: string, kind: string) =>
    run('ssh-keygen', ['-q', '-N', '', '-t', kind, '-f', path.join(folder, name)]);
  await Promise.all([keygen('host_key', type), keygen('client_key', 'ed25519')]);
  const [keyType, key] = (await readFile(path.join(folder, 'host_key.pub'), 'utf8')).split(' ');
  const loginShell = options.loginShell ?? '/bin/sh';
  const files: Record<string, string> = {
    known_hosts: `[127.0.0.1]:${port} ${keyType} ${key}\n`,
    boot_id: '00000000-0000-4000-8000-000000000001\n',
    'etc/passwd': `root:x:0:0:root:${folder}/home/root:/bin/sh\nsshd:x:101:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n${user}:x:${userId}:${userId}::${home}:${loginShell}\n`,
    'etc/group': `root:x:0:\nnogroup:x:65534:\nsudo:x:27:${user}\n${user}:x:${userId}:\n`,
    'etc/shadow': `root:*:19000:0:99999:7:::\n${user}:${passwordHash}:19000:0:99999:7:::\n`,
    'etc/sudoers': options.sudoers ?? `root ALL=(ALL:ALL) ALL\n${user} ALL=(ALL:ALL) NOPASSWD: ALL\n`,
    'etc/hosts': '127.0.0.1 localhost testhost\n',
    sshd_config: sshdConfig(folder, port, options),
    'start.sh': startScript(folder, options),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  await copyFile(path.join(folder, 'client_key.pub'), path.join(folder, 'authorized_keys'));
  await chmod(path.join(folder, 'etc/shadow'), 0o600);
  await chmod(path.join(folder, 'etc/sudoers'), 0o440);
  if (options.shell === 'busybox') await installApplets(path.join(folder, 'bin'));
}

/** Links for every applet, in a folder that comes first in PATH. */
async function installApplets(bin: string): Promise<void> {
  const {stdout} = await run('busybox', ['--list']);
  await Promise.all(
    stdout
      .trim()
      .split('\n')
      .map((applet) => symlink('/usr/bin/busybox', path.join(bin, applet))),
  );
}

const sshdConfig = (folder: string, port: number, options: SshdOptions): string => `${options.config ?? ''}
Port ${port}
ListenAddress 127.0.0.1
HostKey ${folder}/host_key
PidFile none
UsePAM no
StrictModes no
AuthorizedKeysFile ${folder}/authorized_keys
PasswordAuthentication yes
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 100
SetEnv PATH=${options.shell === 'busybox' ? `${folder}/bin:` : ''}/usr/bin:/bin
`;

/** Everything it mounts lives in its own mount namespace and is gone with it. */
function startScript(folder: string, options: SshdOptions): string {
  const shells = {
    dash: '',
    bash: 'mount --bind /usr/bin/bash /usr/bin/dash',
    busybox: 'mount --bind /usr/bin/busybox /usr/bin/dash',
  };
  return `set -e
for f in passwd group shadow sudoers sudoers.d hosts; do mount --bind ${folder}/etc/$f /etc/$f; done
mount --bind ${folder}/boot_id /proc/sys/kernel/random/boot_id
mount -t tmpfs tmpfs /run
mkdir -p /run/sshd /var/lib/sudo
mount -t tmpfs tmpfs /var/lib/sudo
hostname testhost
${shells[options.shell ?? 'dash']}
exec /usr/sbin/sshd -D -e -f ${folder}/sshd_config
`;
}

/** Starts it, and answers once it listens. If this program dies, so does all of it. */
async function listen(folder: string): Promise<ChildProcess> {
  const namespaces = ['unshare', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...namespaces, '/bin/sh', path.join(folder, 'start.sh')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      if (lines.length < 100) lines.push(line);
      if (line.includes('Server listening on')) resolve();
    });
    child.once('exit', () => reject(new Error(`sshd did not start: ${lines.join('\n')}`)));
    child.once('error', reject);
  });
  return child;
}

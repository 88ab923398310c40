import {randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import {chmod, chown, copyFile, mkdir, readFile, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {HostFiles, LabFiles} from './places.js';
import {adminUser, operatorUser} from './recipe.js';
import {addressOf} from './record.js';
import {run} from './run.js';
import type {HostRecord, LabRecord} from './types.js';

/** The lab's key pair and the operator's password; kept when they are there. */
export async function ensureSecrets(files: LabFiles): Promise<void> {
  if (!existsSync(files.key))
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'quorate-lab', '-f', files.key]);
  if (!existsSync(files.operatorPassword))
    await writeFile(files.operatorPassword, `${randomBytes(12).toString('base64url')}\n`, {mode: 0o600});
}

const hostKeyTypes = ['ed25519', 'ecdsa'] as const;

/** What makes a host this one: name, addresses, machine id, host keys, who may log in. Lies between image and upper. */
export async function writeOwnFiles(record: LabRecord, files: LabFiles, host: HostRecord): Promise<void> {
  const own = files.host(host.name).own;
  await makeDirs(own);
  await put(own, 'etc/hostname', `${host.name}\n`);
  await put(own, 'etc/hosts', hostsText(record));
  if (!existsSync(join(own, 'etc/machine-id')))
    await put(own, 'etc/machine-id', `${randomBytes(16).toString('hex')}\n`, 0o444);
  for (const type of hostKeyTypes) {
    const path = join(own, `etc/ssh/ssh_host_${type}_key`);
    if (!existsSync(path)) await run(['ssh-keygen', '-q', '-t', type, '-N', '', '-C', `root@${host.name}`, '-f', path]);
  }
  const publicKey = await readFile(`${files.key}.pub`, 'utf8');
  for (const user of [adminUser, operatorUser])
    await put(own, `home/${user.name}/.ssh/authorized_keys`, publicKey, 0o600, user.uid);
  await writeShadow(record, files, own);
}

/** Every directory repeats the image's owner and mode, for it lies over the image's. */
async function makeDirs(own: string): Promise<void> {
  for (const dir of ['', 'etc', 'etc/ssh', 'home']) await mkdir(join(own, dir), {recursive: true, mode: 0o755});
  for (const user of [adminUser, operatorUser]) {
    for (const dir of [`home/${user.name}`, `home/${user.name}/.ssh`]) {
      await mkdir(join(own, dir), {recursive: true, mode: 0o700});
      await chown(join(own, dir), user.uid, groupOf(user.uid));
    }
  }
}

/** Debian has a group `operator` (37) of its own, which that user is in. */
const groupOf = (uid: number): number => (uid === operatorUser.uid ? 37 : uid);

async function put(own: string, path: string, text: string, mode = 0o644, uid = 0): Promise<void> {
  const full = join(own, path);
  await writeFile(full, text);
  await chmod(full, mode);
  await chown(full, uid, uid === 0 ? 0 : groupOf(uid));
}

/** Own name and all others, so that nothing waits for a name server. */
export function hostsText(record: LabRecord): string {
  const own = record.hosts.map((host) => `${addressOf(record.subnet, host.number)} ${host.name}\n`);
  return `127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n${own.join('')}`;
}

async function writeShadow(record: LabRecord, files: LabFiles, own: string): Promise<void> {
  const path = join(own, 'etc/shadow');
  if (existsSync(path)) return;
  const image = join(record.imageRoot, 'etc/shadow');
  const password = await readFile(files.operatorPassword);
  const {stdout} = await run(['chroot', record.imageRoot, 'openssl', 'passwd', '-6', '-stdin'], {input: password});
  const hash = stdout.trim();
  const text = (await readFile(image, 'utf8')).replace(/^operator:[^:]*:/m, () => `${operatorUser.name}:${hash}:`);
  await copyFile(image, path);
  await writeFile(path, text);
  await chmod(path, 0o640);
  await chown(path, 0, 42);
}

/** One line for each host and key, by name and by address. */
export async function writeKnownHosts(record: LabRecord, files: LabFiles): Promise<void> {
  const lines: string[] = [];
  for (const host of record.hosts) {
    for (const type of hostKeyTypes) {
      const path = join(files.host(host.name).own, `etc/ssh/ssh_host_${type}_key.pub`);
      const [algorithm, key] = (await readFile(path, 'utf8')).split(' ');
      lines.push(`${host.name},${addressOf(record.subnet, host.number)} ${algorithm} ${key}\n`);
    }
  }
  await mkdir(dirname(files.knownHosts), {recursive: true});
  await writeFile(files.knownHosts, lines.join(''), {mode: 0o644});
}

export const dirsOfHost = (files: HostFiles): string[] => [files.own, files.upper, files.work, files.root];

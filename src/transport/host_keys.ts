/** The decision on a host's key: known_hosts files, the policy, what is learnt, and what is said when it is refused. */
import {mkdir, open, readFile, stat} from 'node:fs/promises';
import path from 'node:path';
import {messageOf, TransportError} from '../errors/index.js';
import {
  fingerprint,
  type HostName,
  judgeHostKey,
  type KnownHostsLine,
  keyTypeOf,
  knownHostsEntry,
  knownHostsName,
  orderHostKeyAlgorithms,
  parseKnownHosts,
} from './known_hosts.js';
import type {HostKeyPolicy} from './types.js';

interface CachedFile {
  readonly version: string;
  readonly lines: readonly KnownHostsLine[];
}

/** known_hosts files, read once per version and written one line at a time; one for each run. */
export class KnownHostsFiles {
  readonly #files = new Map<string, CachedFile>();
  #writing: Promise<unknown> = Promise.resolve();

  /** The entries of these files in their order; a file that is not there has none. Throws TransportError `config`. */
  async lines(files: readonly string[]): Promise<KnownHostsLine[]> {
    const read = await Promise.all(files.map((file) => this.#read(file)));
    return read.flat();
  }

  /** Appends an entry, unless it has been added meanwhile. Makes the file 0600 and its folder 0700 where they are missing. */
  learn(file: string, host: HostName, key: Buffer): Promise<void> {
    const write = this.#writing.then(async () => {
      if (judgeHostKey(await this.#read(file), host, key).kind === 'known') return;
      await append(file, knownHostsEntry(host, key));
    });
    this.#writing = write.catch(() => undefined);
    return write;
  }

  async #read(file: string): Promise<readonly KnownHostsLine[]> {
    try {
      const {mtimeMs, size, ino} = await stat(file);
      const version = `${mtimeMs} ${size} ${ino}`;
      const cached = this.#files.get(file);
      if (cached?.version === version) return cached.lines;
      const lines = parseKnownHosts(await readFile(file, 'utf8'), file);
      this.#files.set(file, {version, lines});
      return lines;
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
      throw new TransportError({phase: 'config', what: `cannot read the known_hosts file ${file}`, cause: error});
    }
  }
}

async function append(file: string, entry: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), {recursive: true, mode: 0o700});
    const handle = await open(file, 'a+', 0o600);
    try {
      const {size} = await handle.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await handle.read(last, 0, 1, size - 1);
      await handle.write(size > 0 && last[0] !== 0x0a ? `\n${entry}` : entry);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new TransportError({
      phase: 'hostkey',
      what: `cannot write the new host key to ${file}: ${messageOf(error)}`,
      hint: 'name a known_hosts file that can be written',
      cause: error,
    });
  }
}

export interface HostKeyTarget {
  /** The inventory's name, for messages. */
  readonly host: string;
  readonly name: HostName;
  readonly policy: HostKeyPolicy;
  /** Files of the user, then those of the machine; `accept-new` writes to the first. */
  readonly files: readonly string[];
}

/** One connection's check. `verify` answers at once, as a key exchange needs it. */
export interface HostKeyCheck {
  readonly algorithms: readonly string[];
  /** The error to fail with, or undefined for a key that may be trusted. */
  verify(key: Buffer): TransportError | undefined;
  /** To be called once the host has proved that it owns the key: keeps a key that `accept-new` let in. */
  proved(): Promise<void>;
}

/** Reads the files for one connection; `supported` are the algorithms the client can verify, best first. */
export async function hostKeyCheck(
  target: HostKeyTarget,
  known: KnownHostsFiles,
  supported: readonly string[],
): Promise<HostKeyCheck> {
  const lines = await known.lines(target.files);
  let fresh: Buffer | undefined;
  return {
    algorithms: orderHostKeyAlgorithms(lines, target.name, supported),
    verify(key) {
      const verdict = judgeHostKey(lines, target.name, key);
      if (verdict.kind === 'revoked') return revoked(target, key, verdict.stored);
      if (verdict.kind === 'known' || target.policy === 'off') return undefined;
      if (verdict.kind === 'changed') return changed(target, key, verdict.stored, verdict.sameType);
      if (target.policy !== 'accept-new') return unknown(target, key, verdict.authorities);
      fresh = key;
      return undefined;
    },
    async proved() {
      const file = target.files[0];
      if (fresh && file !== undefined) await known.learn(file, target.name, fresh);
      fresh = undefined;
    },
  };
}

const described = (key: Buffer): string => `${keyTypeOf(key)} ${fingerprint(key)}`;

function unknown(target: HostKeyTarget, key: Buffer, authorities: readonly KnownHostsLine[]): TransportError {
  const [authority] = authorities;
  const looked = target.files.length === 0 ? 'no known_hosts file is named' : `looked in ${target.files.join(', ')}`;
  return new TransportError({
    phase: 'hostkey',
    what: `the host key of ${target.host} (${knownHostsName(target.name)}) is not known: ${described(key)}`,
    hint: authority
      ? `${authority.file}:${authority.line} trusts a certificate authority for it, which this transport cannot check; set ansible_connection: openssh, or add the host's own key`
      : `${looked}; compare this fingerprint with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub there), then run once with --accept-new-host-keys`,
  });
}

function changed(target: HostKeyTarget, key: Buffer, stored: KnownHostsLine, sameType: boolean): TransportError {
  const name = knownHostsName(target.name);
  const difference = sameType
    ? `it shows ${described(key)}, while ${described(stored.key)} is stored`
    : `it shows ${described(key)} only, while it is known by ${described(stored.key)}`;
  return new TransportError({
    phase: 'hostkey',
    what: `the host key of ${target.host} (${name}) has changed: ${difference}`,
    where: {file: stored.file, line: stored.line, column: 1},
    hint: `somebody else may be answering at this address; if the host was set up anew, forget its old key: ssh-keygen -f ${stored.file} -R '${name}'`,
  });
}

const revoked = (target: HostKeyTarget, key: Buffer, stored: KnownHostsLine): TransportError =>
  new TransportError({
    phase: 'hostkey',
    what: `the host key of ${target.host} (${knownHostsName(target.name)}) is revoked: ${described(key)}`,
    where: {file: stored.file, line: stored.line, column: 1},
    hint: 'give the host new keys (ssh-keygen -A after removing the old ones); a revoked key is never accepted',
  });

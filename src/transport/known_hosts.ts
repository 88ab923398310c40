/** What known_hosts files say of a host's key: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". Pure. */
import {createHash, createHmac, timingSafeEqual} from 'node:crypto';
import {matchesList} from './glob.js';

export interface KnownHostsLine {
  readonly file: string;
  readonly line: number;
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  /** The first field as written: a list of patterns, or one hashed name. */
  readonly names: string;
  readonly keyType: string;
  readonly key: Buffer;
}

/** The host as known_hosts names it. */
export interface HostName {
  /** The alias, else the name or address that is connected to. */
  readonly name: string;
  /** Left out when an alias is used: aliases stand without a port. */
  readonly port?: number | undefined;
}

export type HostKeyVerdict =
  | {readonly kind: 'known'}
  | {readonly kind: 'unknown'; readonly authorities: readonly KnownHostsLine[]}
  /** The host is known by another key of this type (`sameType`), or only by keys of other types. */
  | {readonly kind: 'changed'; readonly stored: KnownHostsLine; readonly sameType: boolean}
  | {readonly kind: 'revoked'; readonly stored: KnownHostsLine};

const sshPort = 22;

/** The entries of one file; lines that are no entries are left out, as ssh does. */
export function parseKnownHosts(text: string, file: string): KnownHostsLine[] {
  const lines: KnownHostsLine[] = [];
  text.split('\n').forEach((raw, index) => {
    const fields = raw.trim().split(/[ \t]+/);
    const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
    const [names, keyType, encoded] = fields;
    if (names === undefined || keyType === undefined || encoded === undefined || names.startsWith('#')) return;
    if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return;
    const key = Buffer.from(encoded, 'base64');
    if (keyTypeOf(key) !== keyType) return;
    lines.push({file, line: index + 1, marker: marker?.slice(1) as KnownHostsLine['marker'], names, keyType, key});
  });
  return lines;
}

/** The type named inside a public key's own bytes; empty for bytes that are none. */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return '';
  const length = key.readUInt32BE(0);
  return length > 64 || length + 4 > key.length ? '' : key.toString('latin1', 4, 4 + length);
}

/** `SHA256:...` as ssh-keygen -l prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** The name as it is looked up and written: `[name]:port` unless the port is ssh's own. */
export const knownHostsName = (host: HostName): string =>
  host.port === undefined || host.port === sshPort
    ? host.name.toLowerCase()
    : `[${host.name.toLowerCase()}]:${host.port}`;

/** The line that `accept-new` adds. */
export const knownHostsEntry = (host: HostName, key: Buffer): string =>
  `${knownHostsName(host)} ${keyTypeOf(key)} ${key.toString('base64')}\n`;

function names(line: KnownHostsLine, name: string): boolean {
  if (!line.names.startsWith('|')) return matchesList(line.names.toLowerCase().split(','), name);
  const [, version, salt = '', hash = ''] = line.names.split('|');
  if (version !== '1') return false;
  const wanted = Buffer.from(hash, 'base64');
  const own = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return wanted.length === own.length && timingSafeEqual(wanted, own);
}

/** What these lines say of the key that a host offers. A revoked key is refused whatever else is known. */
export function judgeHostKey(lines: readonly KnownHostsLine[], host: HostName, key: Buffer): HostKeyVerdict {
  const own = lines.filter((line) => names(line, knownHostsName(host)));
  const revoked = own.find((line) => line.marker === 'revoked' && line.key.equals(key));
  if (revoked) return {kind: 'revoked', stored: revoked};
  const plain = own.filter((line) => line.marker === undefined);
  if (plain.some((line) => line.key.equals(key))) return {kind: 'known'};
  const sameType = plain.find((line) => line.keyType === keyTypeOf(key));
  const stored = sameType ?? plain[0];
  if (stored) return {kind: 'changed', stored, sameType: sameType !== undefined};
  // As ssh: a host behind another port may be known without one, but only that very key counts.
  if (host.port !== undefined && host.port !== sshPort) {
    const bare = judgeHostKey(lines, {name: host.name}, key);
    if (bare.kind === 'known' || bare.kind === 'revoked') return bare;
  }
  return {kind: 'unknown', authorities: own.filter((line) => line.marker === 'cert-authority')};
}

const signatureNames: Readonly<Record<string, readonly string[]>> = {
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
};

/**
 * The host key algorithms to ask for: those whose keys the files hold for this host first, so that a host known by one
 * key is not refused because another one was negotiated.
 */
export function orderHostKeyAlgorithms(
  lines: readonly KnownHostsLine[],
  host: HostName,
  supported: readonly string[],
): string[] {
  const lookUp = (name: string) =>
    lines
      .filter((line) => line.marker === undefined && names(line, name))
      .flatMap((line) => signatureNames[line.keyType] ?? [line.keyType]);
  let held = lookUp(knownHostsName(host));
  if (held.length === 0 && host.port !== undefined) held = lookUp(knownHostsName({name: host.name}));
  return [
    ...supported.filter((algorithm) => held.includes(algorithm)),
    ...supported.filter((algorithm) => !held.includes(algorithm)),
  ];
}

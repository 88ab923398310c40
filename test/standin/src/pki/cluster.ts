/** The cluster's own secrets (CAs, keys): K3s's bootstrap data, on disk and sealed for the datastore. */

import {createCipheriv, createDecipheriv, createHash, pbkdf2Sync, randomBytes} from 'node:crypto';
import {statSync, utimesSync} from 'node:fs';
import {readIfThere, writeWhole} from '../base/files.js';
import type {Layout} from '../base/layout.js';
import type {Store} from '../store/types.js';
import {makeCa} from './x509.js';

/** K3s's names for the files of the bootstrap data, and where they lie under server/. */
const FILES = {
  ServerCA: ['tls', 'server-ca.crt'],
  ServerCAKey: ['tls', 'server-ca.key'],
  ClientCA: ['tls', 'client-ca.crt'],
  ClientCAKey: ['tls', 'client-ca.key'],
  RequestHeaderCA: ['tls', 'request-header-ca.crt'],
  RequestHeaderCAKey: ['tls', 'request-header-ca.key'],
  ETCDServerCA: ['tls', 'etcd', 'server-ca.crt'],
  ETCDServerCAKey: ['tls', 'etcd', 'server-ca.key'],
  ETCDPeerCA: ['tls', 'etcd', 'peer-ca.crt'],
  ETCDPeerCAKey: ['tls', 'etcd', 'peer-ca.key'],
  ServiceKey: ['tls', 'service.key'],
  IPSECKey: ['cred', 'ipsec.psk'],
} as const;

type FileName = keyof typeof FILES;
const NAMES = Object.keys(FILES) as FileName[];

const CAS = [
  ['k3s-server-ca', 'ServerCA', 'ServerCAKey'],
  ['k3s-client-ca', 'ClientCA', 'ClientCAKey'],
  ['k3s-request-header-ca', 'RequestHeaderCA', 'RequestHeaderCAKey'],
  ['etcd-server-ca', 'ETCDServerCA', 'ETCDServerCAKey'],
  ['etcd-peer-ca', 'ETCDPeerCA', 'ETCDPeerCAKey'],
] as const;

/** As K3s encodes it: base64 content, the file's time. */
export type BootstrapData = Readonly<Partial<Record<string, {Timestamp: string; Content: string}>>>;

const pathOf = (layout: Layout, name: FileName): string => layout.server(...FILES[name]);

/** Whether the directories hold a cluster's certificates. */
export const haveMaterial = (layout: Layout): boolean =>
  ['ServerCA', 'ClientCA', 'ETCDServerCA'].every((name) => readIfThere(pathOf(layout, name as FileName)) !== undefined);

/** Makes what is missing of the CAs and keys; files that are there (custom CAs too) stay. */
export const makeMaterial = (layout: Layout, now: Date): void => {
  for (const [name, cert, key] of CAS) {
    if (readIfThere(pathOf(layout, cert)) !== undefined) continue;
    const ca = makeCa(name, now);
    writeWhole(pathOf(layout, cert), ca.cert, 0o644);
    writeWhole(pathOf(layout, key), ca.key);
  }
  if (readIfThere(pathOf(layout, 'ServiceKey')) === undefined) {
    writeWhole(pathOf(layout, 'ServiceKey'), makeCa('service', now).key);
  }
  if (readIfThere(pathOf(layout, 'IPSECKey')) === undefined) {
    writeWhole(pathOf(layout, 'IPSECKey'), `${randomBytes(48).toString('hex')}\n`);
  }
};

export const readMaterial = (layout: Layout): BootstrapData =>
  Object.fromEntries(
    NAMES.flatMap((name) => {
      const path = pathOf(layout, name);
      const content = readIfThere(path);
      if (content === undefined) return [];
      return [
        [name, {Timestamp: statSync(path).mtime.toISOString(), Content: Buffer.from(content).toString('base64')}],
      ];
    }),
  );

export const writeMaterial = (layout: Layout, data: BootstrapData): void => {
  for (const name of NAMES) {
    const file = data[name];
    if (!file) continue;
    const path = pathOf(layout, name);
    writeWhole(path, Buffer.from(file.Content, 'base64'), path.endsWith('.crt') ? 0o644 : 0o600);
    const at = new Date(file.Timestamp);
    utimesSync(path, at, at);
  }
};

export interface Comparison {
  /** paths that differ and are at least 3 s newer on disk */
  readonly newerOnDisk: readonly string[];
  /** whether any other file differs or is missing, so that the datastore's copy is to be written */
  readonly differs: boolean;
}

const SKEW_MS = 3000;

/** Compares the files with the datastore's copy, as K3s does at each start. */
export const compareMaterial = (layout: Layout, data: BootstrapData): Comparison => {
  const newerOnDisk: string[] = [];
  let differs = false;
  for (const name of NAMES) {
    const stored = data[name];
    if (!stored) continue;
    const path = pathOf(layout, name);
    const content = readIfThere(path);
    if (content !== undefined && Buffer.from(content).toString('base64') === stored.Content) continue;
    if (content !== undefined && statSync(path).mtimeMs - Date.parse(stored.Timestamp) >= SKEW_MS)
      newerOnDisk.push(path);
    else differs = true;
  }
  return {newerOnDisk, differs};
};

/** The datastore's key for bootstrap data sealed with this token password. */
export const bootstrapKey = (password: string): string =>
  `/bootstrap/${createHash('sha256').update(password).digest('hex').slice(0, 12)}`;

const keyFrom = (password: string, salt: string): Buffer => pbkdf2Sync(password, salt, 4096, 32, 'sha1');

/** AES-256-GCM under PBKDF2 of the token's password: `salt:base64(nonce, ciphertext, tag)`. */
export const seal = (password: string, data: BootstrapData): Buffer => {
  const salt = randomBytes(8).toString('hex');
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyFrom(password, salt), nonce);
  const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(data)), cipher.final(), cipher.getAuthTag()]);
  return Buffer.from(`${salt}:${sealed.toString('base64')}`);
};

export const unsealedWith = (password: string, sealed: Buffer): BootstrapData => {
  const [salt = '', encoded = ''] = sealed.toString().split(':');
  const bytes = Buffer.from(encoded, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', keyFrom(password, salt), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(-16));
  const plain = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  return JSON.parse(plain.toString()) as BootstrapData;
};

/** The datastore's bootstrap data; undefined where none is sealed with this token. */
export const unsealed = async (store: Store, password: string): Promise<BootstrapData | undefined> => {
  const own = await store.get(bootstrapKey(password));
  return own && unsealedWith(password, own.value);
};

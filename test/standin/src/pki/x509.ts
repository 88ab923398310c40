/** Writes the X.509 certificates K3s would: ECDSA P-256, SHA-256, version 3. */

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import {isIPv4, isIPv6} from 'node:net';
import {bits, bool, explicit, implicit, integer, octets, oid, sequence, set, time, utf8} from './der.js';

export interface Pair {
  /** PEM */
  readonly cert: string;
  /** PEM, `EC PRIVATE KEY` as Go writes it */
  readonly key: string;
}

export interface Subject {
  readonly commonName: string;
  readonly organization?: readonly string[];
}

export interface LeafOptions {
  readonly subject: Subject;
  readonly usages: readonly ('server' | 'client')[];
  /** host names and IP addresses */
  readonly names?: readonly string[];
  readonly days?: number;
  readonly now: Date;
  /** PEM of a key to keep; a new one is made otherwise */
  readonly key?: string;
}

const OID = {
  ecdsaSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
} as const;

const DAY_MS = 86_400_000;
/** K3s's CA certificates live ten years. */
const CA_DAYS = 3650;

const algorithm = sequence(oid(OID.ecdsaSha256));

const nameOf = ({commonName, organization = []}: Subject): Buffer =>
  sequence(
    ...organization.map((o) => set(sequence(oid(OID.organization), utf8(o)))),
    set(sequence(oid(OID.commonName), utf8(commonName))),
  );

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [bool(true)] : []), octets(value));

const ipBytes = (ip: string): Buffer => {
  if (isIPv4(ip)) return Buffer.from(ip.split('.').map(Number));
  const [head = '', tail] = ip.split('::');
  const words = (part: string | undefined) => (part ? part.split(':').map((word) => Number.parseInt(word, 16)) : []);
  const before = words(head);
  const after = words(tail);
  const all = [...before, ...Array(8 - before.length - after.length).fill(0), ...after] as number[];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
};

const altName = (name: string): Buffer =>
  isIPv4(name) || isIPv6(name) ? implicit(7, ipBytes(name)) : implicit(2, Buffer.from(name));

const newKey = (): string =>
  generateKeyPairSync('ec', {namedCurve: 'P-256'}).privateKey.export({type: 'sec1', format: 'pem'}) as string;

const spkiOf = (key: KeyObject): Buffer => createPublicKey(key).export({type: 'spki', format: 'der'});

const keyId = (spki: Buffer): Buffer => createHash('sha1').update(spki).digest();

interface Parts {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly subjectKey: KeyObject;
  readonly signer: KeyObject;
  readonly from: Date;
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

const build = ({subject, issuer, subjectKey, signer, from, days, extensions}: Parts): string => {
  const serial = randomBytes(8);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    issuer,
    sequence(time(from), time(new Date(from.getTime() + days * DAY_MS))),
    subject,
    spkiOf(subjectKey),
    explicit(3, sequence(...extensions)),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, signer)));
  return pem('CERTIFICATE', der);
};

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;

/** A self-signed CA named as K3s names them, e.g. `k3s-server-ca@1700000000`. */
export const makeCa = (name: string, now: Date): Pair => {
  const keyPem = newKey();
  const key = createPrivateKey(keyPem);
  const subject = nameOf({commonName: `${name}@${Math.floor(now.getTime() / 1000)}`});
  const cert = build({
    subject,
    issuer: subject,
    subjectKey: key,
    signer: key,
    from: new Date(now.getTime() - 1000),
    days: CA_DAYS,
    extensions: [
      // digitalSignature, keyEncipherment, keyCertSign
      extension(OID.keyUsage, true, bits(Buffer.from([0xa4]), 2)),
      extension(OID.basicConstraints, true, sequence(bool(true))),
      extension(OID.subjectKeyId, false, octets(keyId(spkiOf(key)))),
    ],
  });
  return {cert, key: keyPem};
};

/** The issuer's encoded name is taken from its certificate byte for byte, so that chains match exactly. */
const subjectOfCa = (ca: Pair): {subject: Buffer; spki: Buffer} => {
  const parsed = new X509Certificate(ca.cert);
  const commonName = /CN=(.*)/.exec(parsed.subject)?.[1] ?? '';
  return {subject: nameOf({commonName}), spki: parsed.publicKey.export({type: 'spki', format: 'der'})};
};

/** A leaf certificate (365 days unless said) signed by `ca`; the PEM holds the leaf and then the CA, as K3s's do. */
export const makeLeaf = (ca: Pair, options: LeafOptions): Pair => {
  const keyPem = options.key ?? newKey();
  const key = createPrivateKey(keyPem);
  const issuer = subjectOfCa(ca);
  const names = options.names ?? [];
  const leaf = build({
    subject: nameOf(options.subject),
    issuer: issuer.subject,
    subjectKey: key,
    signer: createPrivateKey(ca.key),
    from: new Date(options.now.getTime() - 1000),
    days: options.days ?? 365,
    extensions: [
      // digitalSignature, keyEncipherment
      extension(OID.keyUsage, true, bits(Buffer.from([0xa0]), 5)),
      extension(OID.extendedKeyUsage, false, sequence(...options.usages.map((usage) => oid(OID[usage])))),
      extension(OID.authorityKeyId, false, sequence(implicit(0, keyId(issuer.spki)))),
      ...(names.length > 0 ? [extension(OID.subjectAltName, false, sequence(...names.map(altName)))] : []),
    ],
  });
  return {cert: leaf + ca.cert, key: keyPem};
};

/** The names a certificate is good for, addresses included. */
export const namesOf = (certPem: string): string[] =>
  (new X509Certificate(certPem).subjectAltName ?? '')
    .split(', ')
    .filter(Boolean)
    .map((entry) => entry.replace(/^(DNS|IP Address):/, ''));

/** When the (first) certificate of a PEM ends. */
export const endOf = (certPem: string): Date => new Date(new X509Certificate(certPem).validTo);

export const daysLeft = (certPem: string, now: Date): number => (endOf(certPem).getTime() - now.getTime()) / DAY_MS;

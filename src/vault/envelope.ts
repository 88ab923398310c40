/**
 * Ansible's vault format 1.1 and 1.2: a header line, then hex of three hex lines: salt, HMAC, ciphertext.
 * AES-256 in counter mode under a key made by PBKDF2-SHA256 with 10,000 rounds; the HMAC is over the ciphertext.
 */
import {createCipheriv, createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual} from 'node:crypto';
import {VaultError, type Where} from '../errors/index.js';

const rounds = 10_000;
const keyBytes = 32;
const ivBytes = 16;
const lineWidth = 80;

export interface Envelope {
  readonly version: string;
  /** `default` where the header names none. */
  readonly id: string;
  readonly salt: Buffer;
  readonly hmac: Buffer;
  readonly ciphertext: Buffer;
}

export const isSealed = (text: string): boolean => text.trimStart().startsWith('$ANSIBLE_VAULT;');

const fromHex = (text: string, what: string, where: Where | undefined): Buffer => {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text))
    throw new VaultError({
      what: `${what} of the vault text is not hexadecimal`,
      where,
      hint: 'the text was altered or cut',
    });
  return Buffer.from(text, 'hex');
};

/** Reads the parts of a sealed text; throws VaultError where it is no vault of a known version. */
export function readEnvelope(sealed: string, where?: Where): Envelope {
  const [header = '', ...body] = sealed
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trim());
  const [magic, version = '', cipher = '', id = 'default'] = header.split(';').map((part) => part.trim());
  if (magic !== '$ANSIBLE_VAULT')
    throw new VaultError({
      what: `a vault text begins with '$ANSIBLE_VAULT;', this one with '${header.slice(0, 20)}'`,
      where,
    });
  if (version !== '1.1' && version !== '1.2')
    throw new VaultError({
      what: `vault format ${version || '(none)'} is not known`,
      where,
      hint: 'known are 1.1 and 1.2; seal it again with a current version',
    });
  if (cipher !== 'AES256')
    throw new VaultError({what: `the vault cipher '${cipher}' is not known`, where, hint: 'known is AES256'});
  const inner = fromHex(body.join(''), 'the body', where).toString('latin1').split('\n');
  const [salt = '', hmac = '', ciphertext = ''] = inner;
  if (inner.length !== 3) throw new VaultError({what: 'the vault text is cut short', where});
  return {
    version,
    id: version === '1.2' ? id : 'default',
    salt: fromHex(salt, 'the salt', where),
    hmac: fromHex(hmac, 'the HMAC', where),
    ciphertext: fromHex(ciphertext, 'the ciphertext', where),
  };
}

const deriveKeys = (password: string, salt: Buffer): {cipher: Buffer; hmac: Buffer; iv: Buffer} => {
  const bytes = pbkdf2Sync(Buffer.from(password, 'utf8'), salt, rounds, 2 * keyBytes + ivBytes, 'sha256');
  return {
    cipher: bytes.subarray(0, keyBytes),
    hmac: bytes.subarray(keyBytes, 2 * keyBytes),
    iv: bytes.subarray(2 * keyBytes),
  };
};

/** The plain bytes, or undefined if the password is not the one it was sealed with. */
export function openEnvelope(envelope: Envelope, password: string): Buffer | undefined {
  const keys = deriveKeys(password, envelope.salt);
  const expected = createHmac('sha256', keys.hmac).update(envelope.ciphertext).digest();
  if (expected.length !== envelope.hmac.length || !timingSafeEqual(expected, envelope.hmac)) return undefined;
  const decipher = createDecipheriv('aes-256-ctr', keys.cipher, keys.iv);
  const padded = Buffer.concat([decipher.update(envelope.ciphertext), decipher.final()]);
  // PKCS#7, which the format keeps although a counter mode needs none.
  const padding = padded.at(-1) ?? 0;
  return padding >= 1 && padding <= 16 ? padded.subarray(0, padded.length - padding) : padded;
}

/** Seals bytes; a vault id other than `default` makes format 1.2. `salt` is 32 random bytes. */
export function seal(
  plain: Buffer | string,
  password: string,
  options: {readonly salt: Buffer; readonly id?: string},
): string {
  const keys = deriveKeys(password, options.salt);
  const bytes = Buffer.from(plain);
  const padding = 16 - (bytes.length % 16);
  const cipher = createCipheriv('aes-256-ctr', keys.cipher, keys.iv);
  const ciphertext = Buffer.concat([
    cipher.update(bytes),
    cipher.update(Buffer.alloc(padding, padding)),
    cipher.final(),
  ]);
  const hmac = createHmac('sha256', keys.hmac).update(ciphertext).digest('hex');
  const inner = [options.salt.toString('hex'), hmac, ciphertext.toString('hex')].join('\n');
  const body =
    Buffer.from(inner, 'latin1')
      .toString('hex')
      .match(new RegExp(`.{1,${lineWidth}}`, 'g')) ?? [];
  const hasId = options.id !== undefined && options.id !== 'default';
  const header = hasId ? `$ANSIBLE_VAULT;1.2;AES256;${options.id}` : '$ANSIBLE_VAULT;1.1;AES256';
  return `${[header, ...body].join('\n')}\n`;
}

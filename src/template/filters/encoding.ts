/** base64, hashes, UUIDs, password hashes. */
import {createHash, getHashes} from 'node:crypto';
import type {Runtime} from '../eval/runtime.js';
import {Fault} from '../python/faults.js';
import {coerceInt} from '../python/numbers.js';
import {type FilterTable, filter, mustBeText, textOf} from './define.js';
import {shaCrypt} from './sha_crypt.js';

const encodings: Readonly<Record<string, BufferEncoding>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  'utf-16-le': 'utf16le',
  'utf-16le': 'utf16le',
  ascii: 'ascii',
  latin1: 'latin1',
  'latin-1': 'latin1',
  'iso-8859-1': 'latin1',
};

function encodingOf(name: unknown): BufferEncoding {
  const found = encodings[textOf(name).toLowerCase()];
  if (!found)
    throw new Fault(`the encoding '${textOf(name)}' is not known (there are: ${Object.keys(encodings).join(', ')})`);
  return found;
}

function decode64(input: unknown, encoding: unknown): string {
  const compact = mustBeText(input).replace(/[^A-Za-z0-9+/=]/g, '');
  const digits = compact.replace(/=+$/, '');
  if (digits.length % 4 === 1 || compact.length % 4 !== 0)
    throw new Fault('the input is not base64: its padding is wrong');
  return Buffer.from(digits, 'base64').toString(encodingOf(encoding));
}

function hash(input: unknown, algorithm: string): string {
  const name = algorithm.toLowerCase().replace(/^sha3_/, 'sha3-');
  if (!getHashes().includes(name))
    throw new Fault(`the hash '${algorithm}' is not known`, {hint: 'sha1, sha256, sha512 and md5 are'});
  return createHash(name).update(textOf(input), 'utf8').digest('hex');
}

/** The namespace of Ansible's UUIDs. */
const ansibleNamespace = '361E6D51-FAEC-444A-9079-341386DA8E2E';

/** A name-based UUID (version 5). */
function uuid5(name: string, namespace: string): string {
  const digits = namespace.replace(/^urn:uuid:|[{}-]/g, '');
  if (!/^[0-9a-fA-F]{32}$/.test(digits)) throw new Fault(`'${namespace}' is not a UUID`);
  const bytes = createHash('sha1').update(Buffer.from(digits, 'hex')).update(name, 'utf8').digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const saltAlphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function passwordHash(
  runtime: Runtime,
  input: unknown,
  [typeValue, saltValue, saltSize, rounds]: readonly unknown[],
): string {
  const type = textOf(typeValue).replace(/_crypt$/, '');
  if (type !== 'sha512' && type !== 'sha256')
    throw new Fault(`password hashes of the type '${type}' are not supported`, {hint: 'use sha512 or sha256'});
  const size = saltSize === null ? 16 : coerceInt(saltSize, 'salt_size');
  const salt = saltValue === null ? randomText(runtime, saltAlphabet, size) : textOf(saltValue);
  if (!/^[./0-9A-Za-z]{0,16}$/.test(salt)) throw new Fault('the salt may have at most 16 characters, of ./0-9A-Za-z');
  return shaCrypt(type, textOf(input), salt, rounds === null ? undefined : coerceInt(rounds, 'the rounds'));
}

export const randomText = (runtime: Runtime, alphabet: string, length: number): string =>
  Array.from({length}, () => alphabet[Math.floor(runtime.context.random() * alphabet.length)] ?? '').join('');

export const encodingFilters: FilterTable = {
  b64encode: filter("encoding='utf-8'", (input, [encoding]) =>
    Buffer.from(textOf(input), encodingOf(encoding)).toString('base64'),
  ),
  b64decode: filter("encoding='utf-8'", (input, [encoding]) => decode64(input, encoding)),
  hash: filter("hashtype='sha1'", (input, [type]) => hash(input, textOf(type))),
  md5: filter('', (input) => hash(input, 'md5')),
  sha1: filter('', (input) => hash(input, 'sha1')),
  checksum: filter('', (input) => hash(input, 'sha1')),
  to_uuid: filter(`namespace='${ansibleNamespace}'`, (input, [namespace]) => uuid5(textOf(input), textOf(namespace))),
  password_hash: filter(
    "hashtype='sha512', salt=None, salt_size=None, rounds=None, ident=None",
    (input, args, runtime) => passwordHash(runtime, input, args),
  ),
};

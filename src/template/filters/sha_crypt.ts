/** crypt(3)'s SHA-256 and SHA-512 password hashes (`$5$`, `$6$`), after their public specification. */
import {createHash} from 'node:crypto';

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Rounds when none are given; then the hash does not name them. */
const usualRounds = 5000;

/** The specification allows more; they would keep the controller busy for minutes. */
const mostRounds = 1_000_000;

interface Variant {
  readonly mark: string;
  /** In which order the digest's bytes are written, three to a group. */
  readonly groups: readonly (readonly number[])[];
  readonly last: readonly number[];
}

const variants: Readonly<Record<'sha256' | 'sha512', Variant>> = {
  sha256: {mark: '$5$', groups: threes(10, 21, 30), last: [31, 30]},
  sha512: {mark: '$6$', groups: threes(21, 22, 63), last: [63]},
};

/** The group (0, s, 2s), then each time all moved on by a step, around `size`. */
function threes(stride: number, step: number, size: number): readonly (readonly number[])[] {
  return Array.from({length: size / 3}, (_unused, index) =>
    [0, stride, 2 * stride].map((start) => (start + index * step) % size),
  );
}

function digest(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(type);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

const repeated = (block: Buffer, length: number): Buffer =>
  Buffer.concat(Array.from({length: Math.ceil(length / block.length)}, () => block)).subarray(0, length);

export function shaCrypt(
  type: 'sha256' | 'sha512',
  password: string,
  saltText: string,
  givenRounds: number | undefined,
): string {
  const {mark, groups, last} = variants[type];
  const key = Buffer.from(password, 'utf8');
  const salt = Buffer.from(saltText, 'utf8');
  const rounds = givenRounds === undefined ? usualRounds : Math.min(mostRounds, Math.max(1000, givenRounds));
  const alternate = digest(type, key, salt, key);
  const start: Uint8Array[] = [key, salt, repeated(alternate, key.length)];
  for (let bits = key.length; bits > 0; bits >>= 1) start.push(bits & 1 ? alternate : key);
  let result = digest(type, ...start);
  const longKey = repeated(digest(type, ...Array.from({length: key.length}, () => key)), key.length);
  const longSalt = repeated(digest(type, ...Array.from({length: 16 + (result[0] ?? 0)}, () => salt)), salt.length);
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    result = digest(
      type,
      odd ? longKey : result,
      ...(round % 3 ? [longSalt] : []),
      ...(round % 7 ? [longKey] : []),
      odd ? result : longKey,
    );
  }
  const written = [...groups.map((group) => encode(group, result)), encode(last, result)].join('');
  return `${mark}${givenRounds === undefined ? '' : `rounds=${rounds}$`}${saltText}$${written}`;
}

/** Up to three bytes, the first one highest, as characters of six bits, lowest first. */
function encode(places: readonly number[], bytes: Buffer): string {
  let value = 0;
  for (const place of places) value = (value << 8) | (bytes[place] ?? 0);
  const length = {1: 2, 2: 3, 3: 4}[places.length] ?? 4;
  return Array.from({length}, (_unused, index) => alphabet[(value >>> (6 * index)) & 63] ?? '').join('');
}

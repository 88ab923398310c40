/** Logs that SQLite would refuse for one thing alone, made by hand: all else in them is right, their sums too. */
import test from 'ava';
import {applyWal, readWal} from './sqlite_wal.js';

const pageSize = 512;

interface Frame {
  readonly page: number;
  /** Pages of the database, in the last frame of a transaction. */
  readonly commit: number;
  readonly salt?: bigint;
  /** Bytes of the page that are there. */
  readonly bytes?: number;
}

const magicOf = {little: 0x377f0682, big: 0x377f0683};

/** As the format has it; each page is filled with its number. */
function logOf(order: keyof typeof magicOf, frames: readonly Frame[], magic = magicOf[order]): Buffer {
  const salt = 0x0102030405060708n;
  const header = Buffer.alloc(32);
  header.writeUInt32BE(magic, 0);
  header.writeUInt32BE(3_007_000, 4);
  header.writeUInt32BE(pageSize, 8);
  header.writeBigUInt64BE(salt, 16);
  let sums: [number, number] = [0, 0];
  const add = (bytes: Buffer): void => {
    // Each sum takes a word and the other sum in turn, so the two change places with each word.
    for (let at = 0; at < bytes.length; at += 4) {
      const word = order === 'big' ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
      sums = [sums[1], (sums[0] + sums[1] + word) % 2 ** 32];
    }
  };
  add(header.subarray(0, 24));
  header.writeUInt32BE(sums[0], 24);
  header.writeUInt32BE(sums[1], 28);
  return Buffer.concat([
    header,
    ...frames.map((frame) => {
      const head = Buffer.alloc(24);
      const page = Buffer.alloc(frame.bytes ?? pageSize, frame.page);
      head.writeUInt32BE(frame.page, 0);
      head.writeUInt32BE(frame.commit, 4);
      head.writeBigUInt64BE(frame.salt ?? salt, 8);
      add(head.subarray(0, 8));
      add(page);
      head.writeUInt32BE(sums[0], 16);
      head.writeUInt32BE(sums[1], 20);
      return Buffer.concat([head, page]);
    }),
  ]);
}

/** The log with one bit of a byte turned. */
const turned = (log: Buffer, at: number): Buffer => {
  const other = Buffer.from(log);
  other.writeUInt8(log.readUInt8(at) ^ 1, at);
  return other;
};

const first: Frame = {page: 1, commit: 2};
const second: Frame = {page: 2, commit: 2};
const frameBytes = 24 + pageSize;
const whole = logOf('little', [first, second]);

for (const [name, log, pages] of [
  ['sums of little-endian words', whole, [1, 2]],
  ['sums of big-endian words', logOf('big', [first, second]), [1, 2]],
  ['big-endian words, said to be little', logOf('big', [first, second], magicOf.little), undefined],
  ['another magic number', logOf('little', [first], 0x377f0680), undefined],
  ['the first sum of the head', turned(whole, 27), undefined],
  ['the second sum of the head', turned(whole, 31), undefined],
  ['the first sum of a frame', turned(whole, 32 + frameBytes + 19), [1]],
  ['the second sum of a frame', turned(whole, 32 + frameBytes + 23), [1]],
  ['a frame of an older log', logOf('little', [first, {...second, salt: 7n}]), [1]],
  ['a frame that is cut short', logOf('little', [first, {...second, bytes: pageSize - 24}]), [1]],
  ['a head alone', logOf('little', []), undefined],
] as const)
  test(`pages that count: ${name}`, (t) => {
    t.deepEqual(readWal(log) === undefined ? undefined : [...(readWal(log)?.pages.keys() ?? [])], pages);
  });

test('a page beyond the end that the last transaction gave the database is left out', (t) => {
  const log = logOf('little', [
    {page: 2, commit: 2},
    {page: 1, commit: 1},
  ]);
  const committed = readWal(log);
  t.is(committed?.sizeBytes, pageSize);
  if (committed === undefined) return;
  const image = new Uint8Array(committed.sizeBytes);
  applyWal(image, log, committed);
  t.deepEqual([...new Set(image)], [1]);
});

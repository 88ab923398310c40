/**
 * SQLite's write-ahead log (https://www.sqlite.org/fileformat2.html#the_write_ahead_log): what was committed to it belongs
 * to the database though it is not in its file yet. A database that K3s was killed on, or that K3s has left in haste, has one.
 */
const headerBytes = 32;
const frameHeaderBytes = 24;

interface WalHeader {
  readonly pageSize: number;
  readonly bigEndianSums: boolean;
  readonly salt: bigint;
  readonly sums: readonly [number, number];
}

/** The sums of the format: over pairs of 32-bit words. */
function sumsOf(bytes: Buffer, bigEndian: boolean, [a, b]: readonly [number, number]): readonly [number, number] {
  let [first, second] = [a, b];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const x = bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    const y = bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4);
    first = (first + x + second) >>> 0;
    second = (second + y + first) >>> 0;
  }
  return [first, second];
}

function headerOf(wal: Buffer): WalHeader | undefined {
  if (wal.length < headerBytes) return undefined;
  const magic = wal.readUInt32BE(0);
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return undefined;
  const bigEndianSums = magic === 0x377f0683;
  const sums = sumsOf(wal.subarray(0, 24), bigEndianSums, [0, 0]);
  if (sums[0] !== wal.readUInt32BE(24) || sums[1] !== wal.readUInt32BE(28)) return undefined;
  return {pageSize: wal.readUInt32BE(8), bigEndianSums, salt: wal.readBigUInt64BE(16), sums};
}

/** What the log adds to its database: where in the log the last committed form of each page lies. */
export interface Committed {
  readonly pageSize: number;
  /** Bytes of the database with it. */
  readonly sizeBytes: number;
  /** Page, counted from 1, to the offset of its content. */
  readonly pages: ReadonlyMap<number, number>;
}

/** Reads a log as SQLite's recovery does: frames count up to the last commit before the first that does not fit. */
export function readWal(wal: Buffer): Committed | undefined {
  const header = headerOf(wal);
  if (header === undefined) return undefined;
  const {pageSize, bigEndianSums, salt} = header;
  const pages = new Map<number, number>();
  const uncommitted = new Map<number, number>();
  let {sums} = header;
  let sizePages = 0;
  for (let at = headerBytes; at + frameHeaderBytes + pageSize <= wal.length; at += frameHeaderBytes + pageSize) {
    if (wal.readBigUInt64BE(at + 8) !== salt) break;
    sums = sumsOf(wal.subarray(at, at + 8), bigEndianSums, sums);
    sums = sumsOf(wal.subarray(at + frameHeaderBytes, at + frameHeaderBytes + pageSize), bigEndianSums, sums);
    if (sums[0] !== wal.readUInt32BE(at + 16) || sums[1] !== wal.readUInt32BE(at + 20)) break;
    uncommitted.set(wal.readUInt32BE(at), at + frameHeaderBytes);
    const commit = wal.readUInt32BE(at + 4);
    if (commit === 0) continue;
    sizePages = commit;
    for (const [page, offset] of uncommitted) pages.set(page, offset);
    uncommitted.clear();
  }
  return sizePages === 0 ? undefined : {pageSize, sizeBytes: sizePages * pageSize, pages};
}

/** Puts what the log has committed into an image of the database, in place. */
export function applyWal(image: Uint8Array, wal: Buffer, {pageSize, pages}: Committed): void {
  for (const [page, offset] of pages) {
    const at = (page - 1) * pageSize;
    if (at + pageSize <= image.length) image.set(wal.subarray(offset, offset + pageSize), at);
  }
}

/** Marks an image as one without a log beside it: bytes 18 and 19 of the header, the versions to write and to read it. */
export const markWithoutWal = (image: Uint8Array): Uint8Array => image.fill(1, 18, 20);

/** Record types of a WAL (etcd server/wal): what stands in a log before the first entry comes. */
const preface: ReadonlySet<number> = new Set([1 /* metadata */, 3 /* state */, 4 /* crc */, 5 /* snapshot */]);

/** A snapshot record of a log that begins at the beginning: index 0, term 0. */
const noSnapshot = Buffer.from([0x08, 0, 0x10, 0]);

/** A length as protobuf writes it, and where it ends. */
function varint(bytes: Buffer, at: number): {readonly value: number; readonly end: number} {
  let value = 0;
  for (let end = at; end < bytes.length; end += 1) {
    const byte = bytes[end] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (end - at));
    if (byte < 0x80) return {value, end: end + 1};
  }
  return {value: Number.NaN, end: bytes.length};
}

/** Type and data of a record, which etcd writes with its fields in order: type, crc, data. */
function recordOf(bytes: Buffer): {readonly type: number; readonly data: Buffer} {
  const type = bytes[0] === 0x08 ? varint(bytes, 1) : {value: Number.NaN, end: bytes.length};
  const crc = bytes[type.end] === 0x10 ? varint(bytes, type.end + 1) : {value: Number.NaN, end: bytes.length};
  const data = bytes[crc.end] === 0x1a ? varint(bytes, crc.end + 1) : {value: 0, end: bytes.length};
  return {type: type.value, data: bytes.subarray(data.end, data.end + data.value)};
}

/**
 * Whether the beginning of a server's only WAL file shows that nothing was ever written to it: no entry, no snapshot. So it
 * is with an etcd that was ended as soon as it had made the file. False where that cannot be seen. Each record has its length
 * before it, 8 bytes of which the highest says by how much it is padded to a multiple of 8; nought ends the log.
 */
export function isBlankWal(bytes: Buffer): boolean {
  let records = 0;
  for (let at = 0; at + 8 <= bytes.length; records += 1) {
    const length = bytes.readUIntLE(at, 6);
    const flags = bytes[at + 7] ?? 0;
    if (length === 0 && flags === 0) return records > 0;
    const start = at + 8;
    const {type, data} = recordOf(bytes.subarray(start, start + length));
    if (!preface.has(type) || (type === 5 && !data.equals(noSnapshot))) return false;
    at = start + length + (flags & 0x80 ? flags & 0x07 : 0);
  }
  return false;
}

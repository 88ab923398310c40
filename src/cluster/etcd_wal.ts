/**
 * What stands in a log before the first entry comes, as hex (etcd server/wal; a record's fields are in order: type, crc, data):
 * metadata (1), state (3), crc (4), and the snapshot (5) of a log that begins at the beginning, with index 0 and term 0.
 */
const preface = /^08(?:01|03|04|0510(?:[89a-f].)*[0-7].1a0408001000$)/;

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
    if (!preface.test(bytes.toString('hex', start, start + length))) return false;
    at = start + length + (flags & 0x80 ? flags & 0x07 : 0);
  }
  return false;
}

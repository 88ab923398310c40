import test from 'ava';
import {isBlankWal} from './etcd_wal.js';

const hex = (...lines: string[]): Buffer => Buffer.from(lines.join('').replaceAll(' ', ''), 'hex');

// As etcd 3.5.16 wrote them.
const crc = '04 00 00 00 00 00 00 84 08 04 10 00 00 00 00 00';
const metadata =
  '1e 00 00 00 00 00 00 82 08 01 10 c9 d3 e4 b2 0e 1a 14 08 a3 d4 92 ce fe 95 e7 ed 2b 10 87 d5 ed ba 8f d5 9d c1 04 00 00';
const snapshot = '0e 00 00 00 00 00 00 82 08 05 10 b1 e4 83 a2 0a 1a 04 08 00 10 00 00 00';
const state = '10 00 00 00 00 00 00 00 08 03 10 e7 ed ce a1 04 1a 06 08 02 10 00 18 00';
const emptyEntry = '10 00 00 00 00 00 00 00 08 02 10 ca b6 9a c2 08 1a 06 08 00 10 02 18 02';
/** An entry that changes the members, which holds what a record of metadata begins with. */
const memberEntry = '10 00 00 00 00 00 00 00 08 02 10 ca b6 9a c2 08 1a 06 08 01 10 02 18 02';
/** A snapshot that came from the leader: index 9, term 2. */
const received = '0e 00 00 00 00 00 00 82 08 05 10 b1 e4 83 a2 0a 1a 04 08 09 10 02 00 00';
/** Begins as one of no snapshot, and holds a byte more. */
const longer = '0f 00 00 00 00 00 00 81 08 05 10 b1 e4 83 a2 0a 1a 04 08 00 10 00 18 00';
const noLength = '00 00 00 00 00 00 00 82';
const end = '00 00 00 00 00 00 00 00';

for (const [name, bytes, expected] of [
  ['what etcd writes before anything comes', hex(crc, metadata, snapshot, end), true],
  ['a term it heard of meanwhile', hex(crc, metadata, snapshot, state, end), true],
  ['an entry', hex(crc, metadata, snapshot, state, emptyEntry, end), false],
  ['an entry that changes the members', hex(crc, metadata, snapshot, memberEntry, end), false],
  ['a snapshot from the leader', hex(crc, metadata, snapshot, received, end), false],
  ['what was read ends before the log does', hex(crc, metadata, snapshot), false],
  ['a record that is cut off', hex(crc, metadata, snapshot, emptyEntry.slice(0, 30)), false],
  ['a record of a type that is not known', hex(crc, metadata, snapshot.replace('08 05', '08 07'), end), false],
  ['a record of no snapshot that goes on', hex(crc, metadata, longer, end), false],
  ['a record that is nothing but room', hex(crc, metadata, noLength, end), false],
  ['something that is no record', hex(crc, metadata, snapshot.replace('08 05', '18 05'), end), false],
  ['a file with nothing in it but room', Buffer.alloc(64), false],
  ['an empty file', Buffer.alloc(0), false],
] as const) {
  test(`${name}: ${expected ? 'blank' : 'not blank'}`, (t) => {
    t.is(isBlankWal(bytes), expected);
  });
}

import {inflateSync} from 'node:zlib';
import test from 'ava';
import load from 'sql.js';
import {applyWal, markWithoutWal, readWal} from './sqlite_wal.js';

const unpacked = (text: string): Buffer => inflateSync(Buffer.from(text, 'base64'));

/** Made by SQLite 3.40: eight rows in the file; then one of them altered and one more added, which are in the log only. */
const database = unpacked(
  'eNoLDvTJLElVSMsvyk0sUTBmYGJgYmJwUFBgYAAyGRjYGBCAEYhZ0PiEABODXjIjL0gx4xEGIBoFNABWjGzi/PyMqSWJSTmpJSVMzkGujiGuCiGOTj6uCiUaiQqZeSWp6alFCgVFmbmJRZUK2amVOkkKJakVJZqsQP3MjB9BxrAx/mb8BmGOguEMWEG5mgWUlZmZeMGZNIiBURNIUAU0hjCxMDTrpmUWFZcoGCpUDBPQGMKI8JbBsPEWLeKfBRFQxsMo/pkR3jIajX888c+GCCjTYRT/rAhvmYzGP57450AElPkwin92hLfMho23ABqdMTM=',
);
const wal = unpacked(
  'eNozr2drYtB9JMHAwMQABIyLP+auCv8YbdZg8WVbft7eTUAxFiBmg4n/6X6nea6s2ZuXUROoI4iB8SuQoApoDGFhYWjWTcssKi5RMFaoGCYA6LMzDMMEcDIzM0gWpybn56WA0gRyuuCv8pL1eXbmIS9QkJnBkwGYPIKAFPmAnZOZQTQnsbikMYQDkS7Mh026aAxhR3jLbNh4CwAyL0tK',
);
/** The same log with what a transaction has written that never ended. */
const openWal = unpacked(
  'eNozr2drYtB9JMHAwMQABIyLP+auCv8YbdZg8WVbft7eTUAxFiBmg4n/6X6nea6s2ZuXUROoI4iB8SuQoApoDGFhYWjWTcssKi5RMFaoGCYA6LMzDMMEcDIzM0gWpybn56WA0gRyuuCv8pL1eXbmIS9QkJnBkwGYPIKAFPmAnZOZQTQnsbikMYQDkS7Mh026aAxhR3jLbDgld3ZQ9MHShfsZ5cYKruW8oHTByLCXAYSGHGhy4GJhaGXNSy1LLVJIzs/NzSwpSU1RqBwFRANgKHIgp4swr5TabTVvrg7xdME9mi4oThecyOmCva4jV7n/quMQTxc8o+mC4nTBhZwuovTmHNzfHzF3iKcL3tF0QXG64EZOFy1HJr/VvOy9dIinC77RdEFxuuBBThf65zf9PWS/ZeEQTxf8o+mC4nTBi5wu/t9Nb/Q4UvZ2iKcLgdF0QXG64ENOF+US6XOn5bRvHeLpQnA0XVCcLviR04Vv1aezeZcTGYd4uhAaTRcUpwsB5HQxK1n/YKBN2t8hni6ER9MFZQAAJtGHQA==',
);

async function rowsOf(log: Buffer): Promise<string[]> {
  const committed = readWal(log);
  const image = new Uint8Array(committed?.sizeBytes ?? database.length);
  image.set(database.subarray(0, image.length));
  if (committed !== undefined) applyWal(image, log, committed);
  const {Database} = await load();
  const opened = new Database(markWithoutWal(image));
  try {
    if (opened.exec('PRAGMA integrity_check')[0]?.values[0]?.[0] !== 'ok')
      throw new Error('the image is no sound database');
    return (opened.exec('SELECT b FROM t ORDER BY a')[0]?.values ?? []).map(
      ([text]) => String(text).trim().split(' x')[0] ?? '',
    );
  } finally {
    opened.close();
  }
}

const inFile = Array.from({length: 8}, (_, number) => `first ${number}`);
const inLog = inFile.map((text, index) => (index === 2 ? 'second' : text)).concat('last');

test('what is in the log counts', async (t) => t.deepEqual(await rowsOf(wal), inLog));

test('what was never committed does not', async (t) => {
  t.true(openWal.length > wal.length);
  t.deepEqual(await rowsOf(openWal), inLog);
});

test('frames after one that is damaged do not count, and no more than whole transactions', async (t) => {
  const second = Buffer.from(wal);
  second.writeUInt8(second.readUInt8(1000) ^ 1, 1000);
  t.deepEqual(
    await rowsOf(second),
    inFile.map((text, index) => (index === 2 ? 'second' : text)),
  );
  t.deepEqual(
    await rowsOf(wal.subarray(0, 900)),
    inFile.map((text, index) => (index === 2 ? 'second' : text)),
  );
  const first = Buffer.from(wal);
  first.writeUInt8(first.readUInt8(100) ^ 1, 100);
  t.deepEqual(await rowsOf(first), inFile);
});

test('a log that is none: empty, of other software, with a damaged head', async (t) => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(5000), Buffer.from('x'.repeat(2000))]) {
    t.is(readWal(bytes), undefined);
    t.deepEqual(await rowsOf(bytes), inFile);
  }
  const head = Buffer.from(wal);
  head.writeUInt8(9, 13);
  t.is(readWal(head), undefined);
});

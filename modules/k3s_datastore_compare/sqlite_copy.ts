/** The list before: read from the backup on the host into this process's memory, never onto its disk. */
import type SqlJs from 'sql.js';
import {applyWal, type Held, markWithoutWal, readWal} from '../../src/cluster/index.js';
import {TaskError} from '../../src/errors/index.js';
import type {HostNetwork} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';

const blockBytes = 4 * 1024 * 1024;

/** One block of a file of the host. */
async function block(host: HostNetwork, file: string, index: number): Promise<Buffer> {
  const {rc, stdout, stderr, truncated} = await host.ask(
    sh`dd if=${file} bs=${blockBytes} skip=${index} count=1 2>/dev/null`,
    2 * blockBytes,
  );
  if (rc === 0 && !truncated) return stdout;
  throw new TaskError({what: `${file} cannot be read: ${stderr.trim() || `exit code ${rc}`}`, rc, stderr});
}

async function sizes(host: HostNetwork, file: string): Promise<{readonly database: number; readonly wal: number}> {
  const {stdout} = await host.ask(
    sh`f=${file}; wc -c < "$f"; if [ -f "$f-wal" ]; then wc -c < "$f-wal"; else echo 0; fi`,
    1024,
  );
  const [database = 0, wal = 0] = stdout.toString().split('\n').map(Number);
  return {database, wal};
}

async function fill(host: HostNetwork, file: string, into: Uint8Array, lengthBytes: number): Promise<void> {
  for (let at = 0; at < lengthBytes; at += blockBytes) {
    const bytes = await block(host, file, at / blockBytes);
    into.set(bytes.subarray(0, Math.max(0, into.length - at)), at);
  }
}

/** The database with what its log has committed, as one image. */
export async function readDatabase(host: HostNetwork, file: string): Promise<Uint8Array> {
  const size = await sizes(host, file);
  const wal = Buffer.alloc(size.wal);
  await fill(host, `${file}-wal`, wal, size.wal);
  const committed = readWal(wal);
  const image = new Uint8Array(committed?.sizeBytes ?? size.database);
  await fill(host, file, image, Math.min(size.database, image.length));
  if (committed !== undefined) applyWal(image, wal, committed);
  return markWithoutWal(image);
}

/**
 * Kine keeps a row for each revision of a key: the newest of a name is what it is now, unless it says "deleted". Of all names
 * K3s copies those below /registry/ (k3s pkg/etcd migrateFromSQLite lists that prefix).
 */
export const listing = `SELECT name, value FROM kine AS kv WHERE name >= '/registry/' AND name < '/registry0' AND deleted = 0
  AND id = (SELECT MAX(id) FROM kine AS later WHERE later.name = kv.name) ORDER BY name`;

/** sql.js keeps a copy of what it is given, made with `slice`: this one gives itself, since nobody else needs it any more. */
const handedOver = (image: Uint8Array): Uint8Array => Object.defineProperty(image, 'slice', {value: () => image});

/** What lists a database that was read into memory. */
export async function openDatabase(image: Uint8Array): Promise<() => Generator<Held>> {
  const {default: load} = await import('sql.js');
  const sqlite: SqlJs.SqlJsStatic = await load();
  return () => listDatabase(new sqlite.Database(handedOver(image)));
}

/** Key and value, sorted by key, one at a time. The database is closed at the end. */
function* listDatabase(database: SqlJs.Database): Generator<Held> {
  try {
    const rows = database.prepare(listing);
    while (rows.step()) {
      const [name, value] = rows.get();
      yield {
        key: name instanceof Uint8Array ? Buffer.from(name).toString() : String(name),
        value: value instanceof Uint8Array ? value : Buffer.from(String(value ?? '')),
      };
    }
    rows.free();
  } finally {
    database.close();
  }
}

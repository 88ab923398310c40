/** K3s's default datastore: a SQLite file in kine's table, one row for each revision of a key. */

import {chmodSync, closeSync, mkdirSync, openSync} from 'node:fs';
import {dirname} from 'node:path';
import {type Row, SqliteShell} from './sqlite_shell.js';
import type {Entry, ListOptions, Page, Store} from './types.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS kine (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name INTEGER, created INTEGER, deleted INTEGER,
  create_revision INTEGER, prev_revision INTEGER, lease INTEGER, value BLOB, old_value BLOB);
CREATE INDEX IF NOT EXISTS kine_name_index ON kine (name);
CREATE INDEX IF NOT EXISTS kine_name_id_index ON kine (name,id);
CREATE INDEX IF NOT EXISTS kine_id_deleted_index ON kine (id,deleted);
CREATE INDEX IF NOT EXISTS kine_prev_revision_index ON kine (prev_revision);
CREATE UNIQUE INDEX IF NOT EXISTS kine_name_prev_revision_uindex ON kine (name, prev_revision);
INSERT INTO kine(name, created, deleted, create_revision, prev_revision, lease, value, old_value)
  SELECT 'compact_rev_key', 1, 0, 0, 0, 0, CAST('' AS BLOB), CAST('' AS BLOB)
  WHERE NOT EXISTS (SELECT 1 FROM kine WHERE name = 'compact_rev_key')`;

const PRAGMAS = 'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=30000';

/** Superseded rows older than this many revisions are dropped, as kine's compaction drops them. */
const KEEP_REVISIONS = 1000;
const COMPACT_EVERY = 500;

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const blob = (value: Buffer): string => `X'${value.toString('hex')}'`;

/** The row that is a key's present state, unless that state is "deleted". */
const LIVE = 'deleted = 0 AND id = (SELECT MAX(id) FROM kine AS later WHERE later.name = kv.name)';

const entryOf = ([id, created, name = '', value = '']: Row): Entry => ({
  key: Buffer.from(name, 'hex').toString(),
  value: Buffer.from(value, 'hex'),
  modRevision: Number(id),
  // A row that created its key carries 0.
  createRevision: Number(created) || Number(id),
});

const COLUMNS = 'kv.id, kv.create_revision, hex(kv.name), hex(kv.value)';

export interface SqlitePrograms {
  readonly sqlite3: string;
  readonly env: NodeJS.ProcessEnv;
}

export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly #shell: SqliteShell;
  #writes = 0;

  private constructor(shell: SqliteShell) {
    this.#shell = shell;
  }

  static async open(file: string, {sqlite3, env}: SqlitePrograms): Promise<SqliteStore> {
    mkdirSync(dirname(file), {recursive: true, mode: 0o700});
    // SQLite gives its -wal and -shm the mode of the database they belong to.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    const shell = new SqliteShell(sqlite3, file, env);
    await shell.run(PRAGMAS);
    await shell.run(SCHEMA);
    return new SqliteStore(shell);
  }

  async get(key: string): Promise<Entry | undefined> {
    const rows = await this.#shell.run(
      `SELECT ${COLUMNS} FROM (SELECT * FROM kine WHERE name = ${text(key)} ORDER BY id DESC LIMIT 1) AS kv WHERE kv.deleted = 0`,
    );
    return rows[0] && entryOf(rows[0]);
  }

  async list(prefix: string, {after, limit = 0}: ListOptions = {}): Promise<Page> {
    const from = after === undefined ? `kv.name >= ${text(prefix)}` : `kv.name > ${text(after)}`;
    const rows = await this.#shell.run(
      `SELECT ${COLUMNS} FROM kine AS kv WHERE ${from} AND kv.name < ${text(`${prefix}\u{10ffff}`)} AND ${LIVE}
       ORDER BY kv.name${limit > 0 ? ` LIMIT ${limit + 1}` : ''}`,
    );
    const [[revision = '0'] = []] = await this.#shell.run('SELECT COALESCE(MAX(id), 0) FROM kine');
    const more = limit > 0 && rows.length > limit;
    return {entries: (more ? rows.slice(0, limit) : rows).map(entryOf), more, revision: Number(revision)};
  }

  create(key: string, value: Buffer): Promise<number | undefined> {
    const last = `(SELECT id, deleted FROM kine WHERE name = ${text(key)} ORDER BY id DESC LIMIT 1)`;
    return this.#insert(
      `SELECT ${text(key)}, 1, 0, 0, COALESCE((SELECT id FROM ${last}), 0), 0, ${blob(value)}, NULL
       WHERE NOT EXISTS (SELECT 1 FROM ${last} WHERE deleted = 0)`,
    );
  }

  update(key: string, value: Buffer, modRevision: number): Promise<number | undefined> {
    return this.#insert(
      `SELECT name, 0, 0, CASE WHEN created THEN id ELSE create_revision END, id, 0, ${blob(value)}, value
       FROM kine AS kv WHERE id = ${modRevision} AND name = ${text(key)} AND ${LIVE}`,
    );
  }

  async delete(key: string, modRevision?: number): Promise<boolean> {
    const at = modRevision === undefined ? '' : `id = ${modRevision} AND `;
    const revision = await this.#insert(
      `SELECT name, 0, 1, CASE WHEN created THEN id ELSE create_revision END, id, 0, value, value
       FROM kine AS kv WHERE ${at}name = ${text(key)} AND ${LIVE}`,
    );
    return revision !== undefined;
  }

  close(): Promise<void> {
    return this.#shell.close();
  }

  async #insert(select: string): Promise<number | undefined> {
    const columns = 'name, created, deleted, create_revision, prev_revision, lease, value, old_value';
    const rows = await this.#shell.run(`INSERT INTO kine(${columns}) ${select}; SELECT changes(), last_insert_rowid()`);
    if (++this.#writes % COMPACT_EVERY === 0) await this.#compact();
    const [changed, id] = rows[0] ?? [];
    return changed === '1' ? Number(id) : undefined;
  }

  async #compact(): Promise<void> {
    await this.#shell.run(
      `DELETE FROM kine WHERE name != 'compact_rev_key' AND id <= (SELECT MAX(id) FROM kine) - ${KEEP_REVISIONS}
       AND (deleted = 1 OR id < (SELECT MAX(id) FROM kine AS later WHERE later.name = kine.name))`,
    );
  }
}

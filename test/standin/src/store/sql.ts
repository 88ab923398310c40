/** Keys in kine's table of a SQL server: one row for each revision of a key; the unique index decides who was first. */

import type {Entry, ListOptions, Page, Store} from './types.js';

export interface SqlRow {
  readonly id: number;
  readonly name: string;
  readonly created: boolean;
  readonly deleted: boolean;
  readonly createRevision: number;
  readonly value: Buffer;
}

/** What differs between one SQL server and another. */
export interface SqlServer {
  readonly kind: string;
  /** Rows of a SELECT on kine's columns; `?` are the values, in order. */
  rows(sql: string, values: readonly unknown[]): Promise<readonly SqlRow[]>;
  /** The new row's id; undefined where the unique index has (name, prev_revision) already. */
  insert(columns: readonly string[], values: readonly unknown[]): Promise<number | undefined>;
  revision(): Promise<number>;
  close(): Promise<void>;
}

const COLUMNS = ['name', 'created', 'deleted', 'create_revision', 'prev_revision', 'lease', 'value', 'old_value'];
export const READ = 'kv.id, kv.name, kv.created, kv.deleted, kv.create_revision, kv.value';

const entryOf = ({id, name, value, createRevision}: SqlRow): Entry => ({
  key: name,
  value,
  modRevision: id,
  // A row that created its key carries 0.
  createRevision: createRevision || id,
});

/** The end of a prefix's range: its last character plus one. */
const endOf = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

export class SqlStore implements Store {
  readonly kind: string;
  readonly #server: SqlServer;

  constructor(server: SqlServer) {
    this.kind = server.kind;
    this.#server = server;
  }

  async get(key: string): Promise<Entry | undefined> {
    const row = await this.#last(key);
    return row && !row.deleted ? entryOf(row) : undefined;
  }

  async list(prefix: string, {after, limit = 0}: ListOptions = {}): Promise<Page> {
    const from = after === undefined ? 'name >= ?' : 'name > ?';
    const rows = await this.#server.rows(
      `SELECT ${READ} FROM kine AS kv JOIN (SELECT MAX(id) AS id FROM kine WHERE ${from} AND name < ? GROUP BY name) AS last
       ON kv.id = last.id WHERE kv.deleted = 0 ORDER BY kv.name${limit > 0 ? ` LIMIT ${limit + 1}` : ''}`,
      [after ?? prefix, endOf(prefix)],
    );
    const more = limit > 0 && rows.length > limit;
    return {entries: (more ? rows.slice(0, limit) : rows).map(entryOf), more, revision: await this.#server.revision()};
  }

  async create(key: string, value: Buffer): Promise<number | undefined> {
    const last = await this.#last(key);
    if (last && !last.deleted) return undefined;
    return this.#server.insert(COLUMNS, [key, 1, 0, 0, last?.id ?? 0, 0, value, null]);
  }

  async update(key: string, value: Buffer, modRevision: number): Promise<number | undefined> {
    const last = await this.#last(key);
    if (!last || last.deleted || last.id !== modRevision) return undefined;
    return this.#server.insert(COLUMNS, [key, 0, 0, created(last), last.id, 0, value, last.value]);
  }

  async delete(key: string, modRevision?: number): Promise<boolean> {
    const last = await this.#last(key);
    if (!last || last.deleted || (modRevision !== undefined && last.id !== modRevision)) return false;
    const id = await this.#server.insert(COLUMNS, [key, 0, 1, created(last), last.id, 0, last.value, last.value]);
    return id !== undefined;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  async #last(key: string): Promise<SqlRow | undefined> {
    const rows = await this.#server.rows(
      `SELECT ${READ} FROM kine AS kv WHERE kv.name = ? ORDER BY kv.id DESC LIMIT 1`,
      [key],
    );
    return rows[0];
  }
}

const created = (row: SqlRow): number => row.createRevision || row.id;

/** kine's table in PostgreSQL (kine pkg/drivers/pgsql). */

import {readFileSync} from 'node:fs';
import type {PoolConfig} from 'pg';
import type {SqlServer} from './sql.js';
import type {ServerTls} from './sql_open.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS kine (
  id BIGSERIAL PRIMARY KEY, name text COLLATE "C", created INTEGER, deleted INTEGER, create_revision BIGINT,
  prev_revision BIGINT, lease INTEGER, value bytea, old_value bytea);
CREATE INDEX IF NOT EXISTS kine_name_index ON kine (name);
CREATE INDEX IF NOT EXISTS kine_name_id_index ON kine (name,id);
CREATE INDEX IF NOT EXISTS kine_id_deleted_index ON kine (id,deleted);
CREATE INDEX IF NOT EXISTS kine_prev_revision_index ON kine (prev_revision);
CREATE UNIQUE INDEX IF NOT EXISTS kine_name_prev_revision_uindex ON kine (name, prev_revision)`;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** A URL; with any TLS file and no sslmode of its own, kine asks for verify-full. */
const parseUrl = (rest: string, tls: ServerTls) => {
  const url = new URL(`postgres://${rest}`);
  const asked = (name: string): string | undefined => url.searchParams.get(name) ?? undefined;
  const file = (name: string) => {
    const path = asked(name);
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  };
  const ca = file('sslrootcert') ?? tls.ca;
  const mode = asked('sslmode') ?? (Object.keys(tls).length > 0 ? 'verify-full' : 'prefer');
  const verifies = mode.startsWith('verify') || (mode === 'require' && ca !== undefined);
  const secure = {...tls, ...(ca === undefined ? {} : {ca}), rejectUnauthorized: verifies};
  return {
    database: decodeURIComponent(url.pathname.slice(1)).toLowerCase() || 'kubernetes',
    mode,
    login: {
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port || 5432),
      ssl: mode === 'disable' ? false : secure,
      connectionTimeoutMillis: 10_000,
    } satisfies PoolConfig,
  };
};

export const openPostgres = async (rest: string, tls: ServerTls): Promise<SqlServer> => {
  const {Client, Pool} = (await import('pg')).default;
  const {database, mode, login} = parseUrl(rest, tls);
  const connect = async (config: PoolConfig): Promise<PoolConfig> => {
    const client = new Client(config);
    client.on('error', () => {});
    await client.connect();
    await client.end();
    return config;
  };
  // A database that is missing is made from the one called postgres; what goes wrong there only earns a warning.
  await makeDatabase(new Client({...login, database: 'postgres'}), database);
  const config = await connect({...login, database}).catch((error: unknown) => {
    if (mode !== 'prefer') throw error;
    return connect({...login, database, ssl: false});
  });
  const pool = new Pool({...config, max: 8});
  pool.on('error', () => {});
  await pool.query(SCHEMA);
  return {
    kind: 'postgres',
    rows: async (sql, values) => {
      const text = numbered(sql);
      // Statements are prepared under a name and kept, as pgx does.
      const {rows} = await pool.query({name: nameOf(text), text, values: [...values]});
      return rows.map((row) => ({
        id: Number(row.id),
        name: String(row.name),
        created: row.created !== 0,
        deleted: row.deleted !== 0,
        createRevision: Number(row.create_revision),
        value: (row.value as Buffer | null) ?? Buffer.alloc(0),
      }));
    },
    insert: async (columns, values) => {
      const text = numbered(
        `INSERT INTO kine (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) RETURNING id`,
      );
      try {
        const {rows} = await pool.query({name: nameOf(text), text, values: [...values]});
        return Number(rows[0]?.id);
      } catch (error) {
        if (codeOf(error) === '23505') return undefined;
        throw error;
      }
    },
    revision: async () => Number((await pool.query('SELECT COALESCE(MAX(id), 0) AS id FROM kine')).rows[0]?.id ?? 0),
    close: () => pool.end(),
  };
};

type Client = InstanceType<typeof import('pg').Client>;

const makeDatabase = async (client: Client, database: string): Promise<void> => {
  client.on('error', () => {});
  try {
    await client.connect();
    const {rows} = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (rows.length === 0) await client.query(`CREATE DATABASE "${database}"`);
  } catch {
    // Connecting to the database itself says what is wrong.
  } finally {
    await client.end().catch(() => {});
  }
};

/** `?` as PostgreSQL numbers them. */
const numbered = (sql: string): string => {
  let count = 0;
  return sql.replaceAll('?', () => `$${++count}`);
};

/** A short name of its own for each statement. */
const nameOf = (text: string): string =>
  `kine_${[...text].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) >>> 0, 7)}`;

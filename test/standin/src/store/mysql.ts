/** kine's table in MySQL or MariaDB (kine pkg/drivers/mysql). */

import {isIP} from 'node:net';
import type {Pool, ResultSetHeader, RowDataPacket} from 'mysql2/promise';
import type {SqlServer} from './sql.js';
import type {ServerTls} from './sql_open.js';

const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS kine (
     id BIGINT UNSIGNED AUTO_INCREMENT, name VARCHAR(630) CHARACTER SET ascii, created INTEGER, deleted INTEGER,
     create_revision BIGINT UNSIGNED, prev_revision BIGINT UNSIGNED, lease INTEGER, value MEDIUMBLOB, old_value MEDIUMBLOB,
     PRIMARY KEY (id))`,
  'CREATE INDEX kine_name_index ON kine (name)',
  'CREATE INDEX kine_name_id_index ON kine (name,id)',
  'CREATE INDEX kine_id_deleted_index ON kine (id,deleted)',
  'CREATE INDEX kine_prev_revision_index ON kine (prev_revision)',
  'CREATE UNIQUE INDEX kine_name_prev_revision_uindex ON kine (name, prev_revision)',
];

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** `user:password@tcp(host:port)/database`; go-sql-driver's own words for what is wrong of it. */
export const parseDsn = (dsn: string) => {
  const slash = dsn.lastIndexOf('/');
  if (slash === -1) throw new Error('invalid DSN: missing the slash separating the database name');
  const match = /^(?:([^:@]*)(?::(.*))?@)?(?:(\w+)\(([^)]*)\))?$/s.exec(dsn.slice(0, slash));
  if (!match) throw new Error('default addr for network unknown');
  const [, user = '', password = '', , address = ''] = match;
  const [host = '127.0.0.1', port = '3306'] = address.replace(/^\[(.*)\]/, '$1').split(/:(?=\d+$)/);
  const [database = ''] = dsn.slice(slash + 1).split('?');
  return {user, password, host: host || '127.0.0.1', port: Number(port), database: database || 'kubernetes'};
};

export const openMysql = async (dsn: string, tls: ServerTls): Promise<SqlServer> => {
  const {createConnection, createPool} = (await import('mysql2/promise')).default;
  const {database, ...login} = parseDsn(dsn);
  const ssl =
    Object.keys(tls).length > 0
      ? {...tls, rejectUnauthorized: true, verifyIdentity: isIP(login.host) === 0}
      : undefined;
  const options = {...login, ...(ssl ? {ssl} : {}), connectTimeout: 10_000};
  const first = await createConnection({...options, database}).catch((error: unknown) => {
    if (codeOf(error) !== 'ER_BAD_DB_ERROR') throw error;
    return createConnection(options);
  });
  try {
    await first.query(`CREATE DATABASE IF NOT EXISTS \`${database}\``).catch((error: unknown) => {
      // Without the right to make databases, one that is there will do.
      if (codeOf(error) !== 'ER_DBACCESS_DENIED_ERROR') throw error;
    });
  } finally {
    await first.end();
  }
  const pool = createPool({...options, database, connectionLimit: 8, maxIdle: 8});
  for (const statement of SCHEMA)
    await pool.query(statement).catch((error: unknown) => {
      if (codeOf(error) !== 'ER_DUP_KEYNAME') throw error;
    });
  return serverOf(pool);
};

const serverOf = (pool: Pool): SqlServer => ({
  kind: 'mysql',
  rows: async (sql, values) => {
    const [rows] = await pool.execute<RowDataPacket[]>(sql, [...values] as string[]);
    return rows.map((row) => ({
      id: Number(row.id),
      name: String(row.name),
      created: Number(row.created) !== 0,
      deleted: Number(row.deleted) !== 0,
      createRevision: Number(row.create_revision),
      value: (row.value as Buffer | null) ?? Buffer.alloc(0),
    }));
  },
  insert: async (columns, values) => {
    try {
      const marks = columns.map(() => '?').join(', ');
      const sql = `INSERT INTO kine (${columns.join(', ')}) VALUES (${marks})`;
      const [header] = await pool.execute<ResultSetHeader>(sql, [...values] as string[]);
      return header.insertId;
    } catch (error) {
      if (codeOf(error) === 'ER_DUP_ENTRY') return undefined;
      throw error;
    }
  },
  revision: async () => {
    const [rows] = await pool.execute<RowDataPacket[]>('SELECT COALESCE(MAX(id), 0) AS id FROM kine');
    return Number(rows[0]?.id ?? 0);
  },
  close: () => pool.end(),
});

import {isIP} from 'node:net';
import {checkServerIdentity, type TLSSocket} from 'node:tls';
import type {Connection, RowDataPacket} from 'mysql2/promise';
import {
  addressText,
  type MysqlEndpoint,
  mayWriteReadOnly,
  missingGrants,
  type TrialSeen,
} from '../../src/cluster/index.js';
import type {HostNetwork} from '../../src/module/index.js';
import type {TlsFiles} from './tls_files.js';
import {answerMs, endedBy, inTime, reach, TrialEnded} from './trouble.js';

type Address = NonNullable<MysqlEndpoint['address']>;

/** Logs in as K3s would, over a stream that begins on the host. With any TLS file the connection is TLS (kine pkg/tls). */
async function logIn(
  endpoint: MysqlEndpoint,
  address: Address,
  {network, tls}: {readonly network: HostNetwork; readonly tls: TlsFiles},
  database: string | undefined,
): Promise<Connection> {
  const {default: mysql} = await import('mysql2/promise');
  const stream = await reach(network, address);
  const named = isIP(address.host) === 0;
  const ssl =
    Object.keys(tls).length === 0
      ? undefined
      : {
          ...(tls.ca === undefined ? {} : {ca: tls.ca}),
          ...(tls.cert === undefined ? {} : {cert: tls.cert}),
          ...(tls.key === undefined ? {} : {key: tls.key.reveal()}),
          rejectUnauthorized: true,
          // The library knows names only; addresses are looked for in the certificate below.
          verifyIdentity: named,
        };
  const connection = await inTime(
    mysql.createConnection({
      stream,
      host: address.host,
      user: endpoint.user,
      password: endpoint.password?.reveal() ?? '',
      connectTimeout: answerMs,
      ...(database === undefined ? {} : {database}),
      ...(ssl === undefined ? {} : {ssl}),
    }),
    address,
  );
  if (ssl !== undefined && !named) {
    const {stream: secure} = (connection as unknown as {readonly connection: {readonly stream: TLSSocket}}).connection;
    const wrong = checkServerIdentity(address.host, secure.getPeerCertificate());
    if (wrong !== undefined) {
      connection.destroy();
      throw endedBy(wrong, addressText(address));
    }
  }
  return connection;
}

const isUnknownDatabase = (error: unknown): boolean =>
  error instanceof TrialEnded && error.trouble.trouble === 'said' && error.trouble.code === 'ER_BAD_DB_ERROR';

/** Resolves, connects, logs in, prepares a statement, reads rights and what lies there; writes nothing. */
export async function tryMysql(
  endpoint: MysqlEndpoint,
  address: Address,
  way: {readonly network: HostNetwork; readonly tls: TlsFiles},
): Promise<TrialSeen> {
  let there = true;
  const connection = await logIn(endpoint, address, way, endpoint.database).catch((error: unknown) => {
    if (!isUnknownDatabase(error)) throw error;
    there = false;
    return logIn(endpoint, address, way, undefined);
  });
  try {
    return await inTime(look(connection, endpoint.database, there), address);
  } finally {
    connection.destroy();
  }
}

async function look(connection: Connection, database: string, there: boolean): Promise<TrialSeen> {
  // execute() is a prepared statement of the server's.
  const rows = async (sql: string, values: string[] = []): Promise<RowDataPacket[]> =>
    (await connection.execute<RowDataPacket[]>(sql, values))[0];
  const [server] = await rows(
    'SELECT VERSION() AS version, @@global.read_only AS locked, @@hostname AS host, @@port AS port',
  );
  const [grants] = await connection.query<RowDataPacket[]>('SHOW GRANTS');
  const lines = grants.map((row) => String(Object.values(row)[0]));
  const table =
    there &&
    (await rows("SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = 'kine'", [database]))
      .length > 0;
  const missing = missingGrants(lines, {database, table});
  const readable = table && missing?.includes('SELECT') !== true;
  const kept = readable
    ? await rows(
        `SELECT kv.name AS name FROM kine AS kv JOIN (SELECT MAX(id) AS id FROM kine WHERE name LIKE '/bootstrap/%' GROUP BY name) AS last
         ON kv.id = last.id WHERE kv.deleted = 0`,
      )
    : [];
  return {
    version: String(server?.version),
    database: there ? 'there' : missing === undefined || !missing.includes('CREATE') ? 'creatable' : 'missing',
    readOnly: Number(server?.locked) !== 0 && !mayWriteReadOnly(lines),
    table,
    missingRights: missing,
    bootstrap: kept.map(({name}) => String(name)),
    alarms: [],
    identity: `${server?.host}:${server?.port}`,
  };
}

import type {Duplex} from 'node:stream';
import {type ConnectionOptions, checkServerIdentity} from 'node:tls';
import type {Client} from 'pg';
import type {Address, PostgresEndpoint, SslMode, TrialSeen} from '../../src/cluster/index.js';
import type {HostNetwork} from '../../src/module/index.js';
import type {TlsFiles} from './tls_files.js';
import {answerMs, inTime, reach, TrialEnded} from './trouble.js';

interface Way {
  readonly network: HostNetwork;
  readonly tls: TlsFiles;
}

/** The library calls these on a socket of its own; a stream that stands already has nothing to do for them. */
const asSocket = (stream: Duplex): Duplex =>
  Object.assign(stream, {
    connect: () => void process.nextTick(() => stream.emit('connect')),
    setNoDelay: () => stream,
    setKeepAlive: () => stream,
    ref: () => stream,
    unref: () => stream,
  });

/** What pgx does for each sslmode, in order: with TLS files and no mode, kine asks for verify-full. */
function attemptsFor(
  mode: SslMode,
  address: Address,
  {ca, cert, key}: TlsFiles,
): readonly (ConnectionOptions | false)[] {
  const verifies = mode === 'verify-full' || mode === 'verify-ca' || (mode === 'require' && ca !== undefined);
  const secure: ConnectionOptions = {
    ...(ca === undefined ? {} : {ca}),
    ...(cert === undefined ? {} : {cert}),
    ...(key === undefined ? {} : {key: key.reveal()}),
    rejectUnauthorized: verifies,
    checkServerIdentity: (_name, certificate) =>
      mode === 'verify-full' ? checkServerIdentity(address.host, certificate) : undefined,
  };
  if (mode === 'disable') return [false];
  if (mode === 'allow') return [false, secure];
  if (mode === 'prefer') return [secure, false];
  return [secure];
}

/** Whether the other of two ways may do where this one did not: no TLS there, or a rule that wants the other. */
const triesOther = (error: unknown): boolean =>
  error instanceof TrialEnded &&
  error.trouble.trouble === 'said' &&
  (/does not support SSL/.test(error.trouble.said) || error.trouble.code === '28000');

async function logIn(
  endpoint: PostgresEndpoint,
  address: Address,
  {network, tls}: Way,
  database: string,
): Promise<Client> {
  const {Client: PgClient} = (await import('pg')).default;
  const mode = endpoint.sslMode ?? (Object.keys(tls).length > 0 ? 'verify-full' : 'prefer');
  const attempts = attemptsFor(mode, address, tls);
  let refused: unknown;
  for (const ssl of attempts) {
    const stream = asSocket(await reach(network, address));
    const client = new PgClient({
      stream: () => stream as never,
      host: address.host,
      port: address.port,
      user: endpoint.user,
      password: endpoint.password?.reveal() ?? '',
      database,
      ssl,
      connectionTimeoutMillis: answerMs,
      application_name: 'quorate',
    });
    client.on('error', () => undefined);
    try {
      await inTime(client.connect(), address);
      return client;
    } catch (error) {
      stream.destroy();
      if (!triesOther(error)) throw error;
      // The way that was tried first is the one that was meant.
      refused ??= error;
    }
  }
  throw refused;
}

const isUnknownDatabase = (error: unknown): boolean =>
  error instanceof TrialEnded && error.trouble.trouble === 'said' && error.trouble.code === '3D000';

/** Resolves, connects, logs in, keeps a prepared statement over a transaction, reads rights and what lies there; writes nothing. */
export async function tryPostgres(endpoint: PostgresEndpoint, address: Address, way: Way): Promise<TrialSeen> {
  let there = true;
  const client = await logIn(endpoint, address, way, endpoint.database).catch(async (error: unknown) => {
    if (!isUnknownDatabase(error)) throw error;
    there = false;
    // K3s makes a database that is missing, from the database `postgres`; without that one its own words are the answer.
    return logIn(endpoint, address, way, 'postgres').catch(() => {
      throw error;
    });
  });
  try {
    const seen = await inTime(there ? lookInside(client) : lookOutside(client), address);
    const lostStatement =
      there && endpoint.keepsStatements
        ? await statementLost(client, () => logIn(endpoint, address, way, endpoint.database), address)
        : undefined;
    return {...seen, ...(lostStatement === undefined ? {} : {lostStatement})};
  } finally {
    client.end().catch(() => undefined);
  }
}

const serverFacts = `SELECT current_setting('server_version') AS version, pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS locked,
  (SELECT system_identifier::text FROM pg_control_system()) AS identity`;

async function lookOutside(client: Client): Promise<TrialSeen> {
  const {rows} = await client.query(
    `SELECT rolcreatedb OR rolsuper AS creates, server.* FROM pg_roles, (${serverFacts}) AS server WHERE rolname = current_user`,
  );
  const [server] = rows;
  return {
    version: String(server?.version),
    database: server?.creates === true ? 'creatable' : 'missing',
    readOnly: server?.locked === true,
    table: false,
    missingRights: undefined,
    bootstrap: [],
    alarms: [],
    identity: String(server?.identity ?? ''),
  };
}

/** kine makes its table and indexes `IF NOT EXISTS` at each start, which asks for CREATE and for the table's owner all the same. */
const rights = `SELECT
  CASE WHEN current_schema() IS NULL OR NOT has_schema_privilege(current_schema(), 'CREATE') THEN 'make tables in schema ' || coalesce(current_schema(), 'public') END AS schema,
  to_regclass('kine') IS NOT NULL AS "table",
  (SELECT CASE WHEN NOT pg_has_role(relowner, 'USAGE') THEN 'index the table kine, whose owner is ' || pg_get_userbyid(relowner) END FROM pg_class WHERE oid = to_regclass('kine')) AS owner,
  (SELECT string_agg(word, ', ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS word
    WHERE to_regclass('kine') IS NOT NULL AND NOT has_table_privilege(to_regclass('kine'), word)) AS rows`;

async function lookInside(client: Client): Promise<TrialSeen> {
  const server = (await client.query(serverFacts)).rows[0];
  const found = (await client.query(rights)).rows[0];
  const missing = [
    found?.schema,
    found?.owner,
    found?.rows === null ? null : `${found?.rows} on the table kine`,
  ].filter((one) => typeof one === 'string');
  const kept =
    found?.table === true && !/SELECT/.test(found?.rows ?? '')
      ? await client.query(
          `SELECT kv.name FROM kine AS kv JOIN (SELECT MAX(id) AS id FROM kine WHERE name LIKE '/bootstrap/%' GROUP BY name) AS last
           ON kv.id = last.id WHERE kv.deleted = 0`,
        )
      : undefined;
  return {
    version: String(server?.version),
    database: 'there',
    readOnly: server?.locked === true,
    table: found?.table === true,
    missingRights: missing,
    bootstrap: kept?.rows.map(({name}) => String(name)) ?? [],
    alarms: [],
    identity: String(server?.identity ?? ''),
  };
}

const mostHolders = 3;

/**
 * A pooler that gives a connection of the database to whoever has a transaction loses statements that were prepared before.
 * Here other clients hold transactions, and one of them the connection the statement was prepared on, if connections move;
 * it may take more than one, since other servers are tried at the same time.
 */
async function statementLost(
  client: Client,
  another: () => Promise<Client>,
  address: Address,
): Promise<string | undefined> {
  const holders: Client[] = [];
  try {
    // A name that no other trial has left on a connection of the database.
    const {rows} = await inTime(
      client.query<{word: string}>(
        "SELECT pg_backend_pid() || '_' || (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS word",
      ),
      address,
    );
    const statement = {name: `quorate_${rows[0]?.word}`, text: 'SELECT $1::int + 1 AS one', values: [1]};
    await inTime(client.query(statement), address);
    for (let tries = 0; tries < mostHolders; tries++) {
      const holder = await another();
      holders.push(holder);
      await inTime(holder.query('BEGIN READ ONLY'), address);
      await inTime(holder.query('SELECT 1'), address);
      await inTime(client.query(statement), address);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof TrialEnded)) throw error;
    const {trouble} = error;
    return trouble.trouble === 'said'
      ? trouble.said
      : 'it waited for a connection of the database that another client holds';
  } finally {
    for (const holder of holders) holder.end().catch(() => undefined);
  }
}

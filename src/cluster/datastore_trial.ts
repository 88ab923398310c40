import {createHash} from 'node:crypto';
import type {Secret} from '../shell/index.js';
import {type Endpoint, kindName, type MysqlEndpoint, type PostgresEndpoint} from './datastore_types.js';
import {parseToken} from './tokens.js';

/** What a server found when it tried the endpoint; nothing was written. */
export interface TrialSeen {
  /** The database's own version. */
  readonly version: string;
  /** Missing: it is there no more than a right to make it is. */
  readonly database: 'there' | 'creatable' | 'missing';
  readonly readOnly: boolean;
  /** kine's table, or any key of K3s's in etcd. */
  readonly table: boolean;
  /** Rights that K3s needs and has not; undefined where that cannot be read. */
  readonly missingRights: readonly string[] | undefined;
  /** Keys under /bootstrap/, each named after the token that seals it. */
  readonly bootstrap: readonly string[];
  /** Why a prepared statement did not outlast a transaction. */
  readonly lostStatement?: string;
  /** Alarms that etcd has raised. */
  readonly alarms: readonly string[];
  /** What is equal for all who reach this very datastore; empty where nothing tells. */
  readonly identity: string;
}

export interface TrialFault {
  /** `its port`, `the server's certificate`: what to blame. */
  readonly part: string;
  readonly what: string;
  readonly hint: string;
}

export interface TrialContext {
  readonly endpoint: Endpoint;
  readonly token: Secret;
  /** Servers of this cluster live on an external datastore already. */
  readonly inUse: boolean;
}

/** Where K3s keeps the CA keys, sealed with the token's password (k3s pkg/cluster, storageKey). */
export const bootstrapKey = (token: Secret): string =>
  `/bootstrap/${createHash('sha256').update(parseToken(token).password.reveal()).digest('hex').slice(0, 12)}`;

/** What would go wrong once K3s starts on what was found; pure. */
export function judgeTrial(seen: TrialSeen, {endpoint, token, inUse}: TrialContext): readonly TrialFault[] {
  const faults: TrialFault[] = [];
  const fault = (part: string, what: string, hint: string): void => void faults.push({part, what, hint});
  if (seen.database === 'missing' && endpoint.kind !== 'etcd')
    fault(
      'its database',
      `there is no database ${endpoint.database}, and its user may not make one`,
      `make it, and give it to the user: ${createHint(endpoint)}`,
    );
  if (seen.readOnly)
    fault(
      'its host',
      'what answers there is read-only (a replica, or a server in maintenance)',
      'name the server that is written to',
    );
  if (seen.lostStatement !== undefined)
    fault(
      'its port',
      `a prepared statement did not outlast a transaction: ${seen.lostStatement}`,
      'K3s keeps prepared statements: a pooler in between (PgBouncer) has to pool by session, or keep them itself (max_prepared_statements, from PgBouncer 1.21 on); or name the database itself',
    );
  if (seen.alarms.length > 0)
    fault(
      'its host',
      `etcd takes no writes, for its alarms: ${seen.alarms.join(', ')}`,
      'see `etcdctl alarm list` there; NOSPACE needs compaction, defragmentation and `etcdctl alarm disarm`',
    );
  if (seen.database === 'there' && seen.missingRights !== undefined && seen.missingRights.length > 0)
    fault('its user', `it lacks the right to ${seen.missingRights.join(', ')}`, grantHint(endpoint));
  const own = seen.bootstrap.includes(bootstrapKey(token));
  if (inUse && !own)
    fault(
      'its database',
      seen.bootstrap.length > 0
        ? 'it holds another cluster, and not the one that these servers run'
        : 'it does not hold the data of the cluster that these servers run',
      `K3s moves no data, and would begin anew there: bring the data over first (${copyHint(endpoint)}), or leave the endpoint as it was`,
    );
  if (!inUse && !own && seen.bootstrap.length > 0)
    fault(
      'its database',
      'it holds a cluster already, which was made with another token',
      'to go on with that cluster, set k3s_token to its token (server/token on one of its servers, or your saved copy); for a new cluster, name another database',
    );
  return faults;
}

const createHint = ({kind, database, user}: MysqlEndpoint | PostgresEndpoint): string =>
  kind === 'postgres'
    ? `CREATE DATABASE "${database}" OWNER "${user}"`
    : `CREATE DATABASE \`${database}\`; GRANT ALL ON \`${database}\`.* TO '${user}'@'%'`;

function grantHint(endpoint: Endpoint): string {
  if (endpoint.kind === 'postgres')
    return `make it the database's owner: ALTER DATABASE "${endpoint.database}" OWNER TO "${endpoint.user}" (from PostgreSQL 15 on, nobody else may make tables in schema public); tables that are there: ALTER TABLE kine OWNER TO "${endpoint.user}"`;
  if (endpoint.kind === 'mysql') return `GRANT ALL ON \`${endpoint.database}\`.* TO '${endpoint.user}'@'%'`;
  return 'give the role of its certificate readwrite on all keys';
}

const copyHint = (endpoint: Endpoint): string =>
  endpoint.kind === 'etcd'
    ? 'a snapshot of the old etcd, restored'
    : `a dump of the old database with all servers stopped, read into ${kindName(endpoint.kind)} there`;

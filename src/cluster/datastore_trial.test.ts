import test from 'ava';
import {Secret} from '../shell/index.js';
import {parseEndpoint} from './datastore_endpoint.js';
import {bootstrapKey, judgeTrial, type TrialFault, type TrialSeen} from './datastore_trial.js';
import type {Endpoint} from './datastore_types.js';

const endpointOf = (text: string): Endpoint => {
  const parsed = parseEndpoint(new Secret(text));
  if ('fault' in parsed) throw new Error(parsed.fault.what);
  return parsed.endpoint;
};
const mysql = endpointOf('mysql://k3s:pa@tcp(db)/k3s');
const postgres = endpointOf('postgres://k3s:pa@db/k3s');
const etcd = endpointOf('https://e1:2379');
const token = new Secret('K10aa::server:abcd');

const sound: TrialSeen = {
  version: '1',
  database: 'there',
  readOnly: false,
  table: false,
  missingRights: [],
  bootstrap: [],
  alarms: [],
  identity: 'x',
};
const own = bootstrapKey(new Secret('abcd'));

test('the bootstrap key is of the token’s password, in K3s’s own form', (t) => {
  t.is(own, '/bootstrap/88d4266fd4e6');
  t.is(bootstrapKey(new Secret(`K10${'a'.repeat(64)}::server:abcd`)), own);
});

const judged: Readonly<
  Record<string, {seen: Partial<TrialSeen>; endpoint?: Endpoint; inUse?: boolean; faults: readonly TrialFault[]}>
> = {
  'an empty database for a new cluster': {seen: {}, faults: []},
  'a database that K3s may make': {seen: {database: 'creatable'}, faults: []},
  'rights that cannot be read': {seen: {missingRights: undefined}, faults: []},
  'the cluster of this token, for servers that are new or not': {seen: {table: true, bootstrap: [own]}, faults: []},
  'the cluster of these servers': {seen: {table: true, bootstrap: [own]}, inUse: true, faults: []},
  'no database, and none to be made': {
    seen: {database: 'missing', missingRights: ['SELECT']},
    faults: [
      {
        part: 'its database',
        what: 'there is no database k3s, and its user may not make one',
        hint: "make it, and give it to the user: CREATE DATABASE `k3s`; GRANT ALL ON `k3s`.* TO 'k3s'@'%'",
      },
    ],
  },
  'a replica': {
    seen: {readOnly: true},
    faults: [
      {
        part: 'its host',
        what: 'what answers there is read-only (a replica, or a server in maintenance)',
        hint: 'name the server that is written to',
      },
    ],
  },
  'lost statements': {
    seen: {lostStatement: 'no such statement'},
    endpoint: postgres,
    faults: [
      {
        part: 'its port',
        what: 'a prepared statement did not outlast a transaction: no such statement',
        hint: 'K3s keeps prepared statements: a pooler in between (PgBouncer) has to pool by session, or keep them itself (max_prepared_statements, from PgBouncer 1.21 on); or name the database itself',
      },
    ],
  },
  'etcd that is full': {
    seen: {alarms: ['NOSPACE']},
    endpoint: etcd,
    faults: [
      {
        part: 'its host',
        what: 'etcd takes no writes, for its alarms: NOSPACE',
        hint: 'see `etcdctl alarm list` there; NOSPACE needs compaction, defragmentation and `etcdctl alarm disarm`',
      },
    ],
  },
  'rights that are missing': {
    seen: {missingRights: ['INSERT', 'CREATE']},
    faults: [
      {part: 'its user', what: 'it lacks the right to INSERT, CREATE', hint: "GRANT ALL ON `k3s`.* TO 'k3s'@'%'"},
    ],
  },
  'rights that are missing in PostgreSQL': {
    seen: {missingRights: ['make tables in schema public']},
    endpoint: postgres,
    faults: [
      {
        part: 'its user',
        what: 'it lacks the right to make tables in schema public',
        hint: 'make it the database\'s owner: ALTER DATABASE "k3s" OWNER TO "k3s" (from PostgreSQL 15 on, nobody else may make tables in schema public); tables that are there: ALTER TABLE kine OWNER TO "k3s"',
      },
    ],
  },
  'a cluster of another token': {
    seen: {bootstrap: ['/bootstrap/0123456789ab']},
    faults: [
      {
        part: 'its database',
        what: 'it holds a cluster already, which was made with another token',
        hint: 'to go on with that cluster, set k3s_token to its token (server/token on one of its servers, or your saved copy); for a new cluster, name another database',
      },
    ],
  },
  'an empty database for servers that run': {
    seen: {},
    inUse: true,
    faults: [
      {
        part: 'its database',
        what: 'it does not hold the data of the cluster that these servers run',
        hint: 'K3s moves no data, and would begin anew there: bring the data over first (a dump of the old database with all servers stopped, read into MySQL there), or leave the endpoint as it was',
      },
    ],
  },
  'another cluster for servers that run': {
    seen: {bootstrap: ['/bootstrap/0123456789ab']},
    inUse: true,
    faults: [
      {
        part: 'its database',
        what: 'it holds another cluster, and not the one that these servers run',
        hint: 'K3s moves no data, and would begin anew there: bring the data over first (a dump of the old database with all servers stopped, read into MySQL there), or leave the endpoint as it was',
      },
    ],
  },
  'two faults at once': {
    seen: {readOnly: true},
    inUse: true,
    faults: [
      {
        part: 'its host',
        what: 'what answers there is read-only (a replica, or a server in maintenance)',
        hint: 'name the server that is written to',
      },
      {
        part: 'its database',
        what: 'it does not hold the data of the cluster that these servers run',
        hint: 'K3s moves no data, and would begin anew there: bring the data over first (a dump of the old database with all servers stopped, read into MySQL there), or leave the endpoint as it was',
      },
    ],
  },
  'no database in PostgreSQL': {
    seen: {database: 'missing'},
    endpoint: postgres,
    faults: [
      {
        part: 'its database',
        what: 'there is no database k3s, and its user may not make one',
        hint: 'make it, and give it to the user: CREATE DATABASE "k3s" OWNER "k3s"',
      },
    ],
  },
  'no database, which etcd has not': {seen: {database: 'missing'}, endpoint: etcd, faults: []},
  'two alarms': {
    seen: {alarms: ['NOSPACE', 'CORRUPT']},
    endpoint: etcd,
    faults: [
      {
        part: 'its host',
        what: 'etcd takes no writes, for its alarms: NOSPACE, CORRUPT',
        hint: 'see `etcdctl alarm list` there; NOSPACE needs compaction, defragmentation and `etcdctl alarm disarm`',
      },
    ],
  },
  'rights that are missing in etcd': {
    seen: {missingRights: ['write']},
    endpoint: etcd,
    faults: [
      {
        part: 'its user',
        what: 'it lacks the right to write',
        hint: 'give the role of its certificate readwrite on all keys',
      },
    ],
  },
  'rights in a database that K3s makes': {seen: {database: 'creatable', missingRights: ['SELECT']}, faults: []},
  'an empty etcd for servers that run': {
    seen: {},
    endpoint: etcd,
    inUse: true,
    faults: [
      {
        part: 'its database',
        what: 'it does not hold the data of the cluster that these servers run',
        hint: 'K3s moves no data, and would begin anew there: bring the data over first (a snapshot of the old etcd, restored), or leave the endpoint as it was',
      },
    ],
  },
  'an empty PostgreSQL for servers that run': {
    seen: {},
    endpoint: postgres,
    inUse: true,
    faults: [
      {
        part: 'its database',
        what: 'it does not hold the data of the cluster that these servers run',
        hint: 'K3s moves no data, and would begin anew there: bring the data over first (a dump of the old database with all servers stopped, read into PostgreSQL there), or leave the endpoint as it was',
      },
    ],
  },
  'this cluster beside another': {seen: {bootstrap: ['/bootstrap/0123456789ab', own]}, faults: []},
};
for (const [title, {seen, endpoint = mysql, inUse = false, faults}] of Object.entries(judged)) {
  test(`judged: ${title}`, (t) => {
    t.deepEqual(judgeTrial({...sound, ...seen}, {endpoint, token: new Secret('abcd'), inUse}), faults);
  });
}
test('a token in secure form is the same token', (t) => {
  t.deepEqual(judgeTrial({...sound, bootstrap: [bootstrapKey(token)]}, {endpoint: mysql, token, inUse: true}), []);
});

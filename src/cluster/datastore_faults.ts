import type {TrialFault} from './datastore_trial.js';
import {type Endpoint, kindName} from './datastore_types.js';

/** Why a trial ended early. */
export type Trouble =
  /** The host does not know the name. */
  | {readonly trouble: 'unresolved'; readonly name: string}
  /** The host tried to connect and says this. */
  | {readonly trouble: 'unconnected'; readonly at: string; readonly said: string}
  | {readonly trouble: 'silent'; readonly at: string; readonly afterMs: number}
  /** No stream can be opened from this host at all. */
  | {readonly trouble: 'closed'; readonly hint: string}
  /** The database's own words, or those of TLS; `code` is a SQLSTATE, MySQL's name of the error, or Node's of a TLS fault. */
  | {readonly trouble: 'said'; readonly code: string; readonly said: string};

interface Rule {
  readonly kind?: Endpoint['kind'];
  readonly code?: RegExp;
  readonly said?: RegExp;
  readonly part: string;
  readonly hint: string;
}

const verify = 'ca_file of k3s_datastore has to hold the CA that signed the certificate of the database server';
const client =
  'cert_file and key_file of k3s_datastore have to be a client certificate of a CA that the database server trusts';
const login = 'try it by hand, and compare: in the vault, in the inventory, on the database server';

const rules: readonly Rule[] = [
  {
    said: /self-signed certificate|unable to (verify the first certificate|get (local )?issuer certificate)|certificate signature failure/i,
    part: "the server's certificate",
    hint: verify,
  },
  {
    said: /certificate has expired/i,
    part: "the server's certificate",
    hint: 'renew it on the database server',
  },
  {
    said: /does not match certificate's altnames/i,
    part: 'its host',
    hint: "name the host as its certificate does, or have the name put among the certificate's subjectAltNames",
  },
  {
    code: /^CERT_NOT_YET_VALID$/,
    part: "the server's certificate",
    hint: 'compare the clocks of this machine and of the database server',
  },
  {
    said: /alert (unknown ca|bad certificate|certificate|handshake failure|access denied)|certificate required|bad certificate|peer did not return a certificate|valid client certificate/i,
    part: 'the client certificate',
    hint: client,
  },
  {
    code: /^(ERR_SSL_WRONG_VERSION_NUMBER|EPROTO)$/,
    said: /wrong version number|packet length too long/i,
    part: 'its scheme',
    hint: 'what answers there speaks no TLS: is it the right port?',
  },
  {
    kind: 'mysql',
    code: /^(ER_ACCESS_DENIED_ERROR|ER_ACCESS_DENIED_NO_PASSWORD_ERROR)$/,
    part: 'its user or password',
    hint: `${login}; an account of MySQL is for the hosts after its '@' only, and may require a client certificate`,
  },
  {kind: 'mysql', code: /^ER_DBACCESS_DENIED_ERROR$/, part: 'its database', hint: 'GRANT the user all rights on it'},
  {kind: 'mysql', code: /^ER_BAD_DB_ERROR$/, part: 'its database', hint: 'make it, or correct its name'},
  {
    kind: 'mysql',
    code: /^(ER_HOST_NOT_PRIVILEGED|ER_HOST_IS_BLOCKED)$/,
    part: 'its user',
    hint: 'the database lets nobody in from this server: see the hosts of its accounts (SELECT user, host FROM mysql.user)',
  },
  {
    kind: 'mysql',
    code: /^(ER_CON_COUNT_ERROR|ER_TOO_MANY_USER_CONNECTIONS|ER_USER_LIMIT_REACHED)$/,
    part: 'the number of connections',
    hint: 'K3s holds up to 20 a server, or max_idle_connections of k3s_datastore: raise the limit of the database server',
  },
  {
    kind: 'mysql',
    code: /^(ER_SECURE_TRANSPORT_REQUIRED|HANDSHAKE_NO_SSL_SUPPORT)$/,
    part: 'TLS',
    hint: 'the endpoint uses TLS if k3s_datastore has a ca_file, and both sides have to agree',
  },
  {kind: 'mysql', code: /^ER_MUST_CHANGE_PASSWORD/, part: 'its password', hint: 'it has expired: set a new one'},
  {kind: 'postgres', code: /^28P01$/, part: 'its password', hint: login},
  {
    kind: 'postgres',
    code: /^28000$/,
    said: /no encryption|SSL off|pg_hba\.conf.*without/i,
    part: 'TLS',
    hint: 'the database wants TLS: give ca_file in k3s_datastore, or ?sslmode=require in the endpoint',
  },
  {
    kind: 'postgres',
    code: /^28000$/,
    said: /pg_hba\.conf/i,
    part: 'its user',
    hint: "pg_hba.conf of the database has no line for this server's address with this user and database",
  },
  {kind: 'postgres', code: /^28000$/, part: 'its user', hint: 'make the role, or correct its name'},
  {kind: 'postgres', code: /^3D000$/, part: 'its database', hint: 'make it, or correct its name'},
  {
    kind: 'postgres',
    code: /^53300$/,
    part: 'the number of connections',
    hint: 'K3s holds up to 20 a server, or max_idle_connections of k3s_datastore: raise max_connections of the database',
  },
  {kind: 'postgres', code: /^57P0[123]$/, part: 'its host', hint: 'the database is starting or stopping: run again'},
  {
    kind: 'postgres',
    said: /does not support SSL/i,
    part: 'TLS',
    hint: 'the endpoint asks for TLS (TLS files, or its sslmode), and the database has none',
  },
  {
    kind: 'postgres',
    said: /no such database|no such user|password authentication failed|SASL authentication failed/i,
    part: 'its user or password',
    hint: login,
  },
  {
    kind: 'etcd',
    said: /user name is empty|permission denied|authentication is not enabled|invalid auth/i,
    part: 'the client certificate',
    hint: 'etcd asks for rights that come with the name in the client certificate; K3s needs readwrite on all keys',
  },
  {
    kind: 'etcd',
    said: /no leader|timed out|unhealthy/i,
    part: 'its host',
    hint: 'this etcd has no quorum: mend it first',
  },
];

/** The part of the endpoint that is to blame, in words that name it, the database's own, and the way out. */
export function troubleFault(endpoint: Endpoint, trouble: Trouble): TrialFault {
  switch (trouble.trouble) {
    case 'unresolved':
      return {
        part: 'its host',
        what: `the name ${trouble.name} does not resolve there`,
        hint: 'correct the name, or see /etc/resolv.conf and /etc/hosts of that server',
      };
    case 'unconnected':
      return {
        part: /refused/i.test(trouble.said) ? 'its host or port' : 'its host',
        what: `${trouble.at}: ${trouble.said}`,
        hint: /refused/i.test(trouble.said)
          ? 'the host is there and nothing listens at that port for it: see the port, and bind-address or listen_addresses of the database'
          : 'see name, route and firewall between that server and the database',
      };
    case 'silent':
      return {
        part: 'its host or port',
        what: `no answer from ${trouble.at} within ${Math.round(trouble.afterMs / 1000)} s`,
        hint: 'see route and firewall between that server and the database, and whether it is a database that listens there',
      };
    case 'closed':
      return {
        part: 'the way to it',
        what: 'no connection can be opened from that server to try it',
        hint: `${trouble.hint}; or pass the trial over: trial: false in k3s_datastore`,
      };
    case 'said':
      return saidFault(endpoint, trouble.code, trouble.said);
  }
}

function saidFault(endpoint: Endpoint, code: string, said: string): TrialFault {
  const rule = rules.find(
    (one) =>
      (one.kind === undefined || one.kind === endpoint.kind) &&
      (one.code === undefined || one.code.test(code)) &&
      (one.said === undefined || one.said.test(said)),
  );
  if (rule !== undefined) return {part: rule.part, what: said, hint: rule.hint};
  if (
    /^(ECONNRESET|EPIPE|PROTOCOL_CONNECTION_LOST|ERR_STREAM_PREMATURE_CLOSE)$/.test(code) ||
    /closed|ended|terminated|hang up|establishing an SSL connection/i.test(said)
  )
    return {
      part: 'its port',
      what: said,
      hint: `what answers there hangs up: is it ${kindName(endpoint.kind)}, and are both sides agreed on TLS?`,
    };
  return {part: 'its host', what: said, hint: `the words are those of ${kindName(endpoint.kind)}`};
}

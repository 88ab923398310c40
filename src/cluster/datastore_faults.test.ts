/** What the trial of a datastore says of each trouble: the part that is to blame, the words, and the way out. */
import test from 'ava';
import {Secret} from '../shell/index.js';
import {parseEndpoint} from './datastore_endpoint.js';
import {type Trouble, troubleFault} from './datastore_faults.js';
import type {Endpoint} from './datastore_types.js';

const endpointOf = (text: string): Endpoint => {
  const parsed = parseEndpoint(new Secret(text));
  if ('fault' in parsed) throw new Error(parsed.fault.what);
  return parsed.endpoint;
};
const mysql = endpointOf('mysql://k3s:pa@tcp(db)/k3s');
const postgres = endpointOf('postgres://k3s:pa@db/k3s');
const etcd = endpointOf('https://e1:2379');

const said = (code: string, words: string): Trouble => ({trouble: 'said', code, said: words});
/** Part, words and hint. */
const troubles: readonly (readonly [string, Endpoint, Trouble, readonly [string, string, string]])[] = [
  [
    'a name that does not resolve',
    mysql,
    {trouble: 'unresolved', name: 'db'},
    [
      'its host',
      'the name db does not resolve there',
      'correct the name, or see /etc/resolv.conf and /etc/hosts of that server',
    ],
  ],
  [
    'nobody at the port',
    mysql,
    {trouble: 'unconnected', at: 'db:3306', said: 'Connection refused'},
    [
      'its host or port',
      'db:3306: Connection refused',
      'the host is there and nothing listens at that port for it: see the port, and bind-address or listen_addresses of the database',
    ],
  ],
  [
    'no route',
    mysql,
    {trouble: 'unconnected', at: 'db:3306', said: 'No route to host'},
    ['its host', 'db:3306: No route to host', 'see name, route and firewall between that server and the database'],
  ],
  [
    'silence',
    mysql,
    {trouble: 'silent', at: 'db:3306', afterMs: 10_000},
    [
      'its host or port',
      'no answer from db:3306 within 10 s',
      'see route and firewall between that server and the database, and whether it is a database that listens there',
    ],
  ],
  [
    'no way',
    mysql,
    {trouble: 'closed', hint: 'allow it'},
    [
      'the way to it',
      'no connection can be opened from that server to try it',
      'allow it; or pass the trial over: trial: false in k3s_datastore',
    ],
  ],
  [
    'MySQL: a password',
    mysql,
    said('ER_ACCESS_DENIED_ERROR', 'Access denied'),
    [
      'its user or password',
      'Access denied',
      "try it by hand, and compare: in the vault, in the inventory, on the database server; an account of MySQL is for the hosts after its '@' only, and may require a client certificate",
    ],
  ],
  [
    'MySQL: a database',
    mysql,
    said('ER_DBACCESS_DENIED_ERROR', 'Access denied to database'),
    ['its database', 'Access denied to database', 'GRANT the user all rights on it'],
  ],
  [
    'MySQL: a host',
    mysql,
    said('ER_HOST_NOT_PRIVILEGED', "Host '10.0.0.1' is not allowed"),
    [
      'its user',
      "Host '10.0.0.1' is not allowed",
      'the database lets nobody in from this server: see the hosts of its accounts (SELECT user, host FROM mysql.user)',
    ],
  ],
  [
    'MySQL: too many',
    mysql,
    said('ER_CON_COUNT_ERROR', 'Too many connections'),
    [
      'the number of connections',
      'Too many connections',
      'K3s holds up to 20 a server, or max_idle_connections of k3s_datastore: raise the limit of the database server',
    ],
  ],
  [
    'MySQL: without TLS',
    mysql,
    said('HANDSHAKE_NO_SSL_SUPPORT', 'Server does not support secure connection'),
    [
      'TLS',
      'Server does not support secure connection',
      'the endpoint uses TLS if k3s_datastore has a ca_file, and both sides have to agree',
    ],
  ],
  [
    'PostgreSQL: a password',
    postgres,
    said('28P01', 'password authentication failed'),
    [
      'its password',
      'password authentication failed',
      'try it by hand, and compare: in the vault, in the inventory, on the database server',
    ],
  ],
  [
    'PostgreSQL: no line',
    postgres,
    said('28000', 'no pg_hba.conf entry for host "h", SSL encryption'),
    [
      'its user',
      'no pg_hba.conf entry for host "h", SSL encryption',
      "pg_hba.conf of the database has no line for this server's address with this user and database",
    ],
  ],
  [
    'PostgreSQL: wants TLS',
    postgres,
    said('28000', 'no pg_hba.conf entry for host "h", no encryption'),
    [
      'TLS',
      'no pg_hba.conf entry for host "h", no encryption',
      'the database wants TLS: give ca_file in k3s_datastore, or ?sslmode=require in the endpoint',
    ],
  ],
  [
    'PostgreSQL: a role',
    postgres,
    said('28000', 'role "k3s" is not permitted to log in'),
    ['its user', 'role "k3s" is not permitted to log in', 'make the role, or correct its name'],
  ],
  [
    'PostgreSQL: a database',
    postgres,
    said('3D000', 'database "k3s" does not exist'),
    ['its database', 'database "k3s" does not exist', 'make it, or correct its name'],
  ],
  [
    'PostgreSQL: has no TLS',
    postgres,
    said('', 'The server does not support SSL connections'),
    [
      'TLS',
      'The server does not support SSL connections',
      'the endpoint asks for TLS (TLS files, or its sslmode), and the database has none',
    ],
  ],
  [
    'TLS: another CA',
    etcd,
    said('SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'),
    [
      "the server's certificate",
      'self-signed certificate in certificate chain',
      'ca_file of k3s_datastore has to hold the CA that signed the certificate of the database server',
    ],
  ],
  [
    'TLS: as MySQL’s library says it',
    mysql,
    said('HANDSHAKE_SSL_ERROR', 'unable to verify the first certificate'),
    [
      "the server's certificate",
      'unable to verify the first certificate',
      'ca_file of k3s_datastore has to hold the CA that signed the certificate of the database server',
    ],
  ],
  [
    'TLS: over',
    etcd,
    said('CERT_HAS_EXPIRED', 'certificate has expired'),
    ["the server's certificate", 'certificate has expired', 'renew it on the database server'],
  ],
  [
    'TLS: another name',
    etcd,
    said('ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames: x"),
    [
      'its host',
      "Hostname/IP does not match certificate's altnames: x",
      "name the host as its certificate does, or have the name put among the certificate's subjectAltNames",
    ],
  ],
  [
    'TLS: no client certificate',
    etcd,
    said('', 'tlsv13 alert certificate required'),
    [
      'the client certificate',
      'tlsv13 alert certificate required',
      'cert_file and key_file of k3s_datastore have to be a client certificate of a CA that the database server trusts',
    ],
  ],
  [
    'etcd: no leader',
    etcd,
    said('HTTP 503', 'etcdserver: no leader'),
    ['its host', 'etcdserver: no leader', 'this etcd has no quorum: mend it first'],
  ],
  [
    'etcd: rights',
    etcd,
    said('HTTP 403', 'etcdserver: permission denied'),
    [
      'the client certificate',
      'etcdserver: permission denied',
      'etcd asks for rights that come with the name in the client certificate; K3s needs readwrite on all keys',
    ],
  ],
  [
    'hung up',
    etcd,
    said('ECONNRESET', 'socket hang up'),
    ['its port', 'socket hang up', 'what answers there hangs up: is it etcd, and are both sides agreed on TLS?'],
  ],
  [
    'anything else',
    mysql,
    said('ER_ODD', 'something odd'),
    ['its host', 'something odd', 'the words are those of MySQL'],
  ],
  [
    'TLS: not yet valid',
    etcd,
    said('CERT_NOT_YET_VALID', 'certificate is not yet valid'),
    [
      "the server's certificate",
      'certificate is not yet valid',
      'compare the clocks of this machine and of the database server',
    ],
  ],
  ['TLS: a code like it', etcd, said('XCERT_NOT_YET_VALID', 'odd'), ['its host', 'odd', 'the words are those of etcd']],
  [
    'TLS: another code like it',
    etcd,
    said('CERT_NOT_YET_VALIDX', 'odd'),
    ['its host', 'odd', 'the words are those of etcd'],
  ],
  [
    'TLS: an issuer that is not known',
    etcd,
    said('', 'unable to get issuer certificate'),
    [
      "the server's certificate",
      'unable to get issuer certificate',
      'ca_file of k3s_datastore has to hold the CA that signed the certificate of the database server',
    ],
  ],
  [
    'TLS: a local issuer that is not known',
    etcd,
    said('', 'unable to get local issuer certificate'),
    [
      "the server's certificate",
      'unable to get local issuer certificate',
      'ca_file of k3s_datastore has to hold the CA that signed the certificate of the database server',
    ],
  ],
  [
    'no TLS there',
    etcd,
    said('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'),
    ['its scheme', 'wrong version number', 'what answers there speaks no TLS: is it the right port?'],
  ],
  [
    'no TLS there, in other words',
    etcd,
    said('EPROTO', 'packet length too long'),
    ['its scheme', 'packet length too long', 'what answers there speaks no TLS: is it the right port?'],
  ],
  [
    'no TLS there, by a code like it',
    etcd,
    said('XEPROTO', 'wrong version number'),
    ['its host', 'wrong version number', 'the words are those of etcd'],
  ],
  [
    'no TLS there, by another code like it',
    etcd,
    said('EPROTOX', 'wrong version number'),
    ['its host', 'wrong version number', 'the words are those of etcd'],
  ],
  [
    'silence of half a second more',
    mysql,
    {trouble: 'silent', at: 'db:3306', afterMs: 2600},
    [
      'its host or port',
      'no answer from db:3306 within 3 s',
      'see route and firewall between that server and the database, and whether it is a database that listens there',
    ],
  ],
  [
    'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
    mysql,
    said('ER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'words'),
    [
      'its user or password',
      'words',
      "try it by hand, and compare: in the vault, in the inventory, on the database server; an account of MySQL is for the hosts after its '@' only, and may require a client certificate",
    ],
  ],
  [
    'ER_BAD_DB_ERROR',
    mysql,
    said('ER_BAD_DB_ERROR', 'words'),
    ['its database', 'words', 'make it, or correct its name'],
  ],
  [
    'ER_HOST_IS_BLOCKED',
    mysql,
    said('ER_HOST_IS_BLOCKED', 'words'),
    [
      'its user',
      'words',
      'the database lets nobody in from this server: see the hosts of its accounts (SELECT user, host FROM mysql.user)',
    ],
  ],
  [
    'ER_TOO_MANY_USER_CONNECTIONS',
    mysql,
    said('ER_TOO_MANY_USER_CONNECTIONS', 'words'),
    [
      'the number of connections',
      'words',
      'K3s holds up to 20 a server, or max_idle_connections of k3s_datastore: raise the limit of the database server',
    ],
  ],
  [
    'ER_USER_LIMIT_REACHED',
    mysql,
    said('ER_USER_LIMIT_REACHED', 'words'),
    [
      'the number of connections',
      'words',
      'K3s holds up to 20 a server, or max_idle_connections of k3s_datastore: raise the limit of the database server',
    ],
  ],
  [
    'ER_SECURE_TRANSPORT_REQUIRED',
    mysql,
    said('ER_SECURE_TRANSPORT_REQUIRED', 'words'),
    ['TLS', 'words', 'the endpoint uses TLS if k3s_datastore has a ca_file, and both sides have to agree'],
  ],
  [
    'ER_MUST_CHANGE_PASSWORD',
    mysql,
    said('ER_MUST_CHANGE_PASSWORD', 'words'),
    ['its password', 'words', 'it has expired: set a new one'],
  ],
  [
    'ER_MUST_CHANGE_PASSWORD_LOGIN',
    mysql,
    said('ER_MUST_CHANGE_PASSWORD_LOGIN', 'words'),
    ['its password', 'words', 'it has expired: set a new one'],
  ],
  [
    '53300',
    postgres,
    said('53300', 'words'),
    [
      'the number of connections',
      'words',
      'K3s holds up to 20 a server, or max_idle_connections of k3s_datastore: raise max_connections of the database',
    ],
  ],
  ['57P01', postgres, said('57P01', 'words'), ['its host', 'words', 'the database is starting or stopping: run again']],
  ['57P02', postgres, said('57P02', 'words'), ['its host', 'words', 'the database is starting or stopping: run again']],
  ['57P03', postgres, said('57P03', 'words'), ['its host', 'words', 'the database is starting or stopping: run again']],
  [
    'XER_ACCESS_DENIED_ERROR, no code of these',
    mysql,
    said('XER_ACCESS_DENIED_ERROR', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'ER_ACCESS_DENIED_ERRORX, no code of these',
    mysql,
    said('ER_ACCESS_DENIED_ERRORX', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'XER_ACCESS_DENIED_NO_PASSWORD_ERROR, no code of these',
    mysql,
    said('XER_ACCESS_DENIED_NO_PASSWORD_ERROR', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'ER_ACCESS_DENIED_NO_PASSWORD_ERRORX, no code of these',
    mysql,
    said('ER_ACCESS_DENIED_NO_PASSWORD_ERRORX', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'XER_DBACCESS_DENIED_ERROR, no code of these',
    mysql,
    said('XER_DBACCESS_DENIED_ERROR', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'ER_DBACCESS_DENIED_ERRORX, no code of these',
    mysql,
    said('ER_DBACCESS_DENIED_ERRORX', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'XER_BAD_DB_ERROR, no code of these',
    mysql,
    said('XER_BAD_DB_ERROR', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'ER_BAD_DB_ERRORX, no code of these',
    mysql,
    said('ER_BAD_DB_ERRORX', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'XER_HOST_NOT_PRIVILEGED, no code of these',
    mysql,
    said('XER_HOST_NOT_PRIVILEGED', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'ER_HOST_NOT_PRIVILEGEDX, no code of these',
    mysql,
    said('ER_HOST_NOT_PRIVILEGEDX', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'XER_HOST_IS_BLOCKED, no code of these',
    mysql,
    said('XER_HOST_IS_BLOCKED', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'ER_HOST_IS_BLOCKEDX, no code of these',
    mysql,
    said('ER_HOST_IS_BLOCKEDX', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'XER_CON_COUNT_ERROR, no code of these',
    mysql,
    said('XER_CON_COUNT_ERROR', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'ER_CON_COUNT_ERRORX, no code of these',
    mysql,
    said('ER_CON_COUNT_ERRORX', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'XER_USER_LIMIT_REACHED, no code of these',
    mysql,
    said('XER_USER_LIMIT_REACHED', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'ER_USER_LIMIT_REACHEDX, no code of these',
    mysql,
    said('ER_USER_LIMIT_REACHEDX', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'XER_SECURE_TRANSPORT_REQUIRED, no code of these',
    mysql,
    said('XER_SECURE_TRANSPORT_REQUIRED', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'ER_SECURE_TRANSPORT_REQUIREDX, no code of these',
    mysql,
    said('ER_SECURE_TRANSPORT_REQUIREDX', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'XHANDSHAKE_NO_SSL_SUPPORT, no code of these',
    mysql,
    said('XHANDSHAKE_NO_SSL_SUPPORT', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'HANDSHAKE_NO_SSL_SUPPORTX, no code of these',
    mysql,
    said('HANDSHAKE_NO_SSL_SUPPORTX', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'X28P01, no code of these',
    postgres,
    said('X28P01', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  [
    '28P01X, no code of these',
    postgres,
    said('28P01X', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  [
    'X3D000, no code of these',
    postgres,
    said('X3D000', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  [
    '3D000X, no code of these',
    postgres,
    said('3D000X', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  [
    'X53300, no code of these',
    postgres,
    said('X53300', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  [
    '53300X, no code of these',
    postgres,
    said('53300X', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  [
    'X57P01, no code of these',
    postgres,
    said('X57P01', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  [
    '57P01X, no code of these',
    postgres,
    said('57P01X', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  [
    'XECONNRESET, no code of these',
    etcd,
    said('XECONNRESET', 'words'),
    ['its host', 'words', 'the words are those of etcd'],
  ],
  [
    'ECONNRESETX, no code of these',
    etcd,
    said('ECONNRESETX', 'words'),
    ['its host', 'words', 'the words are those of etcd'],
  ],
  [
    'XERR_STREAM_PREMATURE_CLOSE, no code of these',
    etcd,
    said('XERR_STREAM_PREMATURE_CLOSE', 'words'),
    ['its host', 'words', 'the words are those of etcd'],
  ],
  [
    'ERR_STREAM_PREMATURE_CLOSEX, no code of these',
    etcd,
    said('ERR_STREAM_PREMATURE_CLOSEX', 'words'),
    ['its host', 'words', 'the words are those of etcd'],
  ],
  [
    'XER_MUST_CHANGE_PASSWORD, no code of these',
    mysql,
    said('XER_MUST_CHANGE_PASSWORD', 'words'),
    ['its host', 'words', 'the words are those of MySQL'],
  ],
  [
    'ER_BAD_DB_ERROR of another kind',
    postgres,
    said('ER_BAD_DB_ERROR', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  [
    'ER_MUST_CHANGE_PASSWORD of another kind',
    postgres,
    said('ER_MUST_CHANGE_PASSWORD', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  ['53300 of another kind', mysql, said('53300', 'words'), ['its host', 'words', 'the words are those of MySQL']],
  ['57P01 of another kind', mysql, said('57P01', 'words'), ['its host', 'words', 'the words are those of MySQL']],
  ['28P01 of another kind', mysql, said('28P01', 'words'), ['its host', 'words', 'the words are those of MySQL']],
  [
    'PostgreSQL 28000: no pg_hba.conf entry for host without TLS',
    postgres,
    said('28000', 'no pg_hba.conf entry for host without TLS'),
    [
      'TLS',
      'no pg_hba.conf entry for host without TLS',
      'the database wants TLS: give ca_file in k3s_datastore, or ?sslmode=require in the endpoint',
    ],
  ],
  [
    'PostgreSQL X28000: no pg_hba.conf entry for host without TLS',
    postgres,
    said('X28000', 'no pg_hba.conf entry for host without TLS'),
    ['its host', 'no pg_hba.conf entry for host without TLS', 'the words are those of PostgreSQL'],
  ],
  [
    'PostgreSQL 28000X: no pg_hba.conf entry for host without TLS',
    postgres,
    said('28000X', 'no pg_hba.conf entry for host without TLS'),
    ['its host', 'no pg_hba.conf entry for host without TLS', 'the words are those of PostgreSQL'],
  ],
  [
    'PostgreSQL 28000: role "k3s" is not permitted',
    postgres,
    said('28000', 'role "k3s" is not permitted'),
    ['its user', 'role "k3s" is not permitted', 'make the role, or correct its name'],
  ],
  [
    'PostgreSQL X28000: role "k3s" is not permitted',
    postgres,
    said('X28000', 'role "k3s" is not permitted'),
    ['its host', 'role "k3s" is not permitted', 'the words are those of PostgreSQL'],
  ],
  [
    'PostgreSQL 28000X: role "k3s" is not permitted',
    postgres,
    said('28000X', 'role "k3s" is not permitted'),
    ['its host', 'role "k3s" is not permitted', 'the words are those of PostgreSQL'],
  ],
  [
    'PostgreSQL 28000: SSL off',
    postgres,
    said('28000', 'SSL off'),
    ['TLS', 'SSL off', 'the database wants TLS: give ca_file in k3s_datastore, or ?sslmode=require in the endpoint'],
  ],
  [
    'PostgreSQL X28000: SSL off',
    postgres,
    said('X28000', 'SSL off'),
    ['its host', 'SSL off', 'the words are those of PostgreSQL'],
  ],
  [
    'PostgreSQL 28000X: SSL off',
    postgres,
    said('28000X', 'SSL off'),
    ['its host', 'SSL off', 'the words are those of PostgreSQL'],
  ],
  [
    'PostgreSQL: as its library says it',
    postgres,
    said('', 'password authentication failed'),
    [
      'its user or password',
      'password authentication failed',
      'try it by hand, and compare: in the vault, in the inventory, on the database server',
    ],
  ],
  [
    'the same of another kind',
    mysql,
    said('', 'password authentication failed'),
    ['its host', 'password authentication failed', 'the words are those of MySQL'],
  ],
  [
    '57P04, no code of these',
    postgres,
    said('57P04', 'words'),
    ['its host', 'words', 'the words are those of PostgreSQL'],
  ],
  [
    'hung up, by its code alone',
    etcd,
    said('EPIPE', 'words'),
    ['its port', 'words', 'what answers there hangs up: is it etcd, and are both sides agreed on TLS?'],
  ],
  [
    'hung up, by its words alone',
    mysql,
    said('', 'Connection closed'),
    ['its port', 'Connection closed', 'what answers there hangs up: is it MySQL, and are both sides agreed on TLS?'],
  ],
  [
    'no quorum, of another kind',
    mysql,
    said('', 'no leader'),
    ['its host', 'no leader', 'the words are those of MySQL'],
  ],
  [
    'no TLS, of another kind',
    mysql,
    said('', 'does not support SSL'),
    ['its host', 'does not support SSL', 'the words are those of MySQL'],
  ],
];
for (const [title, endpoint, trouble, told] of troubles) {
  test(`told: ${title}`, (t) => {
    const {part, what, hint} = troubleFault(endpoint, trouble);
    t.deepEqual([part, what, hint], told);
  });
}

/** What the trial of a datastore says of each trouble: the part that is to blame, the words, and the way out. */
import test from 'ava';
import {Secret} from '../shell/index.js';
import {parseEndpoint} from './datastore_endpoint.js';
import {type Trouble, troubleFault} from './datastore_faults.js';
import {type Endpoint, kindName} from './datastore_types.js';

const endpointOf = (text: string): Endpoint => {
  const parsed = parseEndpoint(new Secret(text));
  if ('fault' in parsed) throw new Error(parsed.fault.what);
  return parsed.endpoint;
};
const mysql = endpointOf('mysql://k3s:pa@tcp(db)/k3s');
const postgres = endpointOf('postgres://k3s:pa@db/k3s');
const etcd = endpointOf('https://e1:2379');

/** Troubles that end before the database says a word: title, trouble, and part, words and hint. */
const wordless: readonly (readonly [string, Trouble, readonly [string, string, string]])[] = [
  [
    'a name that does not resolve',
    {trouble: 'unresolved', name: 'db'},
    [
      'its host',
      'the name db does not resolve there',
      'correct the name, or see /etc/resolv.conf and /etc/hosts of that server',
    ],
  ],
  [
    'nobody at the port',
    {trouble: 'unconnected', at: 'db:3306', said: 'Connection refused'},
    [
      'its host or port',
      'db:3306: Connection refused',
      'the host is there and nothing listens at that port for it: see the port, and bind-address or listen_addresses of the database',
    ],
  ],
  [
    'no route',
    {trouble: 'unconnected', at: 'db:3306', said: 'No route to host'},
    ['its host', 'db:3306: No route to host', 'see name, route and firewall between that server and the database'],
  ],
  ...(
    [
      [10_000, '10 s'],
      [2600, '3 s'],
    ] as const
  ).map(
    ([afterMs, told]) =>
      [
        `silence of ${afterMs} ms`,
        {trouble: 'silent', at: 'db:3306', afterMs},
        [
          'its host or port',
          `no answer from db:3306 within ${told}`,
          'see route and firewall between that server and the database, and whether it is a database that listens there',
        ],
      ] as const,
  ),
  [
    'no way',
    {trouble: 'closed', hint: 'allow it'},
    [
      'the way to it',
      'no connection can be opened from that server to try it',
      'allow it; or pass the trial over: trial: false in k3s_datastore',
    ],
  ],
];
for (const [title, trouble, told] of wordless) {
  test(`told: ${title}`, (t) => {
    const {part, what, hint} = troubleFault(mysql, trouble);
    t.deepEqual([part, what, hint], told);
  });
}

/** What a database says: its endpoint, the code, and its words where it is they that tell. */
type Said = readonly [endpoint: Endpoint, code: string, words?: string | undefined];
const login = 'try it by hand, and compare: in the vault, in the inventory, on the database server';
const hangsUp = (kind: string) => `what answers there hangs up: is it ${kind}, and are both sides agreed on TLS?`;
const inUse = (what: string) => `K3s holds up to 20 a server, or max_idle_connections of k3s_datastore: raise ${what}`;
/** Part and hint, and all that lead to them; the words are told as they are. */
const told: readonly (readonly [part: string, hint: string, ...Said[]])[] = [
  [
    'its user or password',
    `${login}; an account of MySQL is for the hosts after its '@' only, and may require a client certificate`,
    [mysql, 'ER_ACCESS_DENIED_ERROR'],
    [mysql, 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR'],
  ],
  ['its user or password', login, [postgres, '', 'password authentication failed']],
  ['its password', login, [postgres, '28P01']],
  [
    'its password',
    'it has expired: set a new one',
    [mysql, 'ER_MUST_CHANGE_PASSWORD'],
    [mysql, 'ER_MUST_CHANGE_PASSWORD_LOGIN'],
  ],
  ['its database', 'GRANT the user all rights on it', [mysql, 'ER_DBACCESS_DENIED_ERROR']],
  ['its database', 'make it, or correct its name', [mysql, 'ER_BAD_DB_ERROR'], [postgres, '3D000']],
  [
    'its user',
    'the database lets nobody in from this server: see the hosts of its accounts (SELECT user, host FROM mysql.user)',
    [mysql, 'ER_HOST_NOT_PRIVILEGED'],
    [mysql, 'ER_HOST_IS_BLOCKED'],
  ],
  [
    'its user',
    "pg_hba.conf of the database has no line for this server's address with this user and database",
    [postgres, '28000', 'no pg_hba.conf entry for host "h", SSL encryption'],
  ],
  ['its user', 'make the role, or correct its name', [postgres, '28000', 'role "k3s" is not permitted to log in']],
  [
    'the number of connections',
    inUse('the limit of the database server'),
    [mysql, 'ER_CON_COUNT_ERROR'],
    [mysql, 'ER_TOO_MANY_USER_CONNECTIONS'],
    [mysql, 'ER_USER_LIMIT_REACHED'],
  ],
  ['the number of connections', inUse('max_connections of the database'), [postgres, '53300']],
  [
    'TLS',
    'the endpoint uses TLS if k3s_datastore has a ca_file, and both sides have to agree',
    [mysql, 'HANDSHAKE_NO_SSL_SUPPORT'],
    [mysql, 'ER_SECURE_TRANSPORT_REQUIRED'],
  ],
  [
    'TLS',
    'the database wants TLS: give ca_file in k3s_datastore, or ?sslmode=require in the endpoint',
    [postgres, '28000', 'no pg_hba.conf entry for host "h", no encryption'],
    [postgres, '28000', 'no pg_hba.conf entry for host without TLS'],
    [postgres, '28000', 'SSL off'],
  ],
  [
    'TLS',
    'the endpoint asks for TLS (TLS files, or its sslmode), and the database has none',
    [postgres, '', 'The server does not support SSL connections'],
  ],
  [
    "the server's certificate",
    'ca_file of k3s_datastore has to hold the CA that signed the certificate of the database server',
    [etcd, 'SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain'],
    [mysql, 'HANDSHAKE_SSL_ERROR', 'unable to verify the first certificate'],
    [etcd, '', 'unable to get issuer certificate'],
    [etcd, '', 'unable to get local issuer certificate'],
  ],
  [
    "the server's certificate",
    'renew it on the database server',
    [etcd, 'CERT_HAS_EXPIRED', 'certificate has expired'],
  ],
  [
    "the server's certificate",
    'compare the clocks of this machine and of the database server',
    [etcd, 'CERT_NOT_YET_VALID'],
  ],
  [
    'its host',
    "name the host as its certificate does, or have the name put among the certificate's subjectAltNames",
    [etcd, 'ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames: x"],
  ],
  [
    'the client certificate',
    'cert_file and key_file of k3s_datastore have to be a client certificate of a CA that the database server trusts',
    [etcd, '', 'tlsv13 alert certificate required'],
  ],
  [
    'the client certificate',
    'etcd asks for rights that come with the name in the client certificate; K3s needs readwrite on all keys',
    [etcd, 'HTTP 403', 'etcdserver: permission denied'],
  ],
  ['its host', 'this etcd has no quorum: mend it first', [etcd, 'HTTP 503', 'etcdserver: no leader']],
  [
    'its host',
    'the database is starting or stopping: run again',
    [postgres, '57P01'],
    [postgres, '57P02'],
    [postgres, '57P03'],
  ],
  [
    'its scheme',
    'what answers there speaks no TLS: is it the right port?',
    [etcd, 'ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'],
    [etcd, 'EPROTO', 'packet length too long'],
  ],
  ['its port', hangsUp('etcd'), [etcd, 'ECONNRESET', 'socket hang up'], [etcd, 'EPIPE']],
  ['its port', hangsUp('MySQL'), [mysql, '', 'Connection closed']],
];
/** Codes that tell by themselves only as a whole, with the words they come with. */
const whole: readonly Said[] = [
  [mysql, 'ER_ACCESS_DENIED_ERROR'],
  [mysql, 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR'],
  [mysql, 'ER_DBACCESS_DENIED_ERROR'],
  [mysql, 'ER_BAD_DB_ERROR'],
  [mysql, 'ER_HOST_NOT_PRIVILEGED'],
  [mysql, 'ER_HOST_IS_BLOCKED'],
  [mysql, 'ER_CON_COUNT_ERROR'],
  [mysql, 'ER_USER_LIMIT_REACHED'],
  [mysql, 'ER_SECURE_TRANSPORT_REQUIRED'],
  [mysql, 'HANDSHAKE_NO_SSL_SUPPORT'],
  [postgres, '28P01'],
  [postgres, '3D000'],
  [postgres, '53300'],
  [postgres, '57P01'],
  [postgres, '28000', 'no pg_hba.conf entry for host without TLS'],
  [postgres, '28000', 'role "k3s" is not permitted'],
  [postgres, '28000', 'SSL off'],
  [etcd, 'CERT_NOT_YET_VALID'],
  [etcd, 'EPROTO', 'wrong version number'],
  [etcd, 'ECONNRESET'],
  [etcd, 'ERR_STREAM_PREMATURE_CLOSE'],
];
/** What tells nothing: the words are the database's. */
const anythingElse: readonly Said[] = [
  [mysql, 'ER_ODD', 'something odd'],
  [postgres, '57P04'],
  [mysql, 'XER_MUST_CHANGE_PASSWORD'],
  ...whole.flatMap(([endpoint, code, words]): Said[] => [
    [endpoint, `X${code}`, words],
    [endpoint, `${code}X`, words],
  ]),
  // What would tell of another kind of database.
  [mysql, '28P01'],
  [mysql, '53300'],
  [mysql, '57P01'],
  [mysql, '', 'password authentication failed'],
  [mysql, '', 'no leader'],
  [mysql, '', 'does not support SSL'],
  [postgres, 'ER_BAD_DB_ERROR'],
  [postgres, 'ER_MUST_CHANGE_PASSWORD'],
];
const rows = [
  ...told.flatMap(([part, hint, ...all]) => all.map((one) => ({part, hint, said: one}))),
  ...anythingElse.map((one) => ({
    part: 'its host',
    hint: `the words are those of ${kindName(one[0].kind)}`,
    said: one,
  })),
];
for (const {part, hint, said} of rows) {
  const [endpoint, code, words = 'words'] = said;
  test(`told: ${endpoint.kind} says ${code}: ${words}`, (t) => {
    const fault = troubleFault(endpoint, {trouble: 'said', code, said: words});
    t.deepEqual([fault.part, fault.what, fault.hint], [part, words, hint]);
  });
}

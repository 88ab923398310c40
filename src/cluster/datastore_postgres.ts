import {Secret} from '../shell/index.js';
import {
  type Address,
  type EndpointFault,
  faultOf,
  type ParsedEndpoint,
  type PostgresEndpoint,
  parseAddress,
  type SslMode,
  sslModes,
} from './datastore_types.js';

const example = 'postgres://user:password@host:5432/database';
const encode =
  "write it percent-encoded ('/' is %2F, '@' is %40, '%' is %25), or give it as `password` of k3s_datastore, which is encoded for you";

/** Parameters that say again what stands in the endpoint itself, and win over it. */
const elsewhere = ['host', 'hostaddr', 'port', 'user', 'password', 'dbname', 'database'];

/** Ways of pgx that send each statement anew, so that a pooler may hand every one to another connection. */
const unkept = ['exec', 'simple_protocol'];

/** Go's net/url takes these in user and password as they are, and nothing else but %XX. */
const plain = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*$/;

/** The part after `postgres://`, a URL as Go reads it (net/url) with pgx's parameters; kine pkg/drivers/pgsql. */
export function parsePostgres(rest: string): ParsedEndpoint {
  if (rest === '')
    return {
      endpoint: {
        kind: 'postgres',
        addresses: [{host: 'localhost', port: 5432}],
        user: 'postgres',
        password: new Secret('postgres'),
        database: 'kubernetes',
        files: {},
        keepsStatements: true,
      },
    };
  const authority = rest.split(/[/?#]/)[0] ?? '';
  const tail = rest.slice(authority.length);
  const [path = '', query = ''] = tail.split(/\?(.*)/s);
  if (path.includes('@') || (!authority.includes('@') && query.includes('@')))
    return faultOf('password', `its password holds '${tail[0]}', which ends the part it stands in`, encode);
  const at = authority.lastIndexOf('@');
  const login = parseLogin(at === -1 ? '' : authority.slice(0, at));
  if ('fault' in login) return login;
  const addresses = parseHosts(authority.slice(at + 1));
  if ('fault' in addresses) return addresses;
  if (!isUtf8(path) || path.includes('#') || path.slice(1).includes('/'))
    return faultOf('database', 'its database is no single name', `write it as ${example}`);
  const parameters = parseParameters(query);
  if ('fault' in parameters) return parameters;
  const database = decodeURIComponent(path.slice(1)).toLowerCase();
  return {
    endpoint: {
      kind: 'postgres',
      addresses,
      ...login,
      ...parameters,
      database: database === '' ? 'kubernetes' : database,
    },
  };
}

/** Whether what is percent-encoded is text. */
const isUtf8 = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

type Fault = {readonly fault: EndpointFault};

function parseLogin(text: string): Pick<PostgresEndpoint, 'user' | 'password'> | Fault {
  const colon = text.indexOf(':');
  const [user, password] = colon === -1 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
  if (!plain.test(user)) return faultOf('user', 'its user has a character that a URL cannot have as it is', encode);
  if (!plain.test(password ?? ''))
    return faultOf(
      'password',
      /%(?![0-9A-Fa-f]{2})/.test(text)
        ? "its password has a '%' that is not followed by two hexadecimal digits"
        : 'its password has a character that a URL cannot have as it is',
      encode,
    );
  if (user === '') return faultOf('user', 'it names no user', `write it as ${example}`);
  if (!isUtf8(text)) return faultOf('password', 'its user or password is no UTF-8', encode);
  return {
    user: decodeURIComponent(user),
    ...(password === undefined ? {} : {password: new Secret(decodeURIComponent(password))}),
  };
}

/** pgx takes several, and tries them in order. */
function parseHosts(text: string): Address[] | Fault {
  const addresses: Address[] = [];
  for (const one of text.split(',')) {
    const address = parseAddress(one, 5432, example);
    if ('fault' in address) return address;
    if (address.host === '') return faultOf('host', 'it names no host', `write it as ${example}`);
    addresses.push(address);
  }
  return addresses;
}

function parseParameters(query: string): Pick<PostgresEndpoint, 'sslMode' | 'files' | 'keepsStatements'> | Fault {
  const given = new URLSearchParams(query);
  const again = elsewhere.find((name) => given.has(name));
  if (again !== undefined)
    return faultOf(
      'parameters',
      `its parameter '${again}' says again what stands before it`,
      `write it in its place: ${example}`,
    );
  const sslMode = given.get('sslmode');
  if (sslMode !== null && !sslModes.includes(sslMode as SslMode))
    return faultOf('parameters', `its sslmode '${sslMode}' is none that there is`, `one of ${sslModes.join(', ')}`);
  const [ca, cert, key] = ['sslrootcert', 'sslcert', 'sslkey'].map((name) => given.get(name) ?? undefined);
  return {
    ...(sslMode === null ? {} : {sslMode: sslMode as SslMode}),
    files: {
      ...(ca === undefined ? {} : {ca}),
      ...(cert === undefined ? {} : {cert}),
      ...(key === undefined ? {} : {key}),
    },
    keepsStatements: !unkept.includes(String(given.get('default_query_exec_mode'))),
  };
}

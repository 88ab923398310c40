import {Secret} from '../shell/index.js';
import {faultOf, type ParsedEndpoint, parseAddress} from './datastore_types.js';

const example = 'mysql://user:password@tcp(host:3306)/database';

/**
 * The part after `mysql://`, a DSN of go-sql-driver: `user:password@tcp(host:port)/database?parameters`. Nothing in it is
 * percent-encoded but parameters: the password goes from the first ':' to the last '@' before the last '/'
 * (go-sql-driver/mysql, "DSN (Data Source Name)"; kine pkg/drivers/mysql).
 */
export function parseMysql(dsn: string): ParsedEndpoint {
  if (dsn === '') return {endpoint: {kind: 'mysql', user: 'root', database: 'kubernetes'}};
  const slash = dsn.lastIndexOf('/');
  if (slash === -1)
    return faultOf('database', "it has no '/' before the name of the database", `write it as ${example}`);
  const [left, right] = [dsn.slice(0, slash), dsn.slice(slash + 1)];
  const at = left.lastIndexOf('@');
  if (at === -1) return faultOf('user', 'it names no user', `write it as ${example}`);
  const [login, target] = [left.slice(0, at), left.slice(at + 1)];
  const colon = login.indexOf(':');
  const user = colon === -1 ? login : login.slice(0, colon);
  if (user === '') return faultOf('user', 'its user is empty', `write it as ${example}`);
  const [database = '', parameters = ''] = right.split(/\?(.*)/s);
  const tls = new URLSearchParams(parameters).has('tls');
  if (tls)
    return faultOf(
      'parameters',
      "it has the parameter 'tls', which K3s does not take",
      'leave it out: with ca_file in k3s_datastore the connection is TLS, and the server is verified',
    );
  const found = parseTarget(target);
  if ('fault' in found) return found;
  return {
    endpoint: {
      kind: 'mysql',
      ...(found.address === undefined ? {} : {address: found.address}),
      user,
      ...(colon === -1 ? {} : {password: new Secret(login.slice(colon + 1))}),
      database: database === '' ? 'kubernetes' : decodeURIComponentOr(database),
    },
  };
}

const decodeURIComponentOr = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

type Target =
  | {readonly address?: {readonly host: string; readonly port: number}}
  | Extract<ParsedEndpoint, {fault: unknown}>;

/** `tcp(host:port)`, `tcp` alone for this machine, or `unix(path)`. */
function parseTarget(text: string): Target {
  const match = /^([A-Za-z0-9]*)(?:\((.*)\))?$/s.exec(text);
  if (match === null) {
    if (/^[a-z]+\([^)]*$/.test(text))
      return faultOf('host', "its address has no closing ')'", `write it as ${example}`);
    return faultOf('host', 'its address does not stand in tcp(...)', `MySQL's endpoints are written ${example}`);
  }
  const [, network = '', inner] = match;
  if (network === 'unix') return {};
  if (network !== 'tcp' && network !== '')
    return inner === undefined
      ? faultOf(
          'host',
          `its address '${network}' does not stand in tcp(...)`,
          `MySQL's endpoints are written ${example}`,
        )
      : faultOf('host', `'${network}(...)' is no way to a database server`, `write it as ${example}`);
  const address = parseAddress(inner ?? '', 3306, example);
  if ('fault' in address) return address;
  return {address: {...address, host: address.host === '' ? '127.0.0.1' : address.host}};
}

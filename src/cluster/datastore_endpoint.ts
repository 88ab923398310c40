import {nearest} from '../errors/nearest.js';
import type {Secret} from '../shell/index.js';
import {parseMysql} from './datastore_mysql.js';
import {parsePostgres} from './datastore_postgres.js';
import {type Address, faultOf, type ParsedEndpoint, parseAddress} from './datastore_types.js';

const formats =
  'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379';

/** Kinds that kine knows and that serve no cluster of several servers, or not one that can be answered for. */
const refused: Readonly<Record<string, string>> = {
  nats: "NATS: K3s's documentation calls it experimental, and whether it holds a cluster cannot be read from outside",
  sqlite: 'SQLite: it serves one server alone, and needs no endpoint',
  unix: 'a socket of another kine',
  unixs: 'a socket of another kine',
  t4: 't4: it is experimental',
  memory: 'memory: it forgets everything when it ends',
};

/**
 * A `datastore-endpoint` as K3s reads it (docs "datastore"; kine pkg/drivers): which datastore, where, as whom; or the part
 * that is wrong. What is said never holds the password.
 */
export function parseEndpoint(endpoint: Secret): ParsedEndpoint {
  const text = endpoint.reveal();
  if (/^\s|\s$/.test(text)) return faultOf('scheme', 'it begins or ends with white space', 'take that off');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1];
  if (scheme === undefined) return faultOf('scheme', 'it does not begin with the kind of the datastore', formats);
  const rest = text.slice(scheme.length + 3);
  if (scheme === 'mysql') return parseMysql(rest);
  if (scheme === 'postgres' || scheme === 'postgresql') return parsePostgres(rest);
  if (scheme === 'https' || scheme === 'http') return parseEtcd(text, scheme);
  const why = refused[scheme];
  if (why !== undefined) return faultOf('scheme', `it is of a kind that is not supported here, ${why}`, formats);
  const near = nearest(scheme, ['mysql', 'postgres', 'https']) ?? (scheme === 'mariadb' ? 'mysql' : undefined);
  return faultOf(
    'scheme',
    `K3s knows no datastore '${scheme}'`,
    near === undefined ? formats : `did you mean '${near}://'? ${formats}`,
  );
}

/** A list of URLs with one scheme, each a host and a port and nothing else (kine pkg/endpoint splits at commas). */
function parseEtcd(text: string, scheme: 'http' | 'https'): ParsedEndpoint {
  const example = `${scheme}://host1:2379,${scheme}://host2:2379`;
  const addresses: Address[] = [];
  for (const [index, url] of text.split(',').entries()) {
    const nth = `entry ${index + 1} of its list`;
    if (/\s/.test(url)) return faultOf('list', `${nth} has white space in it`, `write it as ${example}`);
    const match = /^(https?):\/\/([^/?#]*)(.*)/s.exec(url);
    if (match === null) return faultOf('list', `${nth} does not begin with ${scheme}://`, `write it as ${example}`);
    const [, own = '', authority = '', more = ''] = match;
    if (own !== scheme)
      return faultOf(
        'list',
        `${nth} is ${own}, and the first is ${scheme}`,
        'etcd is reached either with TLS or without',
      );
    if (authority.includes('@'))
      return faultOf(
        'user',
        `${nth} has a user in it`,
        'K3s logs in to etcd with a client certificate: cert_file and key_file of k3s_datastore',
      );
    if (more !== '' && more !== '/')
      return faultOf('list', `${nth} has more than a host and a port`, `write it as ${example}`);
    const address = parseAddress(authority, undefined, example);
    if ('fault' in address) return address;
    if (address.host === '') return faultOf('host', `${nth} names no host`, `write it as ${example}`);
    addresses.push(address);
  }
  return {endpoint: {kind: 'etcd', addresses, tls: scheme === 'https'}};
}

/** The endpoint with a password put in that was given apart, encoded as its kind wants it. */
export function withPassword(endpoint: string, password: string): string | undefined {
  const match = /^([a-z]+):\/\/([^:@/?#]+)@(.*)/s.exec(endpoint);
  if (match === null) return undefined;
  const [, scheme = '', user = '', rest = ''] = match;
  if (scheme === 'mysql') return `${scheme}://${user}:${password}@${rest}`;
  const encoded = encodeURIComponent(password).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return scheme.startsWith('postgres') ? `${scheme}://${user}:${encoded}@${rest}` : undefined;
}

import type {Secret} from '../shell/index.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How PostgreSQL's `sslmode` has it (docs "libpq-ssl"); pgx, which K3s uses, takes the same words. */
export const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

export interface MysqlEndpoint {
  readonly kind: 'mysql';
  /** Undefined: a Unix socket of the host itself. */
  readonly address?: Address;
  readonly user: string;
  readonly password?: Secret;
  readonly database: string;
}

export interface PostgresEndpoint {
  readonly kind: 'postgres';
  /** Tried in this order. */
  readonly addresses: readonly Address[];
  readonly user: string;
  readonly password?: Secret;
  /** In lower case, as K3s has it. */
  readonly database: string;
  /** Undefined where the endpoint does not say: `verify-full` with TLS files, else `prefer`. */
  readonly sslMode?: SslMode;
  /** Files of the host that the endpoint names itself (`sslrootcert`, `sslcert`, `sslkey`). */
  readonly files: {readonly ca?: string; readonly cert?: string; readonly key?: string};
  /** False where `default_query_exec_mode` asks for statements that are not kept. */
  readonly keepsStatements: boolean;
}

export interface EtcdEndpoint {
  readonly kind: 'etcd';
  readonly addresses: readonly Address[];
  readonly tls: boolean;
}

export type Endpoint = MysqlEndpoint | PostgresEndpoint | EtcdEndpoint;

/** What is wrong with an endpoint. Neither text holds the password, nor a part that could hold it. */
export interface EndpointFault {
  readonly part: 'scheme' | 'user' | 'password' | 'host' | 'port' | 'database' | 'parameters' | 'list';
  readonly what: string;
  readonly hint: string;
}

export type ParsedEndpoint = {readonly endpoint: Endpoint} | {readonly fault: EndpointFault};

export const faultOf = (part: EndpointFault['part'], what: string, hint: string): {readonly fault: EndpointFault} => ({
  fault: {part, what, hint},
});

const kindNames = {mysql: 'MySQL', postgres: 'PostgreSQL', etcd: 'etcd'} as const;

export const kindName = (kind: Endpoint['kind']): string => kindNames[kind];

export const addressText = ({host, port}: Address): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

export const addressesOf = (endpoint: Endpoint): readonly Address[] =>
  endpoint.kind !== 'mysql' ? endpoint.addresses : endpoint.address === undefined ? [] : [endpoint.address];

/** `MySQL at db1:3306, database k3s`: what may be shown of an endpoint. */
export function shownEndpoint(endpoint: Endpoint): string {
  const at = addressesOf(endpoint).map(addressText).join(', ') || 'a socket';
  const database = endpoint.kind === 'etcd' ? '' : `, database ${endpoint.database}`;
  return `${kindName(endpoint.kind)} at ${at}${database}`;
}

/** `host`, `host:port` or `[::1]:port`; the fault names what is wrong of it. */
export function parseAddress(
  text: string,
  defaultPort: number | undefined,
  example: string,
): Address | {readonly fault: EndpointFault} {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]*))(?::(.*))?$/s.exec(text);
  if (match === null)
    return faultOf(
      'host',
      'its address is neither host:port nor [IPv6]:port',
      `write it as ${example}; an IPv6 address stands in [ ]`,
    );
  const host = match[1] ?? match[2] ?? '';
  if (!/^[A-Za-z0-9_.:%-]*$/.test(host))
    return faultOf('host', `its host '${host}' has a character that no host name has`, `write it as ${example}`);
  const [, , , given] = match;
  if (given === undefined || given === '') {
    if (defaultPort === undefined) return faultOf('port', `it names no port for ${host}`, `write it as ${example}`);
    return {host, port: defaultPort};
  }
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 0;
  if (port < 1 || port > 65_535)
    return faultOf('port', `its port '${given}' is no number from 1 to 65535`, `write it as ${example}`);
  return {host, port};
}

import {nearest} from '../errors/nearest.js';
import {Secret} from '../shell/index.js';
import type {K3sConfig} from './config_file.js';
import {parseEndpoint, withPassword} from './datastore_endpoint.js';
import {type Endpoint, shownEndpoint} from './datastore_types.js';
import {asText} from './variables.js';

/** Where the TLS files lie on the servers; K3s's user alone, root, reads them. */
export const datastoreDir = '/etc/rancher/k3s/datastore';
const places = {
  ca: `${datastoreDir}/ca.crt`,
  cert: `${datastoreDir}/client.crt`,
  key: `${datastoreDir}/client.key`,
} as const;

/** Files of the datastore whose change asks for a restart. */
export const datastoreFiles: readonly string[] = Object.values(places);

/** The datastore that an inventory names, in whichever of its variables. */
export interface WantedDatastore {
  /** Where it stands: `k3s_datastore`, or `k3s_server_config` in K3s's own words. */
  readonly variable: string;
  readonly endpoint: Endpoint;
  /** Files of the controller that go to the servers; a file that is not named is not sent. */
  readonly files: {readonly ca?: string; readonly cert?: string; readonly key?: string};
  /** `trial: false`: nobody tries the endpoint before K3s does. */
  readonly trial: boolean;
}

export interface DatastoreFault {
  readonly variable: string;
  readonly what: string;
  readonly hint: string;
}

const names = [
  'endpoint',
  'password',
  'ca_file',
  'cert_file',
  'key_file',
  'trial',
  'max_idle_connections',
  'max_open_connections',
  'connection_max_lifetime',
] as const;

/** Options of K3s's connection pool (docs "cli/server"). */
const options = ['max_idle_connections', 'max_open_connections', 'connection_max_lifetime'] as const;

export interface DatastoreSettings {
  /** Settings of config.yaml. */
  readonly settings: K3sConfig;
  readonly datastore?: WantedDatastore;
  readonly faults: readonly DatastoreFault[];
}

const nothing: DatastoreSettings = {settings: {}, faults: []};

/**
 * `k3s_datastore`, a mapping or the endpoint alone, as settings of config.yaml; or the endpoint that the settings
 * themselves have. `own` are the inventory's settings without it.
 */
export function datastoreSettings(value: unknown, own: K3sConfig): DatastoreSettings {
  const variable = 'k3s_datastore';
  const fault = (what: string, hint: string): DatastoreSettings => ({settings: {}, faults: [{variable, what, hint}]});
  if (value === undefined || value === null || value === '') return ofSettings(own);
  const given = typeof value === 'string' || value instanceof Secret ? {endpoint: value} : value;
  if (typeof given !== 'object' || Array.isArray(given))
    return fault('k3s_datastore is no mapping', 'write `endpoint:` and what goes with it below it');
  const mapping = given as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(mapping).find((name) => !names.includes(name as (typeof names)[number]));
  if (unknown !== undefined) {
    const near = nearest(unknown, names);
    return fault(
      `k3s_datastore has no '${unknown}'`,
      near === undefined ? `it has ${names.join(', ')}` : `did you mean '${near}'?`,
    );
  }
  const written = asText(mapping.endpoint);
  if (written === undefined) return fault('k3s_datastore names no endpoint', 'give it as `endpoint`');
  const other = asText(own['datastore-endpoint']);
  if (other !== undefined && other !== written)
    return fault(
      'k3s_datastore and datastore-endpoint in k3s_server_config name two endpoints',
      'keep k3s_datastore and take the other out',
    );
  const password = asText(mapping.password);
  const text = password === undefined ? written : withPassword(written, password);
  if (text === undefined)
    return fault(
      'k3s_datastore has a password that its endpoint has no place for',
      'a password of its own goes with an endpoint of MySQL or PostgreSQL that names a user and no password: postgres://user@host:5432/database',
    );
  const [ca, cert, key] = [asText(mapping.ca_file), asText(mapping.cert_file), asText(mapping.key_file)];
  if ((cert === undefined) !== (key === undefined))
    return fault(
      `k3s_datastore has ${cert === undefined ? 'key_file without cert_file' : 'cert_file without key_file'}`,
      'a client certificate and its key go together',
    );
  const files = {
    ...(ca === undefined ? {} : {ca}),
    ...(cert === undefined ? {} : {cert}),
    ...(key === undefined ? {} : {key}),
  };
  const parsed = parsedDatastore(new Secret(text), files, asText(mapping.trial) !== 'false', variable);
  return {
    ...parsed,
    settings: {
      ...parsed.settings,
      ...(ca === undefined ? {} : {'datastore-cafile': places.ca}),
      ...(cert === undefined ? {} : {'datastore-certfile': places.cert}),
      ...(key === undefined ? {} : {'datastore-keyfile': places.key}),
      ...Object.fromEntries(
        options
          .filter((name) => mapping[name] !== undefined)
          .map((name) => [`datastore-${name.replaceAll('_', '-')}`, mapping[name]]),
      ),
    },
  };
}

/** The endpoint in K3s's own words; its TLS files are on the hosts already. */
function ofSettings(own: K3sConfig): DatastoreSettings {
  const endpoint = asText(own['datastore-endpoint']);
  return endpoint === undefined ? nothing : parsedDatastore(new Secret(endpoint), {}, true, 'k3s_server_config');
}

function parsedDatastore(
  secret: Secret,
  files: WantedDatastore['files'],
  trial: boolean,
  variable: string,
): DatastoreSettings {
  const settings = {'datastore-endpoint': secret};
  const parsed = parseEndpoint(secret);
  if ('fault' in parsed) {
    const {part, what, hint} = parsed.fault;
    return {settings, faults: [{variable, what: `the datastore's endpoint is wrong in its ${part}: ${what}`, hint}]};
  }
  const {endpoint} = parsed;
  if (endpoint.kind === 'etcd' && !endpoint.tls && Object.keys(files).length > 0)
    return {
      settings,
      faults: [
        {
          variable,
          what: `TLS files are given, and ${shownEndpoint(endpoint)} is reached without TLS`,
          hint: 'write https:// in the endpoint, or leave the files out',
        },
      ],
    };
  return {settings, datastore: {variable, endpoint, files, trial}, faults: []};
}

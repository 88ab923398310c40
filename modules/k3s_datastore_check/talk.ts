import {isIP} from 'node:net';
import {
  type Address,
  addressesOf,
  addressText,
  type Endpoint,
  judgeTrial,
  shownEndpoint,
  type TrialFault,
  type TrialSeen,
  troubleFault,
} from '../../src/cluster/index.js';
import {ClusterError} from '../../src/errors/index.js';
import type {Data, HostNetwork, Step, StepOutput} from '../../src/module/index.js';
import {Secret, sh} from '../../src/shell/index.js';
import {tryEtcd} from './etcd.js';
import {tryMysql} from './mysql.js';
import {tryPostgres} from './postgres.js';
import type {TlsFiles} from './tls_files.js';
import {TrialEnded} from './trouble.js';

/** What is tried, and from which server. */
export interface Trial {
  readonly host: string;
  readonly endpoint: Endpoint;
  readonly token: Secret;
  /** Servers of this cluster live on the datastore already. */
  readonly inUse: boolean;
  /** From the controller. */
  readonly files: TlsFiles;
  /** Paths on the host of those that do not come from the controller; empty where there is none. */
  readonly hostFiles: {readonly ca: string; readonly cert: string; readonly key: string};
}

const namesOf = (endpoint: Endpoint): string[] => [
  ...new Set(addressesOf(endpoint).flatMap(({host}) => (isIP(host) === 0 ? [host] : []))),
];

/** Whether the names resolve on the host (sshd's own look-up could hold up the whole link), and TLS files that lie there. */
export function lookStep({endpoint, hostFiles: {ca, cert, key}}: Trial): Step {
  return {
    step: 'script',
    title: `look up ${namesOf(endpoint).join(', ') || 'TLS files'}`,
    script: sh`for n in ${namesOf(endpoint)}; do
  command -v getent >/dev/null 2>&1 || break
  timeout 4 getent hosts "$n" >/dev/null 2>&1 || timeout 4 getent ahosts "$n" >/dev/null 2>&1 || echo "unresolved $n"
done
put() { if [ -n "$2" ] && [ -f "$2" ]; then printf '%s ' "$1"; base64 <"$2" | tr -d '\n'; echo; fi; }
put ca ${ca}; put cert ${cert}; put key ${key}
:`,
  };
}

interface Look {
  readonly unresolved: readonly string[];
  readonly files: TlsFiles;
}

export function readLook(output: StepOutput | undefined): Look {
  const lines = (output?.stdout ?? '').split('\n');
  const file = (name: string): string | undefined => {
    const line = lines.find((one) => one.startsWith(`${name} `));
    return line === undefined ? undefined : Buffer.from(line.slice(name.length + 1), 'base64').toString('utf8');
  };
  const [ca, cert, key] = [file('ca'), file('cert'), file('key')];
  return {
    unresolved: lines.flatMap((line) => (line.startsWith('unresolved ') ? [line.slice(11)] : [])),
    files: {
      ...(ca === undefined ? {} : {ca}),
      ...(cert === undefined ? {} : {cert}),
      ...(key === undefined ? {} : {key: new Secret(key)}),
    },
  };
}

function tryOne(endpoint: Endpoint, address: Address, way: {network: HostNetwork; tls: TlsFiles}): Promise<TrialSeen> {
  if (endpoint.kind === 'mysql') return tryMysql(endpoint, address, way);
  return endpoint.kind === 'postgres' ? tryPostgres(endpoint, address, way) : tryEtcd(endpoint, address, way);
}

/** K3s goes on as long as one of several addresses answers; one that answers wrongly is a fault all the same. */
const mayBeDown = ({trouble}: TrialEnded): boolean => ['unresolved', 'unconnected', 'silent'].includes(trouble.trouble);

/** Tries each address of etcd's, and PostgreSQL's in order until one answers, as their clients do. */
export async function converse(
  {host, endpoint, token, inUse, files}: Trial,
  network: HostNetwork,
  look: Look,
): Promise<Data> {
  const tls = {...files, ...look.files};
  const down: TrialEnded[] = [];
  const found: {readonly address: Address; readonly seen: TrialSeen}[] = [];
  for (const address of addressesOf(endpoint)) {
    if (found.length > 0 && endpoint.kind !== 'etcd') break;
    try {
      if (look.unresolved.includes(address.host)) throw new TrialEnded({trouble: 'unresolved', name: address.host});
      found.push({address, seen: await tryOne(endpoint, address, {network, tls})});
    } catch (error) {
      if (!(error instanceof TrialEnded)) throw error;
      if (!mayBeDown(error)) throw refusal(host, endpoint, [troubleFault(endpoint, error.trouble)]);
      down.push(error);
    }
  }
  const failures = down.map(({trouble}) => troubleFault(endpoint, trouble));
  const [first] = found;
  const other = found.find(({seen}) => seen.identity !== first?.seen.identity);
  const faults = [
    ...(first === undefined ? failures : judgeTrial(first.seen, {endpoint, token, inUse})),
    ...(first === undefined || other === undefined
      ? []
      : [
          {
            part: 'its list',
            what: `${addressText(first.address)} and ${addressText(other.address)} are of different etcd clusters`,
            hint: 'name the members of one',
          },
        ]),
  ];
  if (faults.length > 0 || first === undefined) throw refusal(host, endpoint, faults);
  return {seen: first.seen, down: failures.map(({what}) => what)};
}

const refusal = (host: string, endpoint: Endpoint, faults: readonly TrialFault[]): ClusterError => {
  const [first, ...more] = faults;
  return new ClusterError({
    what: `${host} cannot use ${shownEndpoint(endpoint)}, for ${first?.part}: ${first?.what}${more.map(({part, what}) => `; and for ${part}: ${what}`).join('')}`,
    hint: [...new Set(faults.map(({hint}) => hint))].join('; '),
  });
};

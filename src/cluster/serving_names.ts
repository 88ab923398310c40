import {isAddress, normalAddress} from './address.js';
import type {K3sConfig} from './config_file.js';

/** Names and addresses that the certificate of port 6443 must be good for: the fixed address, and all of `tls-san`. */
export function servingNames(config: K3sConfig, endpoints: readonly string[]): string[] {
  const all = [...endpoints, ...[config['tls-san'] ?? []].flat().flatMap((item) => String(item).split(','))]
    .map((name) => name.trim().replace(/^\[(.*)\]$/, '$1'))
    .filter((name) => name !== '')
    .map((name) => (isAddress(name) ? normalAddress(name) : name.toLowerCase()));
  return [...new Set(all)];
}

/** What `curl` said when it asked under a name (its manual, "EXIT CODES"). */
export type ServedUnder = 'good' | 'other name' | 'no answer';

const servedUnder = (exitCode: number): ServedUnder =>
  exitCode === 0 ? 'good' : exitCode === 60 || exitCode === 51 ? 'other name' : 'no answer';

export type ServingVerdict =
  | {readonly served: 'all'}
  | {readonly served: 'missing'; readonly names: readonly string[]}
  | {readonly served: 'unknown'; readonly why: string};

/**
 * Whether the certificate that is served has all names. `own` is the answer under 127.0.0.1, which K3s puts into each:
 * where that fails too, the names are not what is wrong.
 */
export function servingVerdict(own: number, codes: ReadonlyMap<string, number>): ServingVerdict {
  const base = servedUnder(own);
  if (base === 'no answer') return {served: 'unknown', why: `the server does not answer on its port (curl: ${own})`};
  if (base === 'other name')
    return {served: 'unknown', why: "the certificate that is served is not signed by the cluster's server CA"};
  const names = [...codes].filter(([, code]) => servedUnder(code) === 'other name').map(([name]) => name);
  if (names.length > 0) return {served: 'missing', names};
  const mute = [...codes].find(([, code]) => servedUnder(code) === 'no answer');
  return mute === undefined
    ? {served: 'all'}
    : {served: 'unknown', why: `the server does not answer under ${mute[0]} (curl: ${mute[1]})`};
}

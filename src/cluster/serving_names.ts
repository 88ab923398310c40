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

/** What `curl` ends with (its manual, "EXIT CODES"): the certificate is not good for the name asked under, or none was seen. */
const isOfOtherName = (exitCode: number): boolean => exitCode === 60 || exitCode === 51;
const isNoAnswer = (exitCode: number): boolean => exitCode !== 0 && !isOfOtherName(exitCode);

export type ServingVerdict =
  | {readonly served: 'all'}
  | {readonly served: 'missing'; readonly names: readonly string[]}
  | {readonly served: 'unknown'; readonly why: string};

/**
 * Whether the certificate that is served has all names. `own` is the answer under 127.0.0.1, which K3s puts into each:
 * where that fails too, the names are not what is wrong.
 */
export function servingVerdict(own: number, codes: ReadonlyMap<string, number>): ServingVerdict {
  if (isNoAnswer(own)) return {served: 'unknown', why: `the server does not answer on its port (curl: ${own})`};
  if (isOfOtherName(own))
    return {served: 'unknown', why: "the certificate that is served is not signed by the cluster's server CA"};
  const names = [...codes].filter(([, code]) => isOfOtherName(code)).map(([name]) => name);
  if (names.length > 0) return {served: 'missing', names};
  const mute = [...codes].find(([, code]) => isNoAnswer(code));
  return mute === undefined
    ? {served: 'all'}
    : {served: 'unknown', why: `the server does not answer under ${mute[0]} (curl: ${mute[1]})`};
}

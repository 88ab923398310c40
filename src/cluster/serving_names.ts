import {posix} from 'node:path';
import {type Script, sh} from '../shell/index.js';
import {isAddress, normalAddress} from './address.js';
import type {K3sConfig} from './config_file.js';

/** Names and addresses that the certificate of port 6443 must be good for: the fixed address, and all of `tls-san`. */
export function servingNames(config: K3sConfig, endpoints: readonly string[]): string[] {
  const all = [...endpoints, ...[config['tls-san'] ?? []].flat().flatMap((item) => String(item).split(','))]
    .map((name) => name.trim().replace(/^\[(.*)\]$/, '$1'))
    .filter((name) => name !== '')
    .map(normalName);
  return [...new Set(all)];
}

const normalName = (name: string): string => (isAddress(name) ? normalAddress(name) : name.toLowerCase());

/** Prints the names that the Secret `k3s-serving` is good for, one a line; the keys in it do not leave the host. */
export const keptNamesScript = (binDir: string): Script =>
  sh`${posix.join(binDir, 'k3s')} kubectl get --raw /api/v1/namespaces/kube-system/secrets/k3s-serving 2>/dev/null |
  tr ',{}' '\n\n\n' | sed -n 's|^ *"listener[.]cattle[.]io/cn-[^"]*": *"\(.*\)"$|\1|p'`;

/**
 * Which of the wanted names that Secret lacks; none where there is no Secret. K3s shares its certificate between servers by it, and
 * a server that starts goes back to what is in there once its API is up (seen on v1.22: rancher/dynamiclistener, storage/kubernetes).
 */
export function namesNotKept(kept: readonly string[], wanted: readonly string[]): string[] {
  const names = new Set(kept.map(normalName));
  return names.size === 0 ? [] : wanted.filter((name) => !names.has(normalName(name)));
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

/** K3s's join tokens (pkg/clientaccess/token.go). */

import {createHash} from 'node:crypto';

export interface Token {
  /** hex sha256 of the CA file, empty in a short token */
  readonly caHash: string;
  /** `server`, `node`, or empty in a short token */
  readonly user: string;
  readonly password: string;
}

const PREFIX = 'K10';

export const parseToken = (text: string): Token => {
  if (text === '') throw new Error('token must not be empty');
  if (!text.startsWith(PREFIX)) return {caHash: '', user: '', password: text};
  const rest = text.slice(PREFIX.length);
  const split = rest.indexOf('::');
  const caHash = split < 0 ? '' : rest.slice(0, split);
  if (caHash !== '' && caHash.length !== 64) throw new Error('invalid token CA hash length');
  const credentials = split < 0 ? rest : rest.slice(split + 2);
  const colon = credentials.indexOf(':');
  if (colon < 0 || colon === credentials.length - 1) throw new Error('invalid token format');
  return {caHash, user: credentials.slice(0, colon), password: credentials.slice(colon + 1)};
};

/** The password part alone, which is what the datastore's bootstrap data is sealed with. */
export const normalizeToken = (text: string): string => {
  // `id.secret` bootstrap tokens are for agents.
  if (/^(K10[0-9a-f]{64}::)?[a-z0-9]{6}\.[a-z0-9]{16}$/.test(text)) throw new Error(NOT_A_SERVER_TOKEN);
  try {
    return parseToken(text).password;
  } catch {
    throw new Error(NOT_A_SERVER_TOKEN);
  }
};

const NOT_A_SERVER_TOKEN =
  'failed to normalize server token; must be in format K10<CA-HASH>::<USERNAME>:<PASSWORD> or <PASSWORD>';

export const hashCa = (ca: string | Buffer): string => createHash('sha256').update(ca).digest('hex');

export const formatToken = (ca: string, user: string, password: string): string =>
  `${PREFIX}${hashCa(ca)}::${user}:${password}`;

import {Secret} from '../shell/index.js';

/**
 * A K3s token (docs "cli/token"): `password`, or `K10<sha256 of the CA>::<user>:<password>`.
 * A bootstrap token (`abcdef.0123456789abcdef`) is for agents only and expires.
 */
export interface Token {
  readonly password: Secret;
  /** sha256 of the cluster's CA, in a secure token. */
  readonly caHash?: string;
  readonly user?: string;
  readonly bootstrap: boolean;
}

export function parseToken(token: Secret): Token {
  const text = token.reveal().trim();
  const secure = /^K10([0-9a-fA-F]{64})::(?:([^:]*):)?(.*)/s.exec(text);
  const password = secure?.[3] ?? text;
  return {
    password: new Secret(password),
    ...(secure?.[1] === undefined ? {} : {caHash: secure[1].toLowerCase()}),
    ...(secure?.[2] === undefined ? {} : {user: secure[2]}),
    bootstrap: /^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(password),
  };
}

/** Whether two tokens are of one cluster: the passwords agree, and the CA hashes where both have one. */
export function sameToken(a: Secret, b: Secret): boolean {
  const first = parseToken(a);
  const second = parseToken(b);
  if (first.caHash !== undefined && second.caHash !== undefined && first.caHash !== second.caHash) return false;
  return first.password.reveal() === second.password.reveal();
}

/** A new server token as K3s itself makes one: 16 random bytes in hex. */
export const newToken = (random: (bytes: number) => Buffer): Secret => new Secret(random(16).toString('hex'));

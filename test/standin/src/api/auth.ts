/** Who asks: a client certificate, or a token's user and password. */

import {timingSafeEqual, X509Certificate} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import type {TLSSocket} from 'node:tls';

export interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
}

export interface Passwords {
  /** password part of the server token */
  readonly server: string;
  /** password part of the agent token; the server's where none is set */
  readonly agent: string;
}

const same = (a: string, b: string): boolean => {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
};

/** `pw,server,server,k3s:server` and `pw,node,node,k3s:agent` of K3s's passwd file; the server's password may do both. */
const byPassword = (header: string, passwords: Passwords): Caller | undefined => {
  const [user = '', password = ''] = Buffer.from(header.slice(6), 'base64').toString().split(/:(.*)/s);
  if (user === 'server' && same(password, passwords.server)) return {user, groups: ['k3s:server', 'k3s:agent']};
  const known = same(password, passwords.agent) || same(password, passwords.server);
  if (user === 'node' && known) return {user, groups: ['k3s:agent']};
  return undefined;
};

/** The caller, or undefined: anonymous requests are refused with 401. */
export const callerOf = (
  request: IncomingMessage,
  clientCa: () => string,
  passwords: Passwords,
): Caller | undefined => {
  const socket = request.socket as TLSSocket;
  const raw = socket.getPeerX509Certificate?.();
  if (raw?.checkIssued(new X509Certificate(clientCa())) && raw.verify(new X509Certificate(clientCa()).publicKey)) {
    const subject = raw.subject.split('\n');
    const all = (key: string) =>
      subject.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
    return {user: all('CN')[0] ?? '', groups: all('O')};
  }
  const header = request.headers.authorization ?? '';
  return header.startsWith('Basic ') ? byPassword(header, passwords) : undefined;
};

export const isIn = (caller: Caller | undefined, ...groups: string[]): boolean =>
  caller !== undefined && groups.some((group) => caller.groups.includes(group));

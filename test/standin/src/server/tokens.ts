/** The server's tokens: from the settings, else from disk, else made; and the files K3s writes of them. */

import {randomBytes} from 'node:crypto';
import {symlinkSync} from 'node:fs';
import type {Passwords} from '../api/auth.js';
import {messageOf} from '../base/fatal.js';
import {readIfThere, removeIfThere, writeWhole} from '../base/files.js';
import type {Layout} from '../base/layout.js';
import type {ServerOptions} from '../config/options.js';
import {formatToken, normalizeToken} from '../config/token.js';
import {preparing} from './access.js';

/** Throws K3s's refusal of a token that is no server token. */
export const passwordsOf = (options: ServerOptions, layout: Layout): Passwords => {
  try {
    const given = options.token ?? readIfThere(layout.token)?.trim();
    const server = given ? normalizeToken(given) : randomBytes(16).toString('hex');
    return {server, agent: options.agentToken ? normalizeToken(options.agentToken) : server};
  } catch (error) {
    throw preparing(messageOf(error));
  }
};

const link = (target: string, path: string): void => {
  removeIfThere(path);
  symlinkSync(target, path);
};

/** Writes token, node-token (a link to it), agent-token (a link unless it has its own) and cred/passwd. */
export const writeTokens = (layout: Layout, passwords: Passwords): void => {
  const ca = readIfThere(layout.tls('server-ca.crt')) ?? '';
  writeWhole(layout.token, `${formatToken(ca, 'server', passwords.server)}\n`);
  link(layout.token, layout.nodeToken);
  if (passwords.agent === passwords.server) link(layout.token, layout.agentToken);
  else {
    removeIfThere(layout.agentToken);
    writeWhole(layout.agentToken, `${formatToken(ca, 'node', passwords.agent)}\n`);
  }
  writeWhole(layout.passwd, `${passwords.agent},node,node,k3s:agent\n${passwords.server},server,server,k3s:server\n`);
};

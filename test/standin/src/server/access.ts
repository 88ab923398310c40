/** Asking another server's supervisor: its CA, checked against the token, then paths with the token's password. */

import {Agent} from 'node:https';
import {FatalError} from '../base/fatal.js';
import {type HttpReply, send} from '../base/http.js';
import type {Logger} from '../base/log.js';
import {atLeast} from '../base/version.js';
import {hashCa, parseToken} from '../config/token.js';

export interface Access {
  readonly baseUrl: string;
  readonly ca: string;
  /** Resolves to the body of a 200; throws in K3s's words otherwise. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Buffer>;
  reply(method: string, path: string, headers?: Readonly<Record<string, string>>, body?: string): Promise<HttpReply>;
}

const anyone = () => new Agent({rejectUnauthorized: false});

const fetchCa = async (baseUrl: string): Promise<string> => {
  try {
    const reply = await send({url: `${baseUrl}/cacerts`, agent: anyone()});
    if (reply.status === 200) return reply.body.toString();
    throw new Error(`${baseUrl}/cacerts: ${reply.statusText}`);
  } catch (error) {
    throw new Error(`failed to get CA certs: ${(error as Error).message}`);
  }
};

/** Throws as K3s does when the CA that the server shows is not the one the token names. */
export const checkCaHash = (wanted: string, ca: string, log: Logger): void => {
  if (wanted === '') {
    log.warn(
      'Cluster CA certificate is not trusted by the host CA bundle, but the token does not include a CA hash. ' +
        "Use the full token from the server's node-token file to enable Cluster CA validation.",
    );
  } else if (wanted !== hashCa(ca)) {
    throw new Error(`token CA hash does not match the Cluster CA certificate hash: ${wanted} != ${hashCa(ca)}`);
  }
};

/** Connects to `url` with `token`; `user` stands for the token's own user where that is empty, or always if `force`. */
export const openAccess = async (
  url: string,
  token: string,
  user: {name: 'server' | 'node'; force: boolean},
  log: Logger,
): Promise<Access> => {
  if (!url.startsWith('https://')) throw new Error(`only https:// URLs are supported, invalid scheme: ${url}`);
  const baseUrl = url.replace(/\/+$/, '');
  const parsed = parseToken(token);
  const ca = await fetchCa(baseUrl);
  checkCaHash(parsed.caHash, ca, log);
  const name = user.force || parsed.user === '' ? user.name : parsed.user;
  const authorization = `Basic ${Buffer.from(`${name}:${parsed.password}`).toString('base64')}`;
  const agent = new Agent({ca});
  const reply: Access['reply'] = (method, path, headers = {}, body) =>
    send({
      method,
      url: `${baseUrl}${path}`,
      headers: {authorization, ...headers},
      agent,
      ...(body === undefined ? {} : {body}),
    });
  return {
    baseUrl,
    ca,
    reply,
    get: async (path, headers) => {
      const answer = await reply('GET', path, headers);
      if (answer.status === 200) return answer.body;
      if (answer.status === 401 && atLeast(27)) throw new Error('not authorized');
      throw new Error(`${baseUrl}${path}: ${answer.statusText}`);
    },
  };
};

/** Wraps a failure of preparing the server, which ends K3s. */
export const preparing = (message: string): FatalError =>
  new FatalError(`starting kubernetes: preparing server: ${message}`);

/** Node passwords: the first one a node shows is kept as a hash in `<node>.node-password.k3s`. */

import {randomBytes, scrypt as scryptCallback, timingSafeEqual} from 'node:crypto';
import {promisify} from 'node:util';
import {kindOf} from '../api/kinds.js';
import {type Objects, StatusError} from '../api/objects.js';

const scrypt = promisify<string, Buffer, number, {N: number; r: number; p: number; maxmem: number}, Buffer>(
  scryptCallback,
);

const PARAMETERS = {N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024};

export const secretName = (node: string): string => `${node.toLowerCase()}.node-password.k3s`;

const secrets = kindOf('Secret');

const makeHash = async (password: string): Promise<string> => {
  const salt = randomBytes(8);
  const hash = await scrypt(password, salt, 64, PARAMETERS);
  return `$1:${salt.toString('hex')}:15:8:1:${hash.toString('base64')}`;
};

const verify = async (password: string, stored: string): Promise<boolean> => {
  const [, salt = '', , , , hash = ''] = stored.split(':');
  const wanted = Buffer.from(hash, 'base64');
  const given = await scrypt(password, Buffer.from(salt, 'hex'), 64, PARAMETERS);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
};

/** Checks a node's password against its secret, made if there is none. Resolves to whether it is the node's. */
export const ensureNodePassword = async (objects: Objects, node: string, password: string): Promise<boolean> => {
  if (!secrets) return false;
  const name = secretName(node);
  const known = await objects.find(secrets, 'kube-system', name);
  if (known) {
    const data = known.data as {hash?: string} | undefined;
    return verify(password, Buffer.from(data?.hash ?? '', 'base64').toString());
  }
  try {
    const hash = Buffer.from(await makeHash(password)).toString('base64');
    await objects.create(secrets, 'kube-system', {
      metadata: {name, namespace: 'kube-system'},
      immutable: true,
      type: 'Opaque',
      data: {hash},
    });
    return true;
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'AlreadyExists')
      return ensureNodePassword(objects, node, password);
    throw error;
  }
};

/** Forgets a node's password; none being there is fine. */
export const dropNodePassword = async (objects: Objects, node: string): Promise<void> => {
  if (!secrets) return;
  await objects.remove(secrets, 'kube-system', secretName(node)).catch((error: unknown) => {
    if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error;
  });
};

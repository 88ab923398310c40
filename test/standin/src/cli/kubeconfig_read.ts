/** Reads a kubeconfig as kubectl does: the current context's cluster and user, data inline or in files. */

import {readFileSync} from 'node:fs';
import {load} from 'js-yaml';
import type {Credentials} from '../api/client.js';

interface Named {
  readonly name: string;
  readonly cluster?: Readonly<Record<string, string>>;
  readonly user?: Readonly<Record<string, string>>;
  readonly context?: {readonly cluster: string; readonly user: string};
}

interface File {
  readonly 'current-context'?: string;
  readonly clusters?: readonly Named[];
  readonly users?: readonly Named[];
  readonly contexts?: readonly Named[];
}

const content = (holder: Readonly<Record<string, string>> | undefined, key: string): string => {
  const inline = holder?.[`${key}-data`];
  if (inline) return Buffer.from(inline, 'base64').toString();
  const file = holder?.[key];
  return file ? readFileSync(file, 'utf8') : '';
};

/** Throws kubectl's words where the file cannot be read or names no cluster. */
export const readKubeconfig = (path: string, context?: string): Credentials => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') {
      throw new Error(`error: error loading config file "${path}": open ${path}: permission denied`);
    }
    throw new Error(
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
    );
  }
  const file = load(text) as File;
  const name = context ?? file['current-context'];
  const chosen = file.contexts?.find((one) => one.name === name)?.context;
  const cluster = file.clusters?.find((one) => one.name === chosen?.cluster)?.cluster;
  const user = file.users?.find((one) => one.name === chosen?.user)?.user;
  if (!cluster?.server) throw new Error(`error: context "${name}" does not exist`);
  return {
    server: cluster.server.replace(/\/$/, ''),
    ca: content(cluster, 'certificate-authority'),
    cert: content(user, 'client-certificate'),
    key: content(user, 'client-key'),
  };
};

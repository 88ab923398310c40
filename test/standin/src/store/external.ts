/** Datastores outside of K3s, by `datastore-endpoint`: MySQL, PostgreSQL, etcd. */

import {readFileSync} from 'node:fs';
import {messageOf} from '../base/fatal.js';
import type {Logger} from '../base/log.js';
import type {DatastoreOptions} from '../config/options.js';
import {EtcdClient} from '../etcd/client.js';
import {EtcdStore} from './etcd.js';
import {isSql, openSql} from './sql_open.js';
import type {Store} from './types.js';

const fileIn = <K extends string>(key: K, path: string | undefined): {[k in K]?: string} =>
  (path ? {[key]: readFileSync(path, 'utf8')} : {}) as {[k in K]?: string};

/** Opens and tries the datastore; throws with its own words, never with the endpoint's password. */
export const openExternal = async (
  {endpoint, caFile, certFile, keyFile}: DatastoreOptions,
  around: {readonly log: Logger; readonly signal: AbortSignal},
): Promise<Store> => {
  const scheme = endpoint.split('://')[0] ?? '';
  const tls = {...fileIn('ca', caFile), ...fileIn('cert', certFile), ...fileIn('key', keyFile)};
  if (isSql(scheme)) {
    try {
      return await openSql(scheme, endpoint.slice(scheme.length + 3), tls, around);
    } catch (error) {
      throw new Error(
        `creating storage endpoint: failed to create driver for configured endpoint: ${messageOf(error)}`,
      );
    }
  }
  if (scheme !== 'https' && scheme !== 'http')
    throw new Error(`building kine: the stand-in has no datastore of the kind ${scheme}`);
  const endpoints = endpoint.split(',').map((one) => one.trim().replace(/\/+$/, ''));
  const store = new EtcdStore(new EtcdClient(endpoints, tls));
  await store.get('/bootstrap/');
  return store;
};

/** Datastores outside of K3s, by `datastore-endpoint`. The stand-in has etcd; SQL servers come as further cases here. */

import {readFileSync} from 'node:fs';
import type {DatastoreOptions} from '../config/options.js';
import {EtcdClient} from '../etcd/client.js';
import {EtcdStore} from './etcd.js';
import type {Store} from './types.js';

const fileIn = <K extends string>(key: K, path: string | undefined): {[k in K]?: string} =>
  (path ? {[key]: readFileSync(path, 'utf8')} : {}) as {[k in K]?: string};

/** Opens and tries the datastore; throws with its own words, never with the endpoint's password. */
export const openExternal = async ({endpoint, caFile, certFile, keyFile}: DatastoreOptions): Promise<Store> => {
  const scheme = endpoint.split('://')[0] ?? '';
  if (scheme !== 'https' && scheme !== 'http')
    throw new Error(`building kine: the stand-in has no datastore of the kind ${scheme}`);
  const endpoints = endpoint.split(',').map((one) => one.trim().replace(/\/+$/, ''));
  const tls = {...fileIn('ca', caFile), ...fileIn('cert', certFile), ...fileIn('key', keyFile)};
  const store = new EtcdStore(new EtcdClient(endpoints, tls));
  await store.get('/bootstrap/');
  return store;
};

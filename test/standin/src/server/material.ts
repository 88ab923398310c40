/** The cluster's CAs: made, taken from the datastore with the token, or from the server that is joined. */

import {FatalError, messageOf} from '../base/fatal.js';
import {atLeast} from '../base/version.js';
import {
  type BootstrapData,
  bootstrapKey,
  compareMaterial,
  haveMaterial,
  makeMaterial,
  readMaterial,
  seal,
  unsealed,
  writeMaterial,
} from '../pki/cluster.js';
import type {Store} from '../store/types.js';
import {type Access, openAccess, preparing} from './access.js';
import type {Setup} from './state.js';

const NEWER =
  ' newer than datastore and could cause a cluster outage. Remove the file(s) from disk and restart to be recreated from datastore.';

/** Brings the files in line with the datastore's copy, or refuses where they are newer. */
const reconcile = ({layout, log}: Setup, data: BootstrapData): void => {
  log.info('Reconciling bootstrap data between datastore and disk');
  const fresh = !haveMaterial(layout);
  const {newerOnDisk, differs} = fresh ? {newerOnDisk: [], differs: false} : compareMaterial(layout, data);
  if (newerOnDisk.length > 0) throw new FatalError(newerOnDisk.join(', ') + NEWER);
  if (differs) log.warn('updating bootstrap data on disk from datastore');
  if (fresh || differs) writeMaterial(layout, data);
};

/** With the datastore open: takes its bootstrap data, or makes and saves the first. */
export const materialFromStore = async (setup: Setup, store: Store, password: string): Promise<void> => {
  const own = await unsealed(store, password);
  if (own) return reconcile(setup, own);
  const others = await store.list('/bootstrap/', {limit: 1});
  if (others.entries.length > 0) throw preparing('bootstrap data already found and encrypted with different token');
  makeMaterial(setup.layout, setup.now());
  const saved = await store.create(bootstrapKey(password), seal(password, readMaterial(setup.layout)));
  // Another server was first: its data counts.
  if (saved === undefined) await materialFromStore(setup, store, password);
};

/** Warns of each flag that differs from the joined server's and refuses if any does. */
const compareCritical = async (setup: Setup, access: Access): Promise<void> => {
  const {options, log} = setup;
  let theirs: Readonly<Record<string, string>>;
  try {
    theirs = (JSON.parse((await access.get('/v1-k3s/config')).toString()) as {critical: typeof theirs}).critical;
  } catch (error) {
    log.warn(`Skipping cluster configuration validation: ${messageOf(error)}`);
    return;
  }
  const names = new Set([...Object.keys(theirs), ...Object.keys(options.critical)]);
  const different = [...names].filter((name) => theirs[name] !== options.critical[name]);
  for (const name of different) log.warn(`critical configuration mismatched: ${name}`);
  if (different.length > 0) {
    throw new Error('failed to validate server configuration: critical configuration value mismatch between servers');
  }
};

/** For a first join: everything from the server in `server:`. Resolves to the access, for what follows. */
export const materialFromServer = async (setup: Setup, url: string, token: string): Promise<Access> => {
  const {log} = setup;
  try {
    const access = await openAccess(url, token, {name: 'server', force: true}, log);
    log.info('Managed etcd cluster not yet initialized');
    await compareCritical(setup, access);
    const data = JSON.parse((await access.get('/v1-k3s/server-bootstrap')).toString()) as BootstrapData;
    reconcile(setup, data);
    return access;
  } catch (error) {
    if (error instanceof FatalError) throw error;
    throw preparing(`${atLeast(31) ? 'failed to bootstrap cluster data: ' : ''}${messageOf(error)}`);
  }
};

/** For a restart with etcd on disk: what a living server has, if one answers; else the files as they are. */
export const materialFromPeer = async (setup: Setup, url: string, token: string): Promise<void> => {
  try {
    const access = await openAccess(url, token, {name: 'server', force: true}, setup.log);
    const data = JSON.parse((await access.get('/v1-k3s/server-bootstrap')).toString()) as BootstrapData;
    reconcile(setup, data);
    setup.log.info('Successfully reconciled with datastore');
  } catch (error) {
    if (error instanceof FatalError) throw error;
    setup.log.warn(`Unable to reconcile with datastore: ${messageOf(error)}`);
  }
};

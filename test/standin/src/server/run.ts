/** `k3s server`, from its settings to READY=1. */

import {mkdirSync} from 'node:fs';
import {runAgent} from '../agent/run.js';
import {Objects} from '../api/objects.js';
import {messageOf} from '../base/fatal.js';
import {isThere, readIfThere, removeIfThere, writeWhole} from '../base/files.js';
import {notifyReady} from '../base/notify.js';
import {every, sleep} from '../base/time.js';
import {commit, version} from '../base/version.js';
import type {DatastoreOptions} from '../config/options.js';
import {formatToken} from '../config/token.js';
import {haveMaterial, makeMaterial} from '../pki/cluster.js';
import {renewLeaves} from '../pki/leaves.js';
import {chooseStore} from '../store/choose.js';
import {openExternal} from '../store/external.js';
import {SqliteStore} from '../store/sqlite.js';
import type {Store} from '../store/types.js';
import {preparing} from './access.js';
import {ETCD, startControllers} from './controllers.js';
import {clearTombstone, type Embedded, joinCluster, startMember, startNewCluster, untilVoter} from './embedded.js';
import {writeKubeconfig} from './kubeconfig.js';
import {type Listener, listen} from './listener.js';
import {writeManifests} from './manifests.js';
import {materialFromPeer, materialFromServer, materialFromStore} from './material.js';
import {dropNodePassword} from './node_password.js';
import {checkReset, resetCluster} from './reset.js';
import {seed} from './seed.js';
import {sharedCertificate} from './serving_cert.js';
import {scheduleSnapshots} from './snapshots.js';
import type {ServerState, Setup} from './state.js';
import {passwordsOf, writeTokens} from './tokens.js';

const prepareFolders = ({layout, options}: Setup): void => {
  for (const name of ['db', 'tls', 'cred', 'manifests']) mkdirSync(layout.server(name), {recursive: true, mode: 0o700});
  mkdirSync(layout.agent('etc'), {recursive: true, mode: 0o755});
  const encryption = layout.server('cred', 'encryption-config.json');
  writeManifests(layout, options.disabled);
  if (options.secretsEncryption && !isThere(encryption)) writeWhole(encryption, '{"kind":"EncryptionConfiguration"}\n');
};

/** Leaf certificates and the listener; both need the CAs on disk. */
const openPort = async (setup: Setup, state: ServerState): Promise<Listener> => {
  const {layout, options, now} = setup;
  renewLeaves(layout, {nodeName: options.nodeName, address: options.advertiseAddress, tlsSans: options.tlsSans}, now());
  writeTokens(layout, state.passwords);
  return listen(setup, state);
};

const sqlite = ({options, layout, programs}: Setup): Promise<Store> => {
  if (options.serverUrl) throw preparing('K3S_TOKEN is required to join a cluster');
  return SqliteStore.open(layout.stateDb, {sqlite3: programs.sqlite3, env: programs.sqliteEnv});
};

const external = (datastore: DatastoreOptions, {log, signal}: Setup): Promise<Store> =>
  openExternal(datastore, {log, signal}).catch((error: unknown) => {
    throw preparing(messageOf(error));
  });

interface Opened {
  readonly store: Store;
  readonly listener: Listener;
}

/** Opens the datastore this start decides on, and port 6443 as soon as the CAs are known. */
const openStore = async (setup: Setup, state: ServerState): Promise<Opened> => {
  const {layout, options, tuning, signal, now} = setup;
  await sleep(tuning.startDelayMs, signal);
  clearTombstone(setup);
  const choice = chooseStore({
    wal: isThere(layout.wal),
    clusterInit: options.clusterInit,
    hasServerUrl: options.serverUrl !== undefined,
    hasToken: options.token !== undefined,
    ...(options.datastore ? {endpoint: options.datastore.endpoint} : {}),
  });
  if (choice.kind === 'sqlite' || choice.kind === 'external') {
    const store = await (options.datastore ? external(options.datastore, setup) : sqlite(setup));
    setup.atEnd(() => store.close());
    await materialFromStore(setup, store, state.passwords.server);
    return {store, listener: await openPort(setup, state)};
  }
  const {serverUrl, token} = options;
  if (choice.kind === 'etcd-join' && serverUrl && token) {
    const access = await materialFromServer(setup, serverUrl, token);
    const listener = await openPort(setup, state);
    return withEtcd(setup, state, listener, await joinCluster(setup, access));
  }
  if (choice.kind === 'etcd-member' && serverUrl && token) await materialFromPeer(setup, serverUrl, token);
  if (!haveMaterial(layout)) {
    // A SQLite server's CAs stay where they are when it is converted.
    if (choice.kind === 'etcd-member') throw preparing(`missing ${layout.tls()} directory from \${data-dir}`);
    makeMaterial(layout, now());
  }
  const listener = await openPort(setup, state);
  return withEtcd(
    setup,
    state,
    listener,
    choice.kind === 'etcd-new' ? await startNewCluster(setup) : startMember(setup),
  );
};

const withEtcd = async (setup: Setup, state: ServerState, listener: Listener, embedded: Embedded): Promise<Opened> => {
  state.etcd = embedded.member;
  await untilVoter(setup, embedded.member);
  await materialFromStore(setup, embedded.store, state.passwords.server);
  return {store: embedded.store, listener};
};

const nodeExtras = (state: ServerState) => {
  const role = (name: string) => ({[`node-role.kubernetes.io/${name}`]: 'true'});
  const {etcd} = state;
  return {
    labels: {...role('control-plane'), ...role('master'), ...(etcd ? role('etcd') : {})},
    annotations: etcd ? {[ETCD.name]: etcd.name, [ETCD.address]: etcd.address} : {},
    finalizers: etcd ? [ETCD.finalizer] : [],
  };
};

/** Starts the server; resolves once systemd was told so. */
export const runServer = async (setup: Setup): Promise<void> => {
  const {options, layout, tuning, log, now, signal} = setup;
  log.info(`Starting k3s ${version} (${commit})`);
  checkReset(setup);
  prepareFolders(setup);
  const state: ServerState = {passwords: passwordsOf(options, layout), hooksDoneAt: Number.POSITIVE_INFINITY};
  if (options.clusterReset && (options.restorePath || isThere(layout.wal))) return resetCluster(setup, state.passwords);
  const afterReset = isThere(layout.resetFlag);
  removeIfThere(layout.resetFlag);
  const {store, listener} = await openStore(setup, state);
  state.store = store;
  const objects = new Objects(store, now);
  await seed(objects, readIfThere(layout.tls('server-ca.crt')) ?? '');
  // The restored password may be older than the one on this host.
  if (afterReset) await dropNodePassword(objects, options.nodeName);
  const shareCertificate = async () => listener.use(await sharedCertificate(setup, objects));
  await shareCertificate();
  state.hooksDoneAt = now().getTime() + tuning.readyzDelayMs;
  state.objects = objects;
  writeKubeconfig(layout, options.kubeconfig, options.kubeconfigMode, options.port);
  log.info(`Wrote kubeconfig ${options.kubeconfig}`);
  log.info('Kube API server is now running');
  startControllers(setup, state, objects);
  if (state.etcd) scheduleSnapshots(setup, state.etcd);
  every(10_000, signal, shareCertificate, (error) => log.debug(messageOf(error)));
  if (!options.disableAgent) await startOwnAgent(setup, state);
  log.info('k3s is up and running');
  state.hooksDoneAt = now().getTime() + tuning.readyzDelayMs;
  await notifyReady(process.env, log);
};

const startOwnAgent = (setup: Setup, state: ServerState): Promise<void> => {
  const {options, layout, tuning, log, now, signal} = setup;
  const ca = readIfThere(layout.tls('server-ca.crt')) ?? '';
  return runAgent({
    options,
    layout,
    tuning,
    log,
    now,
    signal,
    url: `https://${options.bindAddress ?? '127.0.0.1'}:${options.port}`,
    token: formatToken(ca, 'node', state.passwords.agent),
    extras: nodeExtras(state),
  });
};

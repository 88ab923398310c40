/** Embedded etcd as a server's datastore: a new cluster, a join, or data that is there. */

import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, renameSync, statSync} from 'node:fs';
import {FatalError, messageOf} from '../base/fatal.js';
import {isThere, writeWhole} from '../base/files.js';
import type {Layout} from '../base/layout.js';
import {sleep} from '../base/time.js';
import {EtcdClient, type EtcdTls} from '../etcd/client.js';
import {join} from '../etcd/join.js';
import {testMember} from '../etcd/members.js';
import {clientUrl, type EtcdConfig, type EtcdEnd, type EtcdProcess, peerUrl, startEtcd} from '../etcd/process.js';
import {EtcdStore} from '../store/etcd.js';
import {migrate} from '../store/migrate.js';
import {SqliteStore} from '../store/sqlite.js';
import type {Access} from './access.js';
import type {EtcdMember, Setup} from './state.js';

export interface Embedded {
  readonly member: EtcdMember;
  readonly process: EtcdProcess;
  readonly store: EtcdStore;
}

export const etcdTls = (layout: Layout): EtcdTls => ({
  ca: readFileSync(layout.tls('etcd', 'server-ca.crt'), 'utf8'),
  cert: readFileSync(layout.tls('etcd', 'client.crt'), 'utf8'),
  key: readFileSync(layout.tls('etcd', 'client.key'), 'utf8'),
});

/** `<node>-<8 hex>`, kept in db/etcd/name. */
export const memberName = ({layout, options}: Setup, renew = false): string => {
  if (!renew && isThere(layout.memberName)) return readFileSync(layout.memberName, 'utf8').trim();
  const name = `${options.nodeName}-${randomBytes(4).toString('hex')}`;
  mkdirSync(layout.etcd(), {recursive: true, mode: 0o700});
  writeWhole(layout.memberName, name);
  return name;
};

export const etcdConfig = ({options, tuning}: Setup, name: string): EtcdConfig => ({
  name,
  address: options.advertiseAddress,
  exposeMetrics: options.etcdExposeMetrics,
  heartbeatMs: tuning.etcdHeartbeatMs,
  electionMs: tuning.etcdElectionMs,
  extra: options.etcdArgs,
});

/** A removed member's data is put aside (`etcd-old-<time>`) so that it joins anew, if it knows a server to join. */
export const clearTombstone = ({layout, options, log, now}: Setup): void => {
  if (!existsSync(layout.tombstone)) return;
  if (!options.serverUrl) {
    throw new FatalError(
      'starting kubernetes: preparing server: this server was removed from its etcd cluster; set --server to rejoin it, or remove the data directory',
    );
  }
  log.info('tombstone file has been detected, removing data dir to rejoin the cluster');
  renameSync(layout.etcd(), layout.server('db', `etcd-old-${Math.floor(now().getTime() / 1000)}`));
};

/** Starts etcd on its configuration; it is stopped with the server. */
export const launch = (setup: Setup, config: EtcdConfig): Embedded => {
  const {layout, programs, log} = setup;
  const process = startEtcd(programs.etcd, layout, config, log);
  setup.atEnd(process.stop);
  const client = new EtcdClient(['https://127.0.0.1:2379'], etcdTls(layout));
  void process.ended.then((end) => onEnd(setup, end));
  return {process, store: new EtcdStore(client), member: {client, name: config.name, address: config.address}};
};

/** etcd is part of the process in K3s, so its end is K3s's; a removed member leaves a tombstone first. */
const onEnd = async ({layout, log, signal, fail}: Setup, end: EtcdEnd): Promise<void> => {
  if (signal.aborted || end.wanted) return;
  if (!end.removed) return fail(new FatalError(`etcd exited: ${end.status}`));
  writeWhole(layout.tombstone, '');
  log.info('this node has been removed from the cluster please restart k3s to rejoin the cluster');
  await sleep(2000, signal);
  fail(new FatalError('leaderelection lost for k3s'));
};

export const startMember = (setup: Setup): Embedded => {
  setup.log.info('Managed etcd cluster bootstrap already complete and initialized');
  return launch(setup, etcdConfig(setup, memberName(setup)));
};

/** A cluster of one, filled from state.db where a SQLite server was before. */
export const startNewCluster = async (setup: Setup): Promise<Embedded> => {
  const {options, layout, programs, tuning, log} = setup;
  log.info('Managed etcd cluster initializing');
  const name = memberName(setup);
  const cluster = `${name}=${peerUrl(options.advertiseAddress)}`;
  const started = launch(setup, {...etcdConfig(setup, name), initial: {cluster, state: 'new'}});
  if (!statSync(layout.stateDb, {throwIfNoEntry: false})) return started;
  await untilLeader(setup, started.member.client);
  const from = await SqliteStore.open(layout.stateDb, {sqlite3: programs.sqlite3, env: programs.sqliteEnv});
  const die = () => process.kill(process.pid, 'SIGKILL') as never;
  await migrate({from, to: started.store, stateDb: layout.stateDb, tuning, log, die}).catch((error: unknown) => {
    throw new FatalError(`starting kubernetes: failed to migrate content from sqlite to etcd: ${messageOf(error)}`);
  });
  return started;
};

interface DbInfo {
  readonly members: readonly {readonly clientURLs?: readonly string[]; readonly isLearner?: boolean}[];
}

export const joinCluster = async (setup: Setup, access: Access): Promise<Embedded> => {
  const {options, layout, log, signal, tuning} = setup;
  const info = JSON.parse((await access.get('/db/info')).toString()) as DbInfo;
  const own = clientUrl(options.advertiseAddress);
  const endpoints = info.members
    .filter(({isLearner, clientURLs = []}) => !isLearner && !clientURLs.includes(own))
    .flatMap(({clientURLs = []}) => clientURLs);
  const client = new EtcdClient(endpoints, etcdTls(layout));
  const name = memberName(setup);
  const self = {name, nodeName: options.nodeName, address: options.advertiseAddress, nameFile: layout.memberName};
  const cluster = await join(client, self, log, signal);
  client.close();
  await sleep(tuning.joinDelayMs, signal);
  const started = launch(setup, {...etcdConfig(setup, name), initial: {cluster, state: 'existing'}});
  if (tuning.stopAtLog) haltAtLog(setup, started.process);
  return started;
};

/** It looks as often as it can: the first entries come some milliseconds later. */
const haltAtLog = (setup: Setup, etcd: EtcdProcess): void => {
  if (existsSync(setup.layout.wal)) etcd.halt();
  else if (!setup.signal.aborted) setImmediate(haltAtLog, setup, etcd);
};

const untilLeader = async ({signal}: Setup, client: EtcdClient): Promise<void> => {
  while (!signal.aborted) {
    const status = await client.status().catch(() => undefined);
    if (status && status.leader !== '0') return;
    await sleep(200, signal);
  }
};

/** Waits until this server's member is a voter of a cluster with a leader; says why not every 5 s, as K3s does. */
export const untilVoter = async ({signal, log, now}: Setup, {client, name, address}: EtcdMember): Promise<void> => {
  let said = now().getTime();
  while (!signal.aborted) {
    try {
      await testMember(client, name, address);
      log.info('etcd data store connection OK');
      return;
    } catch (error) {
      if (now().getTime() - said >= 5000) {
        said = now().getTime();
        log.info(`Failed to test data store connection: ${messageOf(error)}`);
      }
    }
    await sleep(300, signal);
  }
};

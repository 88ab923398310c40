/** `k3s server --cluster-reset`: this server alone becomes the cluster, from its own data or from a snapshot. */

import {execFileSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, renameSync, rmSync, statSync} from 'node:fs';
import type {Passwords} from '../api/auth.js';
import {FatalError, messageOf} from '../base/fatal.js';
import {isThere, writeWhole} from '../base/files.js';
import {sleep} from '../base/time.js';
import {peerUrl} from '../etcd/process.js';
import {haveMaterial, makeMaterial, unsealed, writeMaterial} from '../pki/cluster.js';
import {renewLeaves} from '../pki/leaves.js';
import {etcdConfig, launch, memberName} from './embedded.js';
import type {Setup} from './state.js';
import {writeTokens} from './tokens.js';

const failing = (message: string): FatalError => new FatalError(`starting kubernetes: ${message}`);

/** What K3s checks before it resets anything. */
export const checkReset = ({options, layout}: Setup): void => {
  if (options.restorePath && !options.clusterReset) {
    throw new FatalError('invalid flag use; --cluster-reset required with --cluster-reset-restore-path');
  }
  if (!options.clusterReset) return;
  if (options.serverUrl) {
    throw new FatalError(
      'cannot perform cluster-reset while server URL is set - remove server from configuration before resetting',
    );
  }
  if (options.restorePath && !options.token && !isThere(layout.token)) {
    throw new FatalError(`${layout.token} does not exist, please pass --token to complete the restoration`);
  }
  if (!options.restorePath && isThere(layout.resetFlag)) {
    throw failing(
      `preparing server: start managed database: cluster-reset was successfully performed, please remove the cluster-reset flag and start k3s normally, if you need to perform another cluster reset, you must first manually delete the ${layout.resetFlag} file`,
    );
  }
};

/** Puts the snapshot's data in place of the present one, which is kept as etcd-old-<time>. */
const restore = (setup: Setup, snapshot: string): void => {
  const {layout, programs, options, log, now} = setup;
  const found = statSync(snapshot, {throwIfNoEntry: false});
  if (!found) throw failing(`etcd: snapshot path does not exist: ${snapshot}`);
  if (found.isDirectory()) throw failing(`etcd: snapshot path must be a file, not a directory: ${snapshot}`);
  if (existsSync(layout.etcd()))
    renameSync(layout.etcd(), layout.server('db', `etcd-old-${Math.floor(now().getTime() / 1000)}`));
  log.info(`Pre-restore etcd database moved aside; restoring ${snapshot}`);
  const name = memberName(setup, true);
  const fresh = layout.server('db', 'etcd-restore');
  rmSync(fresh, {recursive: true, force: true});
  const args = ['snapshot', 'restore', snapshot, '--data-dir', fresh, '--name', name, '--skip-hash-check=false'];
  const cluster = [
    '--initial-cluster',
    `${name}=${peerUrl(options.advertiseAddress)}`,
    '--initial-advertise-peer-urls',
    peerUrl(options.advertiseAddress),
  ];
  try {
    execFileSync(programs.etcdutl, [...args, ...cluster], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {PATH: process.env.PATH},
    });
  } catch (error) {
    throw failing(`etcd: failed to restore ${snapshot}: ${messageOf(error)}`);
  }
  renameSync(`${fresh}/member`, layout.etcd('member'));
  rmSync(fresh, {recursive: true, force: true});
};

/** Resets and ends the process with status 0, as K3s does. */
export const resetCluster = async (setup: Setup, passwords: Passwords): Promise<void> => {
  const {layout, options, log, now, signal} = setup;
  if (options.restorePath) restore(setup, options.restorePath);
  if (!isThere(layout.wal)) throw failing('preparing server: start managed database: etcd has no data to reset');
  // On a host that never was a server, the snapshot brings the CAs; etcd needs some to start with.
  if (!haveMaterial(layout)) makeMaterial(layout, now());
  const names = {nodeName: options.nodeName, address: options.advertiseAddress, tlsSans: options.tlsSans};
  renewLeaves(layout, names, now());
  const name = memberName(setup);
  const {member, store, process: etcd} = launch(setup, {...etcdConfig(setup, name), forceNewCluster: true});
  for (;;) {
    const alone = await member.client.members().catch(() => []);
    const [only] = alone;
    if (signal.aborted) return;
    if (only && alone.length === 1) {
      if (!only.peerUrls.includes(peerUrl(options.advertiseAddress)))
        await member.client.updatePeer(only.id, peerUrl(options.advertiseAddress));
      break;
    }
    await sleep(300, signal);
  }
  const data = await unsealed(store, passwords.server);
  if (!data) throw failing('preparing server: bootstrap data already found and encrypted with different token');
  const backup = layout.server(`tls-${Math.floor(now().getTime() / 1000)}`);
  log.info(`Cluster reset: backing up certificates directory to ${backup}`);
  mkdirSync(backup, {recursive: true, mode: 0o700});
  cpSync(layout.tls(), backup, {recursive: true});
  writeMaterial(layout, data);
  renewLeaves(layout, names, now());
  writeTokens(layout, passwords);
  writeWhole(layout.resetFlag, '');
  await etcd.stop();
  log.info(
    'Managed etcd cluster membership has been reset, restart without --cluster-reset flag now. Backup and delete ${datadir}/server/db on each peer etcd server and rejoin the nodes',
  );
  setup.done();
};

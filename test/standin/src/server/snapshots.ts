/** Scheduled snapshots: at 00:00 and 12:00 unless told otherwise, five kept. */

import {messageOf} from '../base/fatal.js';
import {every} from '../base/time.js';
import {cronMatches, pruneSnapshots, saveSnapshot} from '../etcd/snapshot.js';
import type {EtcdMember, Setup} from './state.js';

export const snapshotFolder = ({layout, options}: Pick<Setup, 'layout' | 'options'>): string =>
  options.snapshotDir ?? layout.snapshots;

export const scheduleSnapshots = (setup: Setup, {client}: EtcdMember): void => {
  const {options, log, now, signal} = setup;
  if (options.snapshotCron === '') return;
  let last = '';
  const look = async () => {
    const minute = now().toISOString().slice(0, 16);
    if (minute === last || !cronMatches(options.snapshotCron, now())) return;
    last = minute;
    const folder = snapshotFolder(setup);
    const saved = await saveSnapshot(client, folder, options.snapshotName, options.nodeName, now());
    log.info(`Saving etcd snapshot to ${saved.path}`);
    pruneSnapshots(folder, options.snapshotName, options.snapshotRetention);
  };
  every(20_000, signal, look, (error) => log.error(`Failed to take etcd snapshot: ${messageOf(error)}`));
};

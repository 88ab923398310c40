/** SQLite to etcd, once, when cluster-init finds a state.db and no etcd data (etcd.go migrateFromSQLite). */

import {renameSync, writeFileSync} from 'node:fs';
import type {Logger} from '../base/log.js';
import {sleep} from '../base/time.js';
import type {Tuning} from '../config/tuning.js';
import type {EtcdStore} from './etcd.js';
import {type Entry, type Store, scan} from './types.js';

/** etcd takes 128 operations a transaction. */
const BATCH = 100;

interface Put {
  readonly key: string;
  readonly value: Buffer;
}

/** What the tests' faults make of an entry: nothing, another value, or itself. */
const spoil = (entry: Entry, tuning: Tuning): Put[] => {
  if (entry.key === tuning.migrateLose) return [];
  if (entry.key !== tuning.migrateAlter) return [entry];
  const value = Buffer.from(entry.value);
  value[value.length - 1] = (value[value.length - 1] ?? 0) ^ 1;
  return [{key: entry.key, value}];
};

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({length: Math.ceil(all.length / size)}, (_, index) => all.slice(index * size, (index + 1) * size));

export interface Migration {
  readonly from: Store;
  readonly to: EtcdStore;
  readonly stateDb: string;
  readonly tuning: Tuning;
  readonly log: Logger;
  /** ends the process at once, as kill -9 would */
  readonly die: () => never;
}

/** Copies every `/registry/` key and renames the old file; killed before that, nothing says so at the next start. */
export const migrate = async ({from, to, stateDb, tuning, log, die}: Migration): Promise<void> => {
  log.info('Migrating content from sqlite to etcd');
  let done = 0;
  let held: readonly Entry[] = [];
  const copy = async (page: readonly Entry[]) => {
    const puts = page.flatMap((entry) => spoil(entry, tuning));
    const single = tuning.migrateDelayMs > 0 || tuning.migrateDieAfter > 0;
    for (const batch of chunks(puts, single ? 1 : BATCH)) {
      for (const {key} of batch) log.info(`Migrating etcd key ${key}`);
      await to.putAll(batch);
      done += batch.length;
      if (tuning.migrateDieAfter > 0 && done >= tuning.migrateDieAfter) die();
      if (tuning.migrateDelayMs > 0) await sleep(tuning.migrateDelayMs);
    }
  };
  // One page is held back, so that the last one can be left out when a test asks for it.
  for await (const page of scan(from, '/registry/')) {
    await copy(held);
    held = page;
  }
  if (!tuning.migrateSkipLast) await copy(held);
  await from.close();
  renameSync(stateDb, `${stateDb}.migrated`);
  // K3s renames a database that is open; what SQLite keeps beside it stays behind, empty.
  for (const part of ['wal', 'shm']) writeFileSync(`${stateDb}-${part}`, '', {mode: 0o600});
};

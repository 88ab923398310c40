import {z} from 'zod';

/**
 * From SQLite to embedded etcd (docs "datastore/ha-embedded", k3s pkg/etcd migrateFromSQLite): K3s with `cluster-init` copies every
 * key below /registry/ into a new etcd, one after the other, and renames state.db to state.db.migrated at the end. Killed
 * before that, its next start finds etcd's WAL, copies nothing more, and serves what there is. So what lies on the disk,
 * and what the play has written down beside the backup, say what is to be done next.
 */

/** How far the play has come; each stage includes those before it. */
export const conversionStages = ['backed-up', 'compared', 'snapshot', 'rolling-back', 'restored'] as const;
export type ConversionStage = (typeof conversionStages)[number];

/** Where backup and record lie: outside the data-dir, which the uninstall script removes. */
export const defaultConversionDir = '/var/lib/quorate/conversion';
export const recordFile = 'record.json';

const recordSchema = z.object({
  stage: z.enum(conversionStages),
  /** ISO 8601, by the controller's clock. */
  at: z.string(),
  /** The last comparison found differences; nothing may build on this etcd. */
  differs: z.boolean().optional(),
  /** Etcd's revision when the conversion had ended: what has a higher one was written since. */
  revision: z.number().optional(),
  /** Keys below /registry/ in the backup. */
  keys: z.number().optional(),
  /** sha256 over key, length and value of each key of the backup, in order. */
  list_sha256: z.string().optional(),
  /** Keys below /registry/ in etcd at `revision`, without the cluster's heartbeats. */
  keys_then: z.number().optional(),
  snapshot: z.string().optional(),
});
export type ConversionRecord = z.output<typeof recordSchema>;

/** Reads a record; undefined for none, and for one that cannot be read, which counts as none: then all is done anew. */
export function parseRecord(text: string): ConversionRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What lies on the disk of the server, and whether K3s runs. */
export interface ConversionDisk {
  readonly stateDb: boolean;
  /** Etcd is initialised: `member/wal` exists. */
  readonly wal: boolean;
  readonly migrated: boolean;
  readonly running: boolean;
  /** Our guard is in place, which lets K3s start on no half-made etcd: one that runs is copying right now. */
  readonly guarded: boolean;
  readonly record?: ConversionRecord;
}

export type ConversionPhase =
  /** SQLite alone: stop, back up, convert. */
  | 'sqlite'
  /** A conversion died midway: stop, back up the SQLite that is still whole, put the half-made etcd aside, convert. */
  | 'died'
  /** K3s is copying keys at this moment: wait for it. */
  | 'under-way'
  /** All is copied, as K3s says; it is not compared or has no snapshot yet. */
  | 'unproven'
  /** Nothing is left to do. */
  | 'done'
  /** A rollback was begun and has to be finished. */
  | 'rolling-back'
  | 'empty';

/** What is to be done next, by what is there. */
export function conversionPhase({stateDb, wal, migrated, running, guarded, record}: ConversionDisk): ConversionPhase {
  if (record?.stage === 'rolling-back' || record?.stage === 'restored') return 'rolling-back';
  if (wal && stateDb && !migrated) return running && guarded ? 'under-way' : 'died';
  if (wal)
    return record === undefined || (record.stage === 'snapshot' && record.differs !== true) ? 'done' : 'unproven';
  if (stateDb) return 'sqlite';
  return 'empty';
}

/** Keys that the cluster renews all the time by itself, and that nobody would miss: Events, leases, the state of Nodes. */
const heartbeatPrefixes = ['/registry/events/', '/registry/leases/', '/registry/masterleases/', '/registry/minions/'];
/** Older versions keep the leader's lock in a ConfigMap. */
const heartbeatKeys = ['/registry/configmaps/kube-system/k3s', '/registry/configmaps/kube-system/k3s-etcd'];

export const isHeartbeat = (key: string): boolean =>
  heartbeatPrefixes.some((prefix) => key.startsWith(prefix)) || heartbeatKeys.includes(key);

import type {ConversionPhase} from './conversion.js';
import type {ConversionRefusal} from './conversion_gates.js';

/** What is known before a server goes back to SQLite. */
export interface RollbackFacts {
  readonly host: string;
  readonly phase: ConversionPhase;
  readonly backup: string;
  readonly hasBackup: boolean;
  readonly hasRecord: boolean;
  /** As etcd lists them; 0 where it does not answer. */
  readonly members: number;
}

/** Why this server may not go back; empty: it may, as far as can be told without counting what was written since. */
export function refuseRollback({
  host,
  phase,
  backup,
  hasBackup,
  hasRecord,
  members,
}: RollbackFacts): ConversionRefusal[] {
  if (members > 1)
    return [
      {
        what: `${host} is one of ${members} members of etcd: SQLite serves one server only, and the others would be lost with all they hold`,
        hint: 'there is no way back once another server has joined; restore a snapshot of etcd instead, if that is what is wanted',
      },
    ];
  if (!hasRecord || !hasBackup)
    return [
      {
        what: `there is no conversion on ${host} to go back from: ${hasRecord ? `the backup ${backup} is gone` : `no record beside ${backup}`}`,
        hint: 'only what convert_to_etcd.yml has converted can be rolled back; for another folder set k3s_conversion_dir',
      },
    ];
  if (phase === 'under-way')
    return [
      {what: `K3s on ${host} is copying its keys at this moment`, hint: 'let it end, or stop it, then run again'},
    ];
  return [];
}

/** What was written into etcd after the comparison, so far as etcd tells it. */
export interface WrittenSince {
  /** Keys that were made or changed. */
  readonly written: number;
  readonly deleted: number;
  /** Keys that the cluster keeps writing by itself: Events, leases, the state of Nodes. */
  readonly heartbeats: number;
}

/** Nothing is discarded but what the user has named by its number. */
export function refuseDiscard(
  {written, deleted, heartbeats}: WrittenSince,
  accepted: number | undefined,
): ConversionRefusal | undefined {
  const count = written + deleted;
  if (count === 0 || count === accepted) return undefined;
  return {
    what: `${count} keys were written since the conversion (${written} made or changed, ${deleted} deleted; beside ${heartbeats} that the cluster renews by itself: Events, leases, the state of Nodes), and SQLite has none of it`,
    hint: `if they may be lost, run again with -e rollback_discard=${count}`,
  };
}

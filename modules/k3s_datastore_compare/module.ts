import {
  type ConversionRecord,
  conversionPhase,
  defaultConversionDir,
  defaultPaths,
  type Held,
  type HeldNow,
  isHeartbeat,
  isWhole,
  ListMerge,
  type Merged,
  type Verdict,
  verdictOf,
  verdictWords,
} from '../../src/cluster/index.js';
import {TaskError} from '../../src/errors/index.js';
import {type Data, defineModule, type HostNetwork, p} from '../../src/module/index.js';
import {
  backupPath,
  type ConversionPlace,
  diskProbe,
  parseDisk,
  recordPath,
  writeRecord,
} from '../support/conversion.js';
import {EtcdGateway} from './etcd_list.js';
import {pastOf} from './past.js';
import {openDatabase, readDatabase} from './sqlite_copy.js';

const params = p.object({
  dir: p.path('Folder of backup and record, on the host.').default(defaultConversionDir),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  accept_unproven: p
    .int(
      'Accept so many keys whose copying cannot be shown any more, since etcd has dropped its past; the number that the refusal names.',
    )
    .default(0),
});

/** A large store over a slow line takes its time. */
const compareLimitMs = 7_200_000;

/** Both stores side by side; counts on the way what is no heartbeat, so that each is read once. */
async function mergeStores(
  before: Generator<Held>,
  pages: AsyncIterable<readonly HeldNow[]>,
): Promise<{readonly merged: Merged; readonly keysThen: number}> {
  let keysThen = 0;
  try {
    const lists = new ListMerge(before);
    for await (const page of pages) {
      lists.add(page);
      for (const {key} of page) if (!isHeartbeat(key)) keysThen += 1;
    }
    return {merged: lists.end(), keysThen};
  } finally {
    before.return(undefined);
  }
}

interface Compared {
  readonly verdict: Verdict;
  readonly record: ConversionRecord;
}

async function compare(host: HostNetwork, place: ConversionPlace, at: string): Promise<Compared> {
  host.progress('reading the backup of SQLite');
  const list = await openDatabase(await readDatabase(host, `${backupPath(place)}/server/db/state.db`));
  const etcd = new EtcdGateway(host, place.data_dir);
  const revision = await etcd.revision();
  host.progress('comparing it with etcd, key by key');
  const {merged, keysThen} = await mergeStores(list(), etcd.pages(revision));
  if (merged.open.length > 0)
    host.progress(`looking into the past of ${merged.open.length} keys that are not as they were`);
  const verdict = verdictOf(merged, await pastOf(etcd, merged, revision));
  const record = {
    stage: 'compared',
    at,
    revision,
    keys_then: keysThen,
    keys: merged.before,
    list_sha256: merged.beforeSha256,
  } as const;
  return {verdict, record};
}

function refuse(verdict: Verdict, accepted: number, backup: string): void {
  const {missing, altered, unproven} = verdict;
  if (missing.length + altered.length === 0 && unproven.length > 0 && unproven.length === accepted) return;
  throw new TaskError({
    what: `the conversion is not whole: ${verdictWords(verdict)}`,
    hint:
      missing.length + altered.length > 0
        ? `no server may join this one. Go back to SQLite with convert_to_etcd.yml -e rollback=true: the backup ${backup} has every key`
        : `look at these keys; if they are as they should be, run again with -e k3s_accept_unproven=${unproven.length}; if not, go back to SQLite with -e rollback=true`,
  });
}

async function compareAndNote(host: HostNetwork, place: ConversionPlace, at: string, accepted: number): Promise<Data> {
  const {verdict, record} = await compare(host, place, at);
  const whole = isWhole(verdict) || verdict.unproven.length === accepted;
  // A difference is noted as well: nothing may build on this etcd, and a rollback counts what is written from here on.
  await writeRecord(host, place, whole ? record : {...record, differs: true});
  if (!isWhole(verdict)) refuse(verdict, accepted, backupPath(place));
  const {keys, equal, changedSince, made} = verdict;
  return {
    keys,
    equal,
    changed_since: changedSince,
    made_since: made,
    revision: record.revision,
    said: verdictWords(verdict),
  };
}

export default defineModule({
  kind: 'state',
  name: 'k3s_datastore_compare',
  summary: 'Compares every key of the SQLite backup with etcd, and fails naming the keys that are missing or altered.',
  description: `Every key and value, of the backup and of etcd at one revision, side by side in order of keys. What the cluster has written
since is told from what the copying got wrong by etcd's own past: a key that is not as it was has to be found as it was at the end of the copying. Values pass through the memory
of this machine and are neither kept nor shown. The result goes into the record beside the backup.`,
  params,
  returns: {
    keys: 'Keys of the backup.',
    equal: 'Those that are in etcd as they were.',
    changed_since: 'Those that were copied as they were, and written or deleted since.',
    made_since: 'Keys of etcd that the backup has not.',
    revision: "Etcd's revision of this comparison.",
    said: 'The same in a sentence.',
  },
  examples: [{name: 'Compare', params: {}}],
  reach: 'run',
  probeIs: 'volatile',
  prepare: (_given, controller) => Promise.resolve(controller.now().toISOString()),
  reads: ({dir, data_dir: dataDir}) => [
    {kind: 'path', path: dir},
    {kind: 'path', path: `${dataDir}/server/db`},
  ],
  probe: (place) => diskProbe(place),
  parse: (output) => parseDisk(output.stdout),
  overlay: (seen) => seen,
  plan({accept_unproven: accepted, ...place}, seen, at) {
    const {record} = seen;
    const compared = record?.stage === 'compared' || record?.stage === 'snapshot';
    if (conversionPhase(seen) === 'done' || (compared && record.differs !== true))
      return {plan: 'same', result: {keys: record?.keys ?? 0, revision: record?.revision ?? 0}};
    return {
      plan: 'change',
      diff: [{kind: 'values', path: recordPath(place), before: {}, after: {stage: 'compared'}}],
      steps: [
        {
          step: 'converse',
          title: 'compare every key of the backup with etcd',
          deadlineMs: compareLimitMs,
          talk: (host) => compareAndNote(host, place, at, accepted),
        },
      ],
      touches: [{kind: 'path', path: recordPath(place)}],
    };
  },
  result: (_given, _seen, outcomes) => ({
    changed: true,
    data: outcomes[0]?.data ?? {},
    msg: String(outcomes[0]?.data?.said ?? ''),
  }),
});

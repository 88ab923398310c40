import {
  conversionPhase,
  defaultConversionDir,
  defaultPaths,
  type HeldNow,
  isHeartbeat,
  refuseDiscard,
  type WrittenSince,
} from '../../src/cluster/index.js';
import {TaskError} from '../../src/errors/index.js';
import {type Data, defineModule, type HostNetwork, p} from '../../src/module/index.js';
import {EtcdGateway} from '../k3s_datastore_compare/etcd_list.js';
import {type ConversionPlace, diskProbe, parseDisk} from '../support/conversion.js';

const params = p.object({
  dir: p.path('Folder of backup and record, on the host.').default(defaultConversionDir),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  discard: p
    .string('The number of keys that may be lost, as the refusal names it; `uncounted` where etcd does not answer.')
    .default(''),
});

const countLimitMs = 3_600_000;

/** Keys of etcd with a revision above the one of the comparison. */
async function count(
  host: HostNetwork,
  place: ConversionPlace,
  revision: number,
  keysThen: number,
): Promise<WrittenSince> {
  const etcd = new EtcdGateway(host, place.data_dir);
  const found = {written: 0, heartbeats: 0, made: 0, now: 0};
  const look = ({key, modRevision, createRevision}: HeldNow): void => {
    const heartbeat = isHeartbeat(key);
    if (!heartbeat) found.now += 1;
    if (modRevision <= revision) return;
    if (heartbeat) found.heartbeats += 1;
    else found.written += 1;
    if (!heartbeat && createRevision > revision) found.made += 1;
  };
  for await (const page of etcd.pages(await etcd.revision(), {keysOnly: true})) page.forEach(look);
  // A key that was deleted and made again counts as both.
  return {
    written: found.written,
    heartbeats: found.heartbeats,
    deleted: Math.max(0, keysThen + found.made - found.now),
  };
}

async function look(host: HostNetwork, place: ConversionPlace, discard: string): Promise<Data> {
  const {stdout} = await host.ask(diskProbe(place), 64 * 1024);
  const seen = parseDisk(stdout.toString());
  const {record} = seen;
  // SQLite is the truth until all is copied; and what was begun is finished.
  if (!seen.wal || conversionPhase(seen) === 'died' || conversionPhase(seen) === 'rolling-back')
    return {written: 0, deleted: 0};
  const since = await count(host, place, record?.revision ?? 0, record?.keys_then ?? 0).catch((error: unknown) => {
    if (discard === 'uncounted' || !(error instanceof TaskError)) return undefined;
    throw new TaskError({
      what: `what was written since the conversion cannot be counted: ${error.what}`,
      hint: 'start K3s there and run again; if whatever was written may be lost, run again with -e rollback_discard=uncounted',
    });
  });
  if (since === undefined) return {written: -1, deleted: -1};
  const refusal = refuseDiscard(since, discard === '' ? undefined : Number(discard));
  if (refusal !== undefined) throw new TaskError(refusal);
  return {...since};
}

export default defineModule({
  kind: 'action',
  name: 'k3s_written_since',
  summary:
    'Counts what was written to etcd since the conversion, and fails unless it is nothing or its number was accepted.',
  description: `Reads keys and revisions; changes nothing, so it runs in check mode too. Events, leases and the state of Nodes, which the cluster renews all
the time, are counted apart.`,
  params,
  returns: {
    written: 'Keys made or changed.',
    deleted: 'Keys deleted.',
    heartbeats: 'Keys that the cluster renews by itself.',
  },
  examples: [{name: 'Before a rollback', params: {}}],
  reach: 'run',
  check: 'run',
  readOnly: true,
  steps: ({discard, ...place}) => [
    {
      step: 'converse',
      title: 'count what was written since the conversion',
      deadlineMs: countLimitMs,
      talk: (host) => look(host, place, discard),
    },
  ],
  result: (_given, outcomes) => ({changed: false, data: outcomes[0]?.data ?? {}}),
});

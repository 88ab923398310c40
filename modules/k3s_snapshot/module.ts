import {posix} from 'node:path';
import {defaultPaths, fatalMessage} from '../../src/cluster/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {type Job, jobEnd, jobSteps} from '../support/job.js';

const params = p.object({
  name: p.string('Its base name; K3s appends the Node and the time.').default('before-change'),
  retention: p
    .int('How many snapshots of this name this server keeps; older ones are removed. 0 keeps all.')
    .default(5),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
  timeout_s: p.int('How long it may take.').default(600),
});

interface Given {
  readonly name: string;
  readonly retention: number;
  readonly data_dir: string;
  readonly bin_dir: string;
  readonly timeout_s: number;
}

/** A base name that K3s, and its `prune` by beginning, can tell from the others. */
const plainName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

const failure = (log: string): {why: string; hint: string} => ({
  why:
    fatalMessage(log.split('\n').findLast((line) => line.includes('level=fatal')) ?? '') ??
    (log.trim().split('\n').at(-1) || 'no word why'),
  hint: 'nothing was restarted. Mend it and run again; to go without a snapshot: -e k3s_snapshot_before_change=false',
});

/** Saves one, then lets go of the oldest of that name (docs "cli/etcd-snapshot"); a scheduled one has another name and stays. */
const job = ({name, retention, data_dir: dataDir, bin_dir: binDir, timeout_s: timeoutS}: Given): Job => ({
  title: 'save an etcd snapshot',
  folder: '/run/quorate/etcd-snapshot',
  script: sh`k3s=${posix.join(binDir, 'k3s')} name=${name} keep=${String(retention)} dir=${dataDir}
"$k3s" etcd-snapshot save --data-dir "$dir" --name "$name" || exit 1
[ "$keep" -eq 0 ] || "$k3s" etcd-snapshot prune --data-dir "$dir" --name "$name" --snapshot-retention "$keep"`,
  deadlineMs: timeoutS * 1000,
  failure,
});

export default defineModule({
  kind: 'state',
  name: 'k3s_snapshot',
  summary: 'Saves a snapshot of the embedded etcd, and keeps the last few of its name.',
  description: `Runs on a living member. Each run of the task saves one, so it stands behind a condition: site.yml takes one before it restarts
servers, and none where nothing is restarted. Snapshots lie in \`server/db/snapshots\` below the data-dir, or where \`etcd-snapshot-dir\` says.`,
  params,
  returns: {snapshot: 'The name of the snapshot that was saved.'},
  examples: [{name: 'Before a change', params: {name: 'before-change', retention: 5}}],
  reach: 'run',
  probeIs: 'volatile',
  reads: ({data_dir: dataDir}) => [{kind: 'path', path: posix.join(dataDir, 'server/db/etcd')}],
  probe: ({data_dir: dataDir}) => sh`[ -e ${posix.join(dataDir, 'server/db/etcd/member/wal')} ] && echo etcd; :`,
  parse: ({stdout}) => ({etcd: stdout.trim() === 'etcd'}),
  plan(given, seen) {
    if (!plainName.test(given.name))
      return {
        plan: 'fail',
        why: `'${given.name}' is no name for a snapshot`,
        hint: 'take small letters, digits, dashes and dots',
      };
    if (!seen.etcd)
      return {
        plan: 'fail',
        why: 'there is no embedded etcd on this host, so it has no snapshots',
        hint: 'run it on a member (delegate_to)',
      };
    return {
      plan: 'change',
      diff: [
        {
          kind: 'values',
          path: `etcd snapshot ${given.name}`,
          before: {},
          after: {saved: true, kept: given.retention === 0 ? 'all' : given.retention},
        },
      ],
      steps: [...jobSteps(job(given)), jobEnd(job(given))],
      touches: [],
    };
  },
  result(given, _seen, outcomes) {
    const log = String(outcomes.find(({data}) => data?.log !== undefined)?.data?.log ?? '');
    const snapshot = log.split(/[\s"/]+/).find((word) => word.startsWith(`${given.name}-`)) ?? '';
    return {changed: true, ...(snapshot === '' ? {} : {msg: `saved ${snapshot}`}), data: {snapshot}};
  },
});

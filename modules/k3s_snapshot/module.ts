import {posix} from 'node:path';
import {defaultConversionDir, defaultPaths, fatalMessage} from '../../src/cluster/index.js';
import {defineModule, type Plan, p} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {type ConversionPlace, diskProbe, parseDisk} from '../support/conversion.js';
import {type Job, jobEnd, jobSteps} from '../support/job.js';
import {heldOff, noteStep} from './after_conversion.js';

const params = p.object({
  name: p.string('Its base name; K3s appends the Node and the time.').default('before-change'),
  retention: p
    .int('How many snapshots of this name this server keeps; older ones are removed. 0 keeps all.')
    .default(5),
  conversion_dir: p
    .path('Folder of the record of a conversion: one snapshot is taken after the comparison, and noted there.')
    .optional(),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
  timeout_s: p.int('How long it may take.').default(600),
});

type Given = ReturnType<typeof params.parse>;

/** A base name that K3s, and its `prune` by beginning, can tell from the others. */
const plainName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

const failure = (log: string): string =>
  fatalMessage(log.split('\n').findLast((line) => line.includes('level=fatal')) ?? '') ??
  (log.trim().split('\n').at(-1) || 'no word why');

/** Saves one, then lets go of the oldest of that name (docs "cli/etcd-snapshot"); a scheduled one has another name and stays. */
const job = (given: Given): Job => ({
  title: 'save an etcd snapshot',
  folder: given.conversion_dir === undefined ? '/run/quorate/etcd-snapshot' : `${given.conversion_dir}.job`,
  script: sh`k3s=${posix.join(given.bin_dir, 'k3s')} name=${given.name} keep=${String(given.retention)} dir=${given.data_dir}
"$k3s" etcd-snapshot save --data-dir "$dir" --name "$name" || exit 1
[ "$keep" -eq 0 ] || "$k3s" etcd-snapshot prune --data-dir "$dir" --name "$name" --snapshot-retention "$keep"`,
  deadlineMs: given.timeout_s * 1000,
  failure: (log) => ({
    why: failure(log),
    hint:
      given.conversion_dir === undefined
        ? 'nothing was restarted. Mend it and run again; to go without a snapshot: -e k3s_snapshot_before_change=false'
        : 'every key is in etcd, and no server joins before there is a snapshot. Mend it and run convert_to_etcd.yml again',
  }),
});

const placeOf = ({data_dir, conversion_dir: dir}: Given): ConversionPlace => ({
  data_dir,
  dir: dir ?? defaultConversionDir,
});

const noEtcd: Plan = {
  plan: 'fail',
  why: 'there is no embedded etcd on this host, so it has no snapshots',
  hint: 'run it on a member (delegate_to)',
};

export default defineModule({
  kind: 'state',
  name: 'k3s_snapshot',
  summary: 'Saves a snapshot of the embedded etcd, and keeps the last few of its name.',
  description: `Runs on a living member. Each run of the task saves one, so it stands behind a condition: site.yml takes one before it restarts
servers, and none where nothing is restarted. With \`conversion_dir\` one is saved after a conversion to etcd that was compared, and none after it was. Snapshots lie in \`server/db/snapshots\` below the data-dir, or where \`etcd-snapshot-dir\` says.`,
  params,
  returns: {snapshot: 'The name of the snapshot that was saved.'},
  examples: [{name: 'Before a change', params: {name: 'before-change', retention: 5}}],
  reach: 'run',
  probeIs: 'volatile',
  prepare: (_given, controller) => Promise.resolve(controller.now().toISOString()),
  reads: ({data_dir: dataDir, conversion_dir: dir}) => [
    {kind: 'path', path: posix.join(dataDir, 'server/db/etcd')},
    ...(dir === undefined ? [] : [{kind: 'path', path: dir} as const]),
  ],
  probe: (given) => diskProbe(placeOf(given)),
  parse: ({stdout}) => parseDisk(stdout),
  overlay: (seen) => seen,
  plan(given, seen, at, {checkMode}) {
    const {name, retention, conversion_dir: dir} = given;
    if (!plainName.test(name))
      return {
        plan: 'fail',
        why: `'${name}' is no name for a snapshot`,
        hint: 'take small letters, digits, dashes and dots',
      };
    const held = dir === undefined ? undefined : heldOff(seen, checkMode);
    if (held !== undefined) return held;
    // A dry run of a conversion foresees the etcd that is still to be made.
    if (!seen.wal && !(checkMode && dir !== undefined)) return noEtcd;
    return {
      plan: 'change',
      diff: [
        {
          kind: 'values',
          path: `etcd snapshot ${name}`,
          before: {},
          after: {saved: true, kept: retention === 0 ? 'all' : retention},
        },
      ],
      steps: [
        ...jobSteps(job(given)),
        ...(dir === undefined ? [] : [noteStep(placeOf(given), seen, at, name)]),
        jobEnd(job(given)),
      ],
      touches: dir === undefined ? [] : [{kind: 'path', path: dir}],
    };
  },
  result(given, _seen, outcomes) {
    const log = String(outcomes.find(({data}) => data?.log !== undefined)?.data?.log ?? '');
    const snapshot = log.split(/[\s"/]+/).find((word) => word.startsWith(`${given.name}-`)) ?? '';
    return {changed: true, ...(snapshot === '' ? {} : {msg: `saved ${snapshot}`}), data: {snapshot}};
  },
});

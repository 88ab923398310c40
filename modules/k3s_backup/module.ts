import {conversionPhase, defaultConversionDir, defaultPaths} from '../../src/cluster/index.js';
import {type Data, defineModule, type Plan, p, type Step} from '../../src/module/index.js';
import {joinScripts, sh} from '../../src/shell/index.js';
import {
  backupPath,
  type DiskSeen,
  diskProbe,
  guardStep,
  parseDisk,
  recordStep,
  unguardStep,
} from '../support/conversion.js';
import {type Job, jobEnd, jobSteps} from '../support/job.js';
import {
  type BackupPlace,
  type BackupSeen,
  backupProbe,
  copyScript,
  parseBackup,
  restoreScript,
  retireScript,
} from './scripts.js';

const params = p.object({
  state: p
    .choice(
      ['present', 'restored', 'retired'],
      '`present`: a verified backup of the server as it is now; `restored`: the server is as the backup has it; `retired`: the backup is put away after a rollback.',
    )
    .default('present'),
  dir: p.path('Folder of backup and record, on the host.').default(defaultConversionDir),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  config_file: p.path("K3s's config.yaml.").default(defaultPaths.configFile),
});

interface Seen {
  readonly disk: DiskSeen;
  readonly backup: BackupSeen;
}

const marker = '-- backup --';

/** Copying a large database may take long on a slow disk. */
const copyLimitMs = 3_600_000;

const job = (place: BackupPlace, title: string, script: Job['script']): Job => ({
  title,
  folder: `${place.dir}.job`,
  script,
  deadlineMs: copyLimitMs,
});

const stillRuns: Plan = {
  plan: 'fail',
  why: 'K3s runs, so its database may change while it is copied',
  hint: 'stop it first (k3s_service, state: stopped)',
};

function copyPlan(place: BackupPlace, {disk, backup}: Seen, now: string, checkMode: boolean): Plan {
  const path = backupPath(place);
  const result: Data = {path};
  const phase = conversionPhase(disk);
  // What was converted is backed up already, or was converted by another hand.
  if (phase !== 'sqlite' && phase !== 'died') return {plan: 'same', result};
  if (backup.whole && backup.same && disk.record?.stage === 'backed-up') return {plan: 'same', result};
  if (disk.running && !checkMode) return stillRuns;
  const copying = job(place, `copy the database, certificates, token and settings to ${path}`, copyScript(place));
  const steps: Step[] = [
    {
      step: 'script',
      title: `make ${place.dir}`,
      script: sh`umask 077; mkdir -p -- ${place.dir} && chmod 700 ${place.dir}`,
    },
    ...jobSteps(copying),
    recordStep(place, {stage: 'backed-up', at: now}),
    jobEnd(copying),
  ];
  return {
    plan: 'change',
    diff: [{kind: 'hidden', path, why: 'a copy of the whole server, its token and keys included'}],
    steps,
    touches: [{kind: 'path', path: place.dir}],
    result,
  };
}

function restorePlan(place: BackupPlace, {disk, backup}: Seen, now: string, checkMode: boolean): Plan {
  const path = backupPath(place);
  // Without etcd's data there is nothing to go back from, and SQLite may be newer than its backup.
  if (disk.record?.stage === 'restored' || (!disk.etcdDir && disk.record?.stage !== 'rolling-back'))
    return {plan: 'same', result: {path}};
  if (!backup.there || !backup.whole)
    return {
      plan: 'fail',
      why: backup.there ? `the backup ${path} is damaged: a file in it has another hash` : `there is no backup ${path}`,
      hint: 'earlier backups lie beside it, as backup-<time>; nothing was changed',
    };
  if (disk.running && !checkMode) return stillRuns;
  const restoring = job(place, `put back what ${path} holds`, restoreScript(place));
  return {
    plan: 'change',
    diff: [
      {kind: 'values', path: `${place.data_dir}/server/db`, before: {datastore: 'etcd'}, after: {datastore: 'sqlite'}},
    ],
    steps: [
      guardStep(place),
      recordStep(place, {...disk.record, stage: 'rolling-back', at: now}),
      ...jobSteps(restoring),
      recordStep(place, {...disk.record, stage: 'restored', at: now}),
      jobEnd(restoring),
      unguardStep,
    ],
    touches: [
      {kind: 'path', path: `${place.data_dir}/server`},
      {kind: 'path', path: place.config_file},
    ],
    result: {path},
  };
}

/** The record goes away with its folder, and with it what the guard held back. */
function retirePlan(place: BackupPlace, {disk}: Seen): Plan {
  if (disk.record === undefined && !disk.guarded) return {plan: 'same'};
  return {
    plan: 'change',
    diff: [{kind: 'values', path: place.dir, before: {state: 'in use'}, after: {state: 'put away'}}],
    steps: [unguardStep, {step: 'script', title: `put ${place.dir} away`, script: retireScript(place)}],
    touches: [{kind: 'path', path: place.dir}],
  };
}

export default defineModule({
  kind: 'state',
  name: 'k3s_backup',
  summary: 'Makes a verified backup of a stopped K3s server on SQLite, or puts one back.',
  description: `The backup holds the database with its log, certificates, token and settings, for root only (0700, 0600). Every copy is compared
with its original by sha256 before the backup counts, and again before it is put back. A backup is made anew whenever the database on the disk is another one.`,
  params,
  returns: {path: 'Folder of the backup, on the host.'},
  examples: [{name: 'Before anything is changed', params: {state: 'present'}}],
  reach: 'run',
  probeIs: 'volatile',
  prepare: (_given, controller) => Promise.resolve(controller.now().toISOString()),
  reads: ({dir}) => [{kind: 'path', path: dir}],
  probe: (place) => joinScripts([diskProbe(place), sh`echo; echo ${marker}`, backupProbe(place)]),
  parse(output): Seen {
    const [disk = '', backup = ''] = output.stdout.split(`${marker}\n`);
    return {disk: parseDisk(disk), backup: parseBackup(backup)};
  },
  overlay: (seen) => seen,
  plan({state, ...place}, seen, now, {checkMode}) {
    if (state === 'present') return copyPlan(place, seen, now, checkMode);
    return state === 'restored' ? restorePlan(place, seen, now, checkMode) : retirePlan(place, seen);
  },
});

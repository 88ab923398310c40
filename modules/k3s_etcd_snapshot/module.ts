import {type ConversionRecord, conversionPhase, defaultConversionDir, defaultPaths} from '../../src/cluster/index.js';
import {defineModule, type Plan, p, type Step} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {EtcdGateway} from '../k3s_datastore_compare/etcd_list.js';
import {type ConversionPlace, diskProbe, parseDisk, recordPath, writeRecord} from '../support/conversion.js';
import {type Job, jobEnd, jobSteps} from '../support/job.js';

const params = p.object({
  name: p.string('Name of the snapshot; K3s adds node and time.').default('converted'),
  dir: p.path('Folder of backup and record, on the host.').default(defaultConversionDir),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
});

/** The record, with etcd's revision of this moment: from here on it is others who write. */
const noteStep = (place: ConversionPlace, record: ConversionRecord): Step => ({
  step: 'converse',
  title: `note in ${recordPath(place)}: ${record.stage}`,
  talk: async (host) => {
    const standing = await new EtcdGateway(host, place.data_dir).standing();
    await writeRecord(host, place, {...record, ...standing});
    return standing;
  },
  deadlineMs: 3_600_000,
});

export default defineModule({
  kind: 'state',
  name: 'k3s_etcd_snapshot',
  summary: 'Takes a snapshot of etcd once after a conversion that was compared.',
  description:
    "K3s's own `etcd-snapshot save`. The record beside the backup says that it was taken, so that it is taken once.",
  params,
  returns: {folder: 'Where the snapshots lie, on the host.'},
  examples: [{name: 'After the comparison', params: {name: 'converted'}}],
  reach: 'run',
  probeIs: 'volatile',
  prepare: (_given, controller) => Promise.resolve(controller.now().toISOString()),
  reads: ({dir}) => [{kind: 'path', path: dir}],
  probe: (given) => diskProbe(given),
  parse: (output) => parseDisk(output.stdout),
  overlay: (seen) => seen,
  plan({name, dir, data_dir: dataDir, bin_dir: binDir}, seen, at, {checkMode}): Plan {
    const {record} = seen;
    const folder = `${dataDir}/server/db/snapshots`;
    if (conversionPhase(seen) === 'done') return {plan: 'same', result: {folder}};
    if (!checkMode && (record?.stage !== 'compared' || record.differs === true))
      return {
        plan: 'fail',
        why: 'etcd was not compared with SQLite, or is not equal to it',
        hint: 'run convert_to_etcd.yml from its beginning',
      };
    const job: Job = {
      title: 'take a snapshot of etcd',
      folder: `${dir}.job`,
      script: sh`${`${binDir}/k3s`} etcd-snapshot save --name ${name} --data-dir ${dataDir}`,
      deadlineMs: 600_000,
    };
    return {
      plan: 'change',
      diff: [{kind: 'values', path: folder, before: {}, after: {snapshot: name}}],
      steps: [
        ...jobSteps(job),
        noteStep({data_dir: dataDir, dir}, {...record, stage: 'snapshot', at, snapshot: name}),
        jobEnd(job),
      ],
      touches: [
        {kind: 'path', path: folder},
        {kind: 'path', path: dir},
      ],
      result: {folder},
    };
  },
});

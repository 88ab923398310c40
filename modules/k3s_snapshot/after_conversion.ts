/** The one snapshot of a conversion: after the comparison, and noted in the record, so that it is taken once. */
import {type ConversionRecord, conversionPhase} from '../../src/cluster/index.js';
import type {Plan, Step} from '../../src/module/index.js';
import {EtcdGateway} from '../k3s_datastore_compare/etcd_list.js';
import {type ConversionPlace, type DiskSeen, recordPath, writeRecord} from '../support/conversion.js';

/** What holds it off: nothing, or that it was taken, or may not be taken yet. */
export function heldOff(seen: DiskSeen, checkMode: boolean): Plan | undefined {
  const {record} = seen;
  if (conversionPhase(seen) === 'done') return {plan: 'same', result: {snapshot: ''}};
  if (checkMode || (record?.stage === 'compared' && record.differs !== true)) return undefined;
  return {
    plan: 'fail',
    why: 'etcd was not compared with SQLite, or is not equal to it',
    hint: 'run convert_to_etcd.yml from its beginning',
  };
}

/** The record, with etcd's revision of this moment: from here on it is others who write. */
export function noteStep(place: ConversionPlace, {record}: DiskSeen, at: string, snapshot: string): Step {
  const noted: ConversionRecord = {...record, stage: 'snapshot', at, snapshot};
  return {
    step: 'converse',
    title: `note in ${recordPath(place)}: ${noted.stage}`,
    talk: async (host) => {
      const standing = await new EtcdGateway(host, place.data_dir).standing();
      await writeRecord(host, place, {...noted, ...standing});
      return standing;
    },
    deadlineMs: 3_600_000,
  };
}

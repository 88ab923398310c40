import {
  type ConversionPhase,
  conversionPhase,
  defaultConversionDir,
  refuseConversion,
  refuseRollback,
} from '../../src/cluster/index.js';
import {type Data, defineModule, type GroupEntry, p, type Refusal} from '../../src/module/index.js';
import {lookParams} from '../k3s_roles/look_params.js';
import {backupPath} from '../support/conversion.js';
import {type CheckSeen, checkProbe, factsOf, parseCheck} from './facts.js';

const {data_dir, config_file, bin_dir, systemd_dir} = lookParams;

const params = p.object({
  data_dir,
  config_file,
  bin_dir,
  systemd_dir,
  dir: p.path('Folder of backup and record, on the host.').default(defaultConversionDir),
  version: p.string('The version of K3s that the inventory wants.').default(''),
  rollback: p.bool('Look whether the server may go back to SQLite.').default(false),
});
type Given = ReturnType<typeof params.parse>;

const words: Readonly<Record<ConversionPhase, string>> = {
  sqlite: 'runs on SQLite: to be backed up, converted, compared',
  died: 'holds a conversion that died midway: SQLite is whole, and is converted anew',
  'under-way': 'is copying its keys to etcd at this moment: to be waited for',
  unproven: 'is converted, and not yet compared with its backup',
  done: 'is on etcd: nothing to do',
  'rolling-back': 'is on its way back to SQLite',
  empty: 'has no datastore',
};

/** What tasks of this run read as `k3s_conversion`. */
function variablesOf(given: Given, {disk}: CheckSeen): Data {
  const phase = conversionPhase(disk);
  const copies = phase === 'sqlite' || phase === 'died';
  return {
    k3s_conversion: {
      phase,
      dir: given.dir,
      backup: backupPath(given),
      /** The backup is back in its place already. */
      restored: disk.record?.stage === 'restored',
      /** K3s has to be stopped, and backed up. */
      stop: copies,
      /** Etcd has all, and K3s is not up: what was written cannot be counted before it is. */
      raise: (phase === 'done' || phase === 'unproven') && !disk.up,
      prove: copies || phase === 'under-way' || phase === 'unproven',
    },
  };
}

function look(entry: GroupEntry<Given, CheckSeen>): {variables?: Data; refusals: Refusal[]; shows: string[]} {
  const {host, params: given, sighting} = entry;
  if (sighting.seen === 'unknown')
    return {
      refusals: [{hosts: [], what: `${host} cannot be read: ${sighting.why}`, hint: 'make it reachable'}],
      shows: [],
    };
  const seen = sighting.value;
  const phase = conversionPhase(seen.disk);
  const facts = factsOf(host, given, given.version, seen);
  const refused = given.rollback
    ? refuseRollback({
        host,
        phase,
        backup: backupPath(given),
        hasBackup: seen.hasBackup,
        hasRecord: seen.disk.record !== undefined,
        members: seen.look.etcd?.members.length ?? 0,
      })
    : refuseConversion(facts);
  return {
    variables: variablesOf(given, seen),
    refusals: refused.map(({what, hint}) => ({hosts: [], what, hint})),
    shows: [`  ${host}  ${given.rollback ? `to go back to SQLite, from ${backupPath(given)}` : words[phase]}`],
  };
}

export default defineModule({
  kind: 'group',
  name: 'k3s_conversion_check',
  summary:
    'Looks what lies on a server that is to be converted to etcd, and refuses what would lose data, before anything is touched.',
  description: `Version, settings, room on the disk, etcd's ports, an earlier conversion that died. Sets \`k3s_conversion\`, by which the tasks of a
conversion know what is left to do.`,
  params,
  examples: [{name: 'Before the conversion', params: {version: 'v1.30.6+k3s1'}}],
  scope: () => [],
  probe: (given) => checkProbe(given),
  parse: (output) => parseCheck(output),
  plan(entries) {
    const looked = entries.map((entry) => ({host: entry.host, ...look(entry)}));
    return {
      variables: new Map(
        looked.flatMap(({host, variables}) => (variables === undefined ? [] : [[host, variables] as const])),
      ),
      refusals: looked.flatMap(({refusals}) => refusals),
      shows: looked.flatMap(({shows}) => shows),
    };
  },
});

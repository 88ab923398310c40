/** What the tasks of a conversion share: what lies on the disk, the record beside the backup, the guard of the unit. */
import {posix} from 'node:path';
import {type ConversionDisk, type ConversionRecord, parseRecord, recordFile} from '../../src/cluster/index.js';
import {TaskError} from '../../src/errors/index.js';
import type {HostNetwork, Step} from '../../src/module/index.js';
import {raw, type Script, sh} from '../../src/shell/index.js';

/** Where a conversion takes place. */
export interface ConversionPlace {
  readonly data_dir: string;
  /** Of backup and record. */
  readonly dir: string;
}

export const recordPath = ({dir}: ConversionPlace): string => posix.join(dir, recordFile);
export const backupPath = ({dir}: ConversionPlace): string => posix.join(dir, 'backup');

export const guardFile = '/etc/systemd/system/k3s.service.d/quorate-conversion.conf';
const guardMarker = '-- record --';

/** Prints what {@link parseDisk} reads; changes nothing. */
export const diskProbe = (place: ConversionPlace): Script => sh`d=${`${place.data_dir}/server/db`}
yes() { if [ -e "$2" ]; then echo "$1"; fi; }
yes wal "$d/etcd/member/wal"
yes etcd "$d/etcd"
yes state-db "$d/state.db"
yes migrated "$d/state.db.migrated"
yes guard ${guardFile}
echo "active $(systemctl show k3s -p ActiveState 2>/dev/null | cut -d = -f 2)"
echo ${guardMarker}
cat ${recordPath(place)} 2>/dev/null
:`;

export interface DiskSeen extends ConversionDisk {
  readonly etcdDir: boolean;
  /** K3s has started, and is not on its way up or down. */
  readonly up: boolean;
}

export function parseDisk(stdout: string): DiskSeen {
  const [lines = '', record = ''] = stdout.split(`${guardMarker}\n`);
  const has = (word: string): boolean => new RegExp(`^${word}$`, 'm').test(lines);
  const found = parseRecord(record);
  return {
    wal: has('wal'),
    etcdDir: has('etcd'),
    stateDb: has('state-db'),
    migrated: has('migrated'),
    guarded: has('guard'),
    up: has('active active'),
    running: /^active (active|activating|reloading|deactivating)$/m.test(lines),
    ...(found === undefined ? {} : {record: found}),
  };
}

/** Writes the record, whole or not at all, for root only. */
const recordScript = (place: ConversionPlace, record: ConversionRecord): Script => sh`umask 077
mkdir -p ${place.dir} && chmod 700 ${place.dir}
f=${recordPath(place)}
printf '%s\n' ${JSON.stringify(record)} > "$f.new" && mv -f "$f.new" "$f" && sync`;

/** Writes the record in the course of a conversation. */
export async function writeRecord(host: HostNetwork, place: ConversionPlace, record: ConversionRecord): Promise<void> {
  const {rc, stderr} = await host.ask(recordScript(place, record), 1024);
  if (rc !== 0) throw new TaskError({what: `${recordPath(place)} cannot be written: ${stderr.trim()}`, rc, stderr});
}

export const recordStep = (place: ConversionPlace, record: ConversionRecord): Step => ({
  step: 'script',
  title: `note in ${recordPath(place)}: ${record.stage}`,
  script: recordScript(place, record),
});

/**
 * While keys are copied, or a backup is put back, K3s may start on nothing half-made: it would serve what is there and say
 * nothing. Neither systemd's restart nor a boot gets past this.
 */
export const guardStep = (place: ConversionPlace): Step => ({
  step: 'script',
  title: 'keep K3s from starting on half the data',
  script: sh`umask 022
f=${guardFile} d=${`${place.data_dir}/server/db`} r=${recordPath(place)}
mkdir -p "$(dirname "$f")"
cat > "$f.new" <<END
# Written by quorate for the time of a conversion; convert_to_etcd.yml takes it away when it is done.
[Service]
Restart=no
ExecStartPre=/bin/sh -c 'if grep -qs rolling-back $r || { [ -e $d/etcd/member/wal ] && [ -e $d/state.db ] && [ ! -e $d/state.db.migrated ]; }; then echo "the conversion to etcd has not ended, and K3s would serve a part of the data: run convert_to_etcd.yml again"; exit 1; fi'
END
mv -f "$f.new" "$f" && systemctl daemon-reload`,
});

export const unguardStep: Step = {
  step: 'script',
  title: 'let K3s start as usual',
  script: sh`f=${guardFile}; rm -f "$f" && { rmdir "$(dirname "$f")" 2>/dev/null; systemctl daemon-reload; }`,
};

/** `etcd PATH BODY`: a request to this server's etcd over its gateway, with K3s's own certificate, which stays on the host. */
export const etcdFunction = (dataDir: string): Script => sh`t=${`${dataDir}/server/tls/etcd`}
${raw(`etcd() { printf '%s' "$2" | curl -s --max-time 60 --cacert "$t/server-ca.crt" --cert "$t/client.crt" --key "$t/client.key" -X POST --data-binary @- "https://127.0.0.1:2379/v3/$1"; }`)}`;

/** Parameters of a request for all keys that a conversion copies. */
export const registryRange = {
  key: Buffer.from('/registry/').toString('base64'),
  range_end: Buffer.from('/registry0').toString('base64'),
} as const;

import {
  type ConversionFacts,
  conversionPhase,
  effectiveOf,
  lookScript,
  parseLook,
  type Sighting,
} from '../../src/cluster/index.js';
import type {StepOutput} from '../../src/module/index.js';
import {joinScripts, type Script, sh} from '../../src/shell/index.js';
import {pathsOf} from '../k3s_roles/look_params.js';
import {backupPath, type ConversionPlace, type DiskSeen, diskProbe, parseDisk} from '../support/conversion.js';

const marker = '-- conversion --';

/** Sizes in KiB, free space where the backup and etcd will lie, who listens on etcd's ports. */
const spaceProbe = (place: ConversionPlace): Script => sh`d=${place.data_dir} b=${place.dir}
near() { p=$1; while [ ! -d "$p" ]; do p=$(dirname "$p"); done; echo "$p"; }
space() { df -Pk "$(near "$2")" 2>/dev/null | tail -n 1 | sed -n "s/.* \([0-9][0-9]*\)  *[0-9]*% \(.*\)$/$1 \1 \2/p"; }
size() { du -skc "$@" 2>/dev/null | tail -n 1 | sed 's/[^0-9].*//'; }
listens() { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q "^ *[0-9]*: [0-9A-F]*:$1 [0-9A-F:]* 0A " && echo "listens $2"; }
echo "database $(size "$d"/server/db/state.db*)"
echo "rest $(size "$d/server/tls" "$d/server/cred")"
space free-dir "$b"
space free-data "$d"
listens 094B 2379
listens 094C 2380
if [ -f ${`${backupPath(place)}/SHA256SUMS`} ]; then echo backup; fi
:`;

export interface CheckSeen {
  readonly look: Sighting;
  readonly disk: DiskSeen;
  readonly databaseBytes: number;
  readonly backupBytes: number;
  readonly freeDirBytes: number;
  readonly freeDataBytes: number;
  readonly oneFilesystem: boolean;
  readonly listening: readonly number[];
  readonly hasBackup: boolean;
}

interface CheckGiven extends ConversionPlace {
  readonly config_file: string;
  readonly bin_dir: string;
  readonly systemd_dir: string;
}

export const checkProbe = (given: CheckGiven): Script =>
  joinScripts([
    lookScript(pathsOf(given)),
    sh`echo ${marker}`,
    diskProbe(given),
    sh`echo; echo ${marker}`,
    spaceProbe(given),
  ]);

export function parseCheck({stdout}: StepOutput): CheckSeen {
  const [look = '', disk = '', space = ''] = stdout.split(`${marker}\n`);
  const kib = (name: string): number => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(space)?.[1] ?? 0) * 1024;
  const mount = (name: string): string => new RegExp(`^${name} \\d+ (.*)$`, 'm').exec(space)?.[1] ?? name;
  const databaseBytes = kib('database');
  return {
    look: parseLook(look),
    disk: parseDisk(disk),
    databaseBytes,
    backupBytes: databaseBytes + kib('rest'),
    freeDirBytes: kib('free-dir'),
    freeDataBytes: kib('free-data'),
    oneFilesystem: mount('free-dir') === mount('free-data'),
    listening: [...space.matchAll(/^listens (\d+)$/gm)].map(([, port]) => Number(port)),
    hasBackup: /^backup$/m.test(space),
  };
}

/** What the rules ask of one server. */
export function factsOf(host: string, given: ConversionPlace, wantedVersion: string, seen: CheckSeen): ConversionFacts {
  const {look, disk, listening, ...sizes} = seen;
  const phase = conversionPhase(disk);
  return {
    ...sizes,
    host,
    phase,
    version: look.version ?? '',
    wantedVersion,
    config: effectiveOf(look, 'server').config,
    systemd: look.init === 'systemd',
    curl: look.curl,
    dataDir: given.data_dir,
    dir: given.dir,
    // A half-made etcd that runs has its ports itself.
    takenPorts: phase === 'sqlite' ? listening : [],
  };
}

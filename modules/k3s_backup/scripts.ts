import {type Script, sh} from '../../src/shell/index.js';
import {backupPath, type ConversionPlace} from '../support/conversion.js';

export interface BackupPlace extends ConversionPlace {
  readonly config_file: string;
}

/**
 * Copies database with its log, certificates, token and settings beside, compares every copy with its original by hash, and
 * moves the whole into place. Modes are noted apart, since the copies are for root only.
 */
export const copyScript = (place: BackupPlace): Script => sh`set -eu
umask 077
d=${place.data_dir} c=${place.config_file} b=${backupPath(place)}
n=$b.new
mkdir -p ${place.dir}
chmod 700 ${place.dir}
rm -rf "$n"
mkdir -p "$n/server/db" "$n/config"
for f in state.db state.db-wal state.db-shm; do if [ -f "$d/server/db/$f" ]; then cp -a "$d/server/db/$f" "$n/server/db/"; fi; done
for f in tls cred token agent-token node-token; do if [ -e "$d/server/$f" ]; then cp -a "$d/server/$f" "$n/server/"; fi; done
e=$(dirname "$c") g=$(basename "$c")
for f in "$g" "$g.d"; do if [ -e "$e/$f" ]; then cp -a "$e/$f" "$n/config/"; fi; done
cd "$n"
find server config ! -type l -exec stat -c '%a %n' {} + > MODES
(cd "$d" && find "$n/server" -type f | sed "s,^$n/,," | while IFS= read -r f; do sha256sum "$f"; done) > SHA256SUMS
(cd "$e" && find "$n/config" -type f | sed "s,^$n/config/,," | while IFS= read -r f; do sha256sum "$f"; done | sed 's,^\([0-9a-f]*  \),\1config/,') >> SHA256SUMS
grep -q ' server/db/state.db$' SHA256SUMS
sha256sum -c SHA256SUMS > /dev/null
chmod -R go-rwx .
sync
if [ -d "$b" ]; then mv "$b" "$b-$(date -u +%Y%m%dT%H%M%SZ)"; fi
mv "$n" "$b"
sync`;

/**
 * Puts back what the backup holds, after it was checked. What etcd has stays beside, under `etcd-rolled-back-<time>`, and so
 * do the settings. config.yaml.d is not the conversion's, and stays as it is. May be repeated from any point.
 */
export const restoreScript = (place: BackupPlace): Script => sh`set -eu
umask 077
d=${place.data_dir} c=${place.config_file} b=${backupPath(place)}
(cd "$b" && sha256sum -c SHA256SUMS >/dev/null)
n=$d/server/quorate-restore
rm -rf "$n"
cp -a "$b" "$n"
(cd "$n" && while read -r mode f; do chmod "$mode" "$f"; done < MODES && sha256sum -c SHA256SUMS >/dev/null)
if [ -e "$d/server/db/etcd" ]; then mv "$d/server/db/etcd" "$d/server/db/etcd-rolled-back-$(date -u +%Y%m%dT%H%M%SZ)"; fi
rm -f "$d/server/db/state.db" "$d/server/db/state.db-wal" "$d/server/db/state.db-shm" "$d/server/db/state.db.migrated"
for f in "$n"/server/db/*; do mv "$f" "$d/server/db/"; done
rmdir "$n/server/db"
for f in "$n"/server/*; do rm -rf "$d/server/$(basename "$f")"; mv "$f" "$d/server/"; done
e=$(dirname "$c") g=$(basename "$c")
if [ -f "$c" ] && [ ! -f ${place.dir}/config-before-rollback.yaml ]; then cp -a "$c" ${place.dir}/config-before-rollback.yaml; fi
if [ -f "$n/config/$g" ]; then mv "$n/config/$g" "$c"; else rm -f "$c"; fi
rm -rf "$n"
sync`;

/** The backup and its record are put away under another name; the next conversion begins anew. */
export const retireScript = (place: BackupPlace): Script =>
  sh`d=${place.dir}; mv "$d" "$d-rolled-back-$(date -u +%Y%m%dT%H%M%SZ)" && sync`;

/** Hashes of the database as it is and as the backup has it, and whether the backup is whole. */
export const backupProbe = (place: BackupPlace): Script => sh`d=${place.data_dir} b=${backupPath(place)}
if [ -f "$b/SHA256SUMS" ]; then
  grep ' server/db/state.db\(-wal\)\{0,1\}$' "$b/SHA256SUMS" | sed 's/^/kept /'
  if (cd "$b" && sha256sum -c SHA256SUMS >/dev/null 2>&1); then echo whole; fi
fi
cd "$d" 2>/dev/null && for f in server/db/state.db server/db/state.db-wal; do if [ -f "$f" ]; then sha256sum "$f" | sed 's/^/now /'; fi; done
:`;

export interface BackupSeen {
  readonly there: boolean;
  /** Every file of it has the hash that it had. */
  readonly whole: boolean;
  /** The database on the disk is the one in the backup, to the byte. */
  readonly same: boolean;
}

export function parseBackup(stdout: string): BackupSeen {
  const sums = (word: string): string[] =>
    stdout
      .split('\n')
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => line.slice(word.length + 1))
      .sort();
  const kept = sums('kept');
  return {
    there: kept.length > 0,
    whole: /^whole$/m.test(stdout),
    same: kept.length > 0 && kept.join('\n') === sums('now').join('\n'),
  };
}

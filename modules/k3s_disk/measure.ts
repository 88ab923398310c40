import {raw, type Script, sh} from '../../src/shell/index.js';

/** Etcd's limit for the 99th percentile of its log's fdatasync (etcd.io, "hardware", "tuning": disk_wal_fsync_duration). */
export const limitMs = 10;

/** As many writes of this size as give a 99th percentile; 2,300 bytes are about what etcd's log takes at a time. */
const writes = 100;
const writeBytes = 2300;
/** A disk that takes longer for them all is slow, and waited for no longer. */
const longestSeconds = 5;

const measuring = raw(`while [ ! -d "$d" ]; do d=$(dirname "$d"); done
f=$d/.quorate-disk-$$
trap 'rm -f "$f"' EXIT
trap 'exit 1' HUP INT TERM
echo "folder $d"
look() { read -r now _ </proc/uptime; }
look
began=\${now%.*} i=0
while [ "$i" -lt "$writes" ] && [ "$((\${now%.*} - began))" -lt "$longest" ]; do
  look
  before=$now
  said=$(LC_ALL=C dd if=/dev/zero of="$f" bs="$bytes" count=1 seek="$i" conv=notrunc,fsync 2>&1) || { echo "$said" >&2; exit 1; }
  look
  case $said in
    *' copied, '*) said=\${said##* copied, }; echo "seconds \${said%% *}";;
    *) echo "ticks $before $now";;
  esac
  i=$((i + 1))
done`);

/**
 * Appends to a file beside the data-dir (or where it will be), each write followed by fsync, and takes the file away.
 * Prints `folder PATH`, then for each write `seconds N`, as dd tells it; busybox's dd tells no time, so there it is
 * `ticks BEFORE AFTER` by /proc/uptime, in seconds with two digits.
 */
export const measureScript = (
  dataDir: string,
): Script => sh`d=${dataDir} writes=${writes} bytes=${writeBytes} longest=${longestSeconds}
${measuring}`;

export interface Measured {
  /** Where the file lay. */
  readonly folder: string;
  readonly writes: number;
  /** The 99th percentile, in milliseconds; by ticks at least this much. */
  readonly p99Ms: number;
}

/** A time by ticks of 10 ms is more than one tick less than their difference. */
const tickMs = 10;

function timeOf(line: string): number | undefined {
  const [kind, first, second] = line.split(' ');
  if (kind === 'seconds') return Number(first) * 1000;
  if (kind === 'ticks') return Math.max(0, Math.round((Number(second) - Number(first)) * 1000) - tickMs);
  return undefined;
}

/** Reads what {@link measureScript} printed; undefined where nothing was measured. */
export function parseMeasured(stdout: string): Measured | undefined {
  const lines = stdout.split('\n');
  const folder = lines.find((line) => line.startsWith('folder '))?.slice('folder '.length) ?? '';
  const times = lines.flatMap((line) => timeOf(line) ?? []).sort((left, right) => left - right);
  const p99 = times[Math.ceil(times.length * 0.99) - 1];
  return p99 === undefined || Number.isNaN(p99) ? undefined : {folder, writes: times.length, p99Ms: p99};
}

/** What to tell of a disk that is too slow for etcd; undefined where it is not. */
export const slowWords = ({folder, writes: count, p99Ms}: Measured): string | undefined =>
  p99Ms <= limitMs
    ? undefined
    : `the disk under ${folder} is slow for etcd: of ${count} small writes with fsync one in a hundred took ${Math.round(p99Ms)} ms or more, and etcd wants less than ${limitMs} ms. On such a disk leaders are lost under load: put the data-dir on an SSD (k3s_data_dir), away from other writers`;

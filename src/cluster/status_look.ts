import {X509Certificate} from 'node:crypto';
import {basename} from 'node:path/posix';
import {raw, type Script, sh} from '../shell/index.js';
import type {K3sPaths} from './look.js';

export interface Certificate {
  /** Under the data-dir: `server/tls/client-admin.crt`. */
  readonly file: string;
  readonly notAfter: Date;
  /** It signs others: K3s makes these for ten years, and renews them never by itself. */
  readonly authority: boolean;
}

export interface Snapshot {
  readonly name: string;
  readonly savedEpochSeconds: number;
  readonly sizeBytes: number;
}

/** What only the status asks of a host, beside the look. */
export interface StatusSighting {
  readonly certificates: readonly Certificate[];
  /** The newest on this host's disk. */
  readonly snapshot?: Snapshot;
  /** `/readyz` of this server's own API says ok. */
  readonly apiReady: boolean;
  readonly dbSizeBytes?: number;
  /** What etcd may grow to before it takes no more writes. */
  readonly dbQuotaBytes?: number;
  /** Hashes as our unit would write them if the agent were started now. */
  readonly agentSumsNow?: string;
  /** Last fatal and error lines of a service that does not stay up, oldest first. */
  readonly logged: readonly string[];
}

const functions = raw(String.raw`
certs() {
  for f in "$d"/server/tls/*.crt "$d"/server/tls/etcd/*.crt "$d"/server/tls/kine/*.crt "$d"/server/tls/kube-*/*.crt "$d"/agent/*.crt; do
    n=${'$'}{f#"$d"/}
    case $n in *[!A-Za-z0-9_./-]*) continue;; esac
    [ -f "$f" ] && sed -n -e "/BEGIN CERT/,/END CERT/s|^|cert $n |p" -e '/END CERT/q' "$f"
  done
}
admin() { curl -s --max-time 5 --cacert "$d/server/tls/server-ca.crt" --cert "$d/server/tls/client-admin.crt" --key "$d/server/tls/client-admin.key" "$@" 2>/dev/null; }
snapshot() {
  s=$(sed -n 's/^etcd-snapshot-dir: *//p' "$c" 2>/dev/null | tail -n 1 | tr -d "\"'")
  [ -n "$s" ] || s=$d/server/db/snapshots
  for f in "$s"/*; do case $f in *.part) continue;; esac; [ -f "$f" ] && stat -c 'snapshot %Y %s %n' -- "$f"; done | sort -k 2,2n | tail -n 1
}
failing() {
  command -v systemctl >/dev/null 2>&1 || return 0
  case $(systemctl show "$1" -p ActiveState --value 2>/dev/null) in active|inactive|'') return 0;; esac
  journalctl -u "$1" -b -n 400 --no-pager -o cat 2>/dev/null | grep -E 'level=(fatal|error)|fatal:|status=[0-9]+/' | tail -n 8 | sed 's/^/log /'
}
`);

/**
 * A read-only POSIX script for what only the status shows; it goes in one trip with the look. Certificates are the public
 * ones, the first of each file; keys are named to curl and never read. `port` is the API's.
 */
export const statusScript = (paths: K3sPaths, port: number): Script => sh`(
d=${paths.dataDir} c=${paths.configFile} port=${port}
${functions}
certs
snapshot
if command -v curl >/dev/null 2>&1 && [ -f "$d/server/tls/client-admin.crt" ]; then
  printf 'readyz %s\n' "$(admin "https://127.0.0.1:$port/readyz")"
  curl -s --max-time 5 http://127.0.0.1:2381/metrics 2>/dev/null | sed -n 's/^\(etcd_mvcc_db_total_size_in_bytes\|etcd_server_quota_backend_bytes\) /metric \1 /p'
fi
h=/usr/local/lib/quorate/k3s-sums
if [ -f "$h" ] && [ -f /run/quorate/k3s-agent.sums ]; then sh "$h" k3s-agent | sed 's/^/agent-sum /'; fi
failing k3s
failing k3s-agent
:)`;

/** Leaf certificates and authorities by file, from lines `FILE TEXT`; a file that is no certificate is passed over. */
function certificatesIn(lines: readonly string[]): Certificate[] {
  const texts = new Map<string, string[]>();
  for (const line of lines) {
    const space = line.indexOf(' ');
    const file = line.slice(0, space);
    texts.set(file, [...(texts.get(file) ?? []), line.slice(space + 1)]);
  }
  return [...texts].flatMap(([file, text]) => {
    try {
      const certificate = new X509Certificate(text.join('\n'));
      return [{file, notAfter: new Date(certificate.validTo), authority: certificate.ca}];
    } catch {
      return [];
    }
  });
}

/** From a line `SECONDS BYTES PATH`; the path may have spaces. */
function snapshotIn(line: string): Snapshot {
  const [savedAt, size, ...path] = line.split(' ');
  return {name: basename(path.join(' ')), savedEpochSeconds: Number(savedAt), sizeBytes: Number(size)};
}

/** Reads what {@link statusScript} printed. */
export function parseStatusLook(stdout: string): StatusSighting {
  const lines = stdout.split('\n');
  const after = (prefix: string): string[] =>
    lines.flatMap((line) => (line.startsWith(prefix) ? [line.slice(prefix.length)] : []));
  const metric = (name: string): number | undefined => {
    const [text] = after(`metric ${name} `);
    return text === undefined ? undefined : Number(text);
  };
  const [snapshot] = after('snapshot ').map(snapshotIn);
  const sums = after('agent-sum ');
  const dbSizeBytes = metric('etcd_mvcc_db_total_size_in_bytes');
  const dbQuotaBytes = metric('etcd_server_quota_backend_bytes');
  return {
    certificates: certificatesIn(after('cert ')),
    apiReady: after('readyz ')[0] === 'ok',
    logged: after('log '),
    ...(snapshot === undefined ? {} : {snapshot}),
    ...(dbSizeBytes === undefined ? {} : {dbSizeBytes}),
    ...(dbQuotaBytes === undefined ? {} : {dbQuotaBytes}),
    ...(sums.length === 0 ? {} : {agentSumsNow: sums.join('\n')}),
  };
}

/** The Nodes as JSON, asked of one living server; raw, since kubectl's discovery would write a cache. */
export const nodesScript = (paths: K3sPaths): Script =>
  sh`${`${paths.binDir}/k3s`} kubectl get --raw /api/v1/nodes 2>/dev/null`;

import {raw, type Script, sh} from '../shell/index.js';
import {defaultConversionDir} from './conversion.js';
import {lookFunctions} from './look_functions.js';
import {peerPort} from './peer_port.js';

/** Where K3s keeps things; each can be moved by the user. */
export interface K3sPaths {
  readonly dataDir: string;
  readonly configFile: string;
  readonly binDir: string;
  readonly systemdDir: string;
  /** Of the backup that a conversion makes, and of its record. */
  readonly conversionDir?: string;
}

export const defaultPaths: K3sPaths = {
  dataDir: '/var/lib/rancher/k3s',
  configFile: '/etc/rancher/k3s/config.yaml',
  binDir: '/usr/local/bin',
  systemdDir: '/etc/systemd/system',
};

/**
 * One read-only POSIX script that reads all that roles and checks need of a host, in one trip:
 * host, binary, units, files, what lies in the data-dir, and what etcd itself says.
 * `sums` also hashes what the service would be started with.
 * Rules: k3s "datastore/ha-embedded"; member list over etcd's client certificate works in every version.
 */
export function lookScript(paths: K3sPaths, {sums = false}: {readonly sums?: boolean} = {}): Script {
  const sumsNow = sums ? raw('sums_now') : raw(':');
  return sh`${lookFunctions}${peerPort}
d=${paths.dataDir} c=${paths.configFile} b=${paths.binDir} s=${paths.systemdDir} v=${paths.conversionDir ?? defaultConversionDir}
units
n=k3s; u=$s/k3s.service; [ ! -f "$k3s_unit" ] || u=$k3s_unit
if [ ! -f "$u" ]; then n=k3s-agent; u=$s/k3s-agent.service; [ ! -f "$agent_unit" ] || u=$agent_unit; fi
dropins=$k3s_dropins; [ "$n" = k3s ] || dropins=$agent_dropins
read_unit
of_environment K3S_CONFIG_FILE; [ -n "$x" ] || of_flags config c
[ -z "$x" ] || c=$x
setting data-dir d K3S_DATA_DIR; [ -z "$x" ] || d=$x
say data-dir "$d"
say data-dir-real "$(readlink -f "$d" 2>/dev/null || printf '%s' "$d")"
about_host
if [ -x "$b/k3s" ]; then say binary "$("$b/k3s" --version 2>/dev/null | head -n 1)"; fi
put "sums k3s" "$k3s_sums"
put "sums k3s-agent" /run/quorate/k3s-agent.sums
${sumsNow}
put file.config "$c"
for f in "$c.d"/*.yaml "$c.d"/*.yml; do put "dropin $f" "$f"; done
put file.registries /etc/rancher/k3s/registries.yaml
setting token-file token-file K3S_TOKEN_FILE; put data.token-file "$x"
unit_files k3s "$k3s_unit" "$k3s_dropins"
unit_files k3s-agent "$agent_unit" "$agent_dropins"
for f in "$s"/k3s-*.service; do [ "$f" = "$s/k3s-agent.service" ] || put "unit-file other $f" "$f"; done
yes data.wal "$d/server/db/etcd/member/wal"
put data.etcd-name "$d/server/db/etcd/name"
[ -e "$d/server/db/etcd/member/wal" ] || peer_port_here
yes data.etcd "$d/server/db/etcd"
yes data.member "$d/server/db/etcd/member"
yes data.tombstone "$d/server/db/etcd/tombstone"
yes data.state-db "$d/server/db/state.db"
put data.conversion "$v/record.json"
yes data.migrated "$d/server/db/state.db.migrated"
yes data.server-tls "$d/server/tls"
hash data.ca "$d/server/tls/server-ca.crt"
yes data.reset-flag "$d/server/db/reset-flag"
yes data.agent "$d/agent/client-kubelet.crt"
put data.token "$d/server/token"
put data.agent-token "$d/server/agent-token"
yes data.password /etc/rancher/node/password
list=
if [ -d "$d/server/tls/etcd" ] && have curl; then members "$d/server/tls/etcd"; fi
case $list in *'"members"'*) ;; *) silent_etcd "$d/server/db/etcd/member/wal" ;; esac
if have curl && [ -d "$d/server/tls" ]; then say ping "$(curl -sk --max-time 5 https://127.0.0.1:6443/ping 2>/dev/null)"; fi
have curl || say no-curl 1
# Last, since it is compared with when the answer comes.
say now "$(date +%s)"`;
}

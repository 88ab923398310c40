import {raw, type Script, sh} from '../shell/index.js';
import {defaultConversionDir} from './conversion.js';

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

/** Shell functions of the look: `say key value` prints a line, `put key file` prints a file as base64 on one line. */
const functions = raw(String.raw`
say() { printf '%s %s\n' "$1" "$2"; }
put() { if [ -f "$2" ]; then printf '%s ' "$1"; base64 < "$2" | tr -d '\n'; printf '\n'; fi; }
have() { command -v "$1" >/dev/null 2>&1; }
yes() { if [ -e "$2" ]; then say "$1" 1; fi; }
sums_now() {
  h=/usr/local/lib/quorate/k3s-sums
  if [ -f "$h" ]; then say sums-now "$(sh "$h" k3s | base64 | tr -d '\n')"; fi
}
peer() {
  curl -sk --max-time 3 -o /dev/null --cert "$2/peer-server-client.crt" --key "$2/peer-server-client.key" "$1/version" 2>/dev/null
  case $? in 7) say peer "$1 closed";; 28) say peer "$1 silent";; *) say peer "$1 open";; esac
}
# Files of a service: its unit wherever systemd has it from, the unit's drop-ins, and what both name as environment.
property() { have systemctl && systemctl show "$1" -p "$2" 2>/dev/null | sed "s/^$2=//"; }
unit_path() { f=$(property "$1" FragmentPath); if [ -f "$f" ]; then printf '%s' "$f"; else printf '%s' "$s/$1.service"; fi; }
env_paths() { sed -n 's/^EnvironmentFile=-\{0,1\}//p' "$2" 2>/dev/null | sed "s/%[Nnp]/$1/g"; }
unit_files() {
  u=$(unit_path "$1")
  put "unit-file $1 $u" "$u"
  env_paths "$1" "$u" | while read -r f; do put "env $1 $f" "$f"; done
  for f in $(property "$1" DropInPaths); do
    put "unit-dropin $1 $f" "$f"
    env_paths "$1" "$f" | while read -r e; do put "dropin-env $1 $e" "$e"; done
  done
}
# The value that the unit $u of service $n gives a setting: NAME, its short form, its variable; and that of config.yaml.
bare() { tail -n 1 | sed "s/[[:space:]]#.*//; s/^[[:space:]\"']*//; s/[[:space:]\"']*$//"; }
of_flags() { sed -n '/^ExecStart=/,/[^\\]$/p' "$u" 2>/dev/null | sed 's/\\$//' | tr '\n\t' '  ' | tr -d "\"'" | sed -n "s/.* --\{0,1\}\($1\|$2\)[ =]\{1,\}\([^ ]*\).*/\2/p" | bare; }
of_environment() {
  {
    sed -n 's/^Environment="\{0,1\}//p' "$u" $(property "$n" DropInPaths) 2>/dev/null
    env_paths "$n" "$u" | while read -r f; do cat "$f" 2>/dev/null; echo; done
  } | sed -n "s/^$1=//p" | bare
}
of_files() { for f in "$c" "$c.d"/*.yaml "$c.d"/*.yml; do [ -f "$f" ] && cat "$f" && echo; done | sed -n "s/^[\"']\{0,1\}$1[\"']\{0,1\}:[[:space:]]*//p" | bare; }
setting() {
  x=$(of_flags "$1" "$2")
  [ -n "$x" ] || x=$(of_files "$1")
  [ -n "$x" ] || x=$(of_environment "$3")
  printf '%s' "$x"
}
etcd() {
  curl -s --max-time 5 --cacert "$t/server-ca.crt" --cert "$t/client.crt" --key "$t/client.key" -X POST -d "$1" https://127.0.0.1:2379/v3/cluster/member/list 2>/dev/null
}
unit() {
  have systemctl || return 0
  systemctl show "$1" -p LoadState,ActiveState,SubState,MainPID,NRestarts,UnitFileState,FragmentPath,ActiveEnterTimestampMonotonic 2>/dev/null | sed "s/^/unit $1 /"
  put "sums $1" "/run/quorate/$1.sums"
}
`);

/**
 * One read-only POSIX script that reads all that roles and checks need of a host, in one trip:
 * host, binary, units, files, what lies in the data-dir, and what etcd itself says.
 * `sums` also hashes what the service would be started with, the binary included, which takes a moment.
 * Rules: k3s "datastore/ha-embedded"; member list over etcd's client certificate works in every version.
 */
export function lookScript(paths: K3sPaths, {sums = false}: {readonly sums?: boolean} = {}): Script {
  const sumsNow = sums ? raw('sums_now') : raw(':');
  return sh`${functions}
d=${paths.dataDir} c=${paths.configFile} b=${paths.binDir} s=${paths.systemdDir} v=${paths.conversionDir ?? defaultConversionDir}
n=k3s; u=$(unit_path k3s)
if [ ! -f "$u" ]; then n=k3s-agent; u=$(unit_path k3s-agent); fi
x=$(of_environment K3S_CONFIG_FILE); [ -n "$x" ] || x=$(of_flags config c)
[ -z "$x" ] || c=$x
x=$(setting data-dir d K3S_DATA_DIR); [ -z "$x" ] || d=$x
say data-dir "$d"
say data-dir-real "$(readlink -f "$d" 2>/dev/null || printf '%s' "$d")"
say hostname "$(uname -n)"
say arch "$(uname -m)"
say boot "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
if [ -d /run/systemd/system ]; then say init systemd; elif have rc-service; then say init openrc; else say init other; fi
if have getenforce; then say selinux "$(getenforce 2>/dev/null)"; fi
if have rpm && rpm -q k3s-selinux >/dev/null 2>&1; then say k3s-selinux 1; fi
if have ip; then ip -o addr show 2>/dev/null | while read -r _ device family address _; do case $family in inet*) say address "$device $address";; esac; done; fi
yes modules "/lib/modules/$(uname -r)"
if [ -x "$b/k3s" ]; then say binary "$("$b/k3s" --version 2>/dev/null | head -n 1)"; fi
unit k3s
unit k3s-agent
${sumsNow}
put file.config "$c"
for f in "$c.d"/*.yaml "$c.d"/*.yml; do [ -f "$f" ] && put "dropin $f" "$f"; done
put file.registries /etc/rancher/k3s/registries.yaml
t=$(setting token-file token-file K3S_TOKEN_FILE); [ -z "$t" ] || put data.token-file "$t"
unit_files k3s
unit_files k3s-agent
for f in "$s"/k3s-*.service; do [ "$f" = "$s/k3s-agent.service" ] || put "unit-file other $f" "$f"; done
yes data.wal "$d/server/db/etcd/member/wal"
put data.etcd-name "$d/server/db/etcd/name"
yes data.etcd "$d/server/db/etcd"
yes data.member "$d/server/db/etcd/member"
yes data.tombstone "$d/server/db/etcd/tombstone"
yes data.state-db "$d/server/db/state.db"
put data.conversion "$v/record.json"
yes data.migrated "$d/server/db/state.db.migrated"
yes data.server-tls "$d/server/tls"
if [ -f "$d/server/tls/server-ca.crt" ]; then say data.ca "$(sha256sum < "$d/server/tls/server-ca.crt" | cut -d ' ' -f 1)"; fi
yes data.reset-flag "$d/server/db/reset-flag"
yes data.agent "$d/agent/client-kubelet.crt"
put data.token "$d/server/token"
put data.agent-token "$d/server/agent-token"
yes data.password /etc/rancher/node/password
if [ -d "$d/server/tls/etcd" ] && have curl; then
  t=$d/server/tls/etcd
  list=$(etcd '{}')
  # A member without a leader answers only for itself, as of what it knew last.
  case $list in *'"members"'*) ;; *) list=$(etcd '{"linearizable":false}');; esac
  say members "$(printf '%s' "$list" | base64 | tr -d '\n')"
  for url in $(printf '%s' "$list" | tr '",[]' '\n\n\n\n' | grep '^https://.*:2380$' | sort -u); do peer "$url" "$t" & done
  wait
  curl -s --max-time 5 http://127.0.0.1:2381/metrics 2>/dev/null | sed -n 's/^\(etcd_server_is_leader\|etcd_server_has_leader\|etcd_server_is_learner\|etcd_mvcc_db_total_size_in_bytes\) /metric \1 /p'
fi
if have curl && [ -d "$d/server/tls" ]; then say ping "$(curl -sk --max-time 5 https://127.0.0.1:6443/ping 2>/dev/null)"; fi
have curl || say no-curl 1
# Last, since it is compared with when the answer comes.
say now "$(date +%s)"`;
}

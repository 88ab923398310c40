import {raw} from '../shell/index.js';

/**
 * Shell functions of the look. `say key value` prints a line, `put key file` a file as base64, which may go on in lines
 * without a space. What only has to be read is read by the shell itself: on small hosts each process more is felt.
 */
export const lookFunctions = raw(
  // @{ is written for the shell's own dollar and brace.
  String.raw`
say() { printf '%s %s\n' "$1" "$2"; }
put() { if [ -f "$2" ]; then printf '%s ' "$1"; [ ! -s "$2" ] || base64 < "$2"; printf '\n'; fi; }
have() { command -v "$1" >/dev/null 2>&1; }
hash() { if [ -f "$2" ]; then x=$(sha256sum < "$2"); say "$1" "@{x%% *}"; fi; }
yes() { if [ -e "$2" ]; then say "$1" 1; fi; }
sums_now() {
  h=/usr/local/lib/quorate/k3s-sums
  if [ -f "$h" ]; then printf 'sums-now '; sh "$h" k3s | base64; printf '\n'; fi
}
about_host() {
  read -r x y z <<EOF
$(uname -nrm)
EOF
  say hostname "$x"; say arch "$z"; yes modules "/lib/modules/$y"
  x=; read -r x 2>/dev/null < /proc/sys/kernel/random/boot_id; say boot "$x"
  if [ -d /run/systemd/system ]; then say init systemd; elif have rc-service; then say init openrc; else say init other; fi
  if have getenforce; then say selinux "$(getenforce 2>/dev/null)"; fi
  if have rpm && rpm -q k3s-selinux >/dev/null 2>&1; then say k3s-selinux 1; fi
  if have ip; then ip -o addr show 2>/dev/null | while read -r _ device family address _; do case $family in inet*) say address "$device $address";; esac; done; fi
}
# Both units by systemd, which knows of units and drop-ins in whatever folder. It prints a paragraph a unit.
units() {
  k3s_sums=/run/quorate/k3s.sums
  k3s_unit= k3s_dropins= k3s_start= agent_unit= agent_dropins=
  have systemctl || return 0
  n=k3s
  while IFS= read -r l; do
    case $l in
    '') n=k3s-agent; continue ;;
    FragmentPath=*) if [ "$n" = k3s ]; then k3s_unit=@{l#*=}; else agent_unit=@{l#*=}; fi ;;
    InvocationID=*) if [ "$n" = k3s ]; then k3s_start=@{l#*=}; fi ;;
    DropInPaths=*) if [ "$n" = k3s ]; then k3s_dropins=@{l#*=}; else agent_dropins=@{l#*=}; fi ;;
    esac
    say unit "$n $l"
  done <<EOF
$(systemctl show k3s k3s-agent -p LoadState,ActiveState,SubState,MainPID,NRestarts,UnitFileState,FragmentPath,DropInPaths,InvocationID,ActiveEnterTimestampMonotonic 2>/dev/null)
EOF
}
# The files that service $1 takes its environment from by unit or drop-in $2; into x, a path a line.
env_paths() {
  x=
  [ -f "$2" ] || return 0
  while IFS= read -r l || [ -n "$l" ]; do
    case $l in EnvironmentFile=*) l=@{l#*=}; l=@{l#-} ;; *) continue ;; esac
    while :; do case $l in *%[Nnp]*) l=@{l%%"%"[Nnp]*}$1@{l#*"%"[Nnp]} ;; *) break ;; esac; done
    x=$x$l$newline
  done < "$2"
}
put_env() {
  env_paths "$2" "$3"
  while IFS= read -r f; do put "$1 $2 $f" "$f"; done <<EOF
$x
EOF
}
# Files of a service: its unit wherever systemd has it from, the unit's drop-ins, and what both name as environment.
unit_files() {
  u=$2; [ -f "$u" ] || u=$s/$1.service
  put "unit-file $1 $u" "$u"
  put_env env "$1" "$u"
  for i in $3; do
    put "unit-dropin $1 $i" "$i"
    put_env dropin-env "$1" "$i"
  done
}
newline='
'
# Without quotes; without a comment and the space around; both into x.
unquoted() { x=$1; while :; do case $x in *[\"\']*) x=@{x%%[\"\']*}@{x#*[\"\']} ;; *) break ;; esac; done; }
bare() {
  x=@{1%%[[:space:]]"#"*}
  x=@{x#"@{x%%[![:space:]\"\']*}"}
  x=@{x%"@{x##*[![:space:]\"\']}"}
}
# The unit $u of service $n, with $dropins and the files of its environment: words of ExecStart into flags, assignments into env.
read_unit() {
  flags= env=
  for i in "$u" $dropins; do
    [ -f "$i" ] || continue
    more=
    while IFS= read -r l || [ -n "$l" ]; do
      case $l in
      ExecStart=*) [ "$i" != "$u" ] || more=1 ;;
      Environment=*) env=$env@{l#*=}$newline ;;
      esac
      [ -n "$more" ] || continue
      case $l in *\\) ;; *) more= ;; esac
      unquoted "@{l%\\}"; flags="$flags $x"
    done < "$i"
  done
  env_paths "$n" "$u"
  while IFS= read -r f; do
    [ -f "$f" ] || continue
    while IFS= read -r l || [ -n "$l" ]; do env=$env$l$newline; done < "$f"
  done <<EOF
$x
EOF
}
# The value that flags, files or environment give a setting, the last where there are several; into x, empty where none does.
of_flags() {
  x= next=
  set -f
  for i in $flags; do
    if [ -n "$next" ]; then x=$i next=; continue; fi
    case $i in
    --"$1"=*|-"$1"=*|--"$2"=*|-"$2"=*) x=@{i#*=} ;;
    --"$1"|-"$1"|--"$2"|-"$2") next=1 ;;
    esac
  done
  set +f
}
of_environment() {
  x=
  while IFS= read -r l; do
    case @{l#\"} in "$1"=*) bare "@{l#*=}" ;; esac
  done <<EOF
$env
EOF
}
of_files() {
  x=
  for f in "$c" "$c.d"/*.yaml "$c.d"/*.yml; do
    [ -f "$f" ] || continue
    while IFS= read -r l || [ -n "$l" ]; do
      case $l in "$1":*|"\"$1\"":*|"'$1'":*) bare "@{l#*:}" ;; esac
    done < "$f"
  done
}
setting() {
  of_flags "$1" "$2"
  [ -n "$x" ] || of_files "$1"
  [ -n "$x" ] || of_environment "$3"
}
etcd() {
  curl -s --max-time 5 --cacert "$t/server-ca.crt" --cert "$t/client.crt" --key "$t/client.key" -X POST -d "$1" https://127.0.0.1:2379/v3/cluster/member/list 2>/dev/null
}
# Whether anybody listens on etcd's peer port here, 2380; nothing where the kernel does not tell.
peer_port_here() {
  [ -r /proc/net/tcp ] || return 0
  if cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -q ':094C [0-9A-F]*:0000 0A '; then say peer-port held; else say peer-port free; fi
}
# Of an etcd that does not answer, with its log in folder $1: how that begins, and what the journal says of K3s's present start.
silent_etcd() {
  [ -d "$1" ] || return 0
  set -- "$1"/*.wal
  if [ $# -eq 1 ] && [ -f "$1" ]; then
    printf 'data.wal-begins '; head -c 4096 "$1" | base64; printf '\n'
    # Written by our unit at each start, before K3s has said anything.
    if [ "$1" -ot "$k3s_sums" ]; then say start found-data; fi
  fi
  if [ -z "$k3s_start" ] || ! have journalctl; then return 0; fi
  journalctl -q --no-pager -o cat "_SYSTEMD_INVOCATION_ID=$k3s_start" 2>/dev/null |
    sed -n -e 's/.*cluster bootstrap already complete and initialized.*/start found-data/p' \
      -e 's/.*"ts":"\([^"]*\)".*failed to find remote peer in cluster.*/start unknown-peer \1/p' | sed -n -e '1,2p' -e '$p'
}
# What etcd says of its members, by the certificates in folder $1, and whether each is heard on its peer port.
members() {
  t=$1
  list=$(etcd '{}')
  # A member without a leader answers only for itself, as of what it knew last.
  case $list in *'"members"'*) ;; *) list=$(etcd '{"linearizable":false}');; esac
  printf 'members '; printf '%s' "$list" | base64; printf '\n'
  set -f; i=$IFS; IFS='",[]'; seen=
  for x in $list; do
    case $x in https://*:2380) ;; *) continue ;; esac
    case "$seen " in *" $x "*) continue ;; esac
    seen="$seen $x"
  done
  IFS=$i
  for x in $seen; do say peer "$x $(peer_port "$x")" & done
  set +f
  wait
  curl -s --max-time 5 http://127.0.0.1:2381/metrics 2>/dev/null | sed -n 's/^\(etcd_server_is_leader\|etcd_server_has_leader\|etcd_server_is_learner\|etcd_mvcc_db_total_size_in_bytes\) /metric \1 /p'
}
`.replaceAll('@{', '${'),
);

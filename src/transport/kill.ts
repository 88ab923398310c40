/** Ends processes on a host from beside: a script's whole tree, or a shell that waits for its streams. */
import {raw, type Script, sh} from '../shell/index.js';

/**
 * `q_stat PID` sets $ppid, $sid and $start (the kernel's count of when it began) of a process that lives; `q_all` lists all in
 * $all as `pid:ppid:sid:start`. By the shell's own means; a command's name may hold blanks and brackets, so fields count
 * from the last bracket.
 */
const readProcesses = raw(`q_stat() {
  q_l=; { read -r q_l <"/proc/$1/stat"; } 2>/dev/null; [ -n "$q_l" ] || return 1
  set -- \${q_l##*) }; [ "$1" != Z ] || return 1; ppid=$2 sid=$4 start=\${20}
}
q_all() { all=; for q_p in /proc/[0-9]*; do q_p=\${q_p#/proc/}; if q_stat "$q_p"; then all="$all $q_p:$ppid:$sid:$start"; fi; done; }`);

/**
 * Ends the tree of the script whose subshell has this pid: its descendants, and whatever of its session began after it (what
 * it left in the background belongs to pid 1 by now). TERM first, KILL for what is left after `graceTenths` tenths of a second.
 * The shell that waits for the script is not touched. Exits with 1 if something would not die.
 */
export const killTree = (pid: number, graceTenths: number): Script => sh`${readProcesses}
[ -r /proc/self/stat ] || exit 1
q_stat ${pid} || exit 0
f=${pid} f_sid=$sid f_start=$start parents=' ' p=$ppid
while [ "$p" -gt 1 ] && q_stat "$p"; do parents="$parents$p "; p=$ppid; done
known=" $f:$f_start "
of_the_tree() {
  case "$parents" in *" $pid "*) return 1 ;; esac
  case "$known" in *" $ppid:"*) return 0 ;; esac
  [ "$sid" = "$f_sid" ] || return 1
  [ "$start" -gt "$f_start" ] || { [ "$start" = "$f_start" ] && [ "$pid" -gt "$f" ]; }
}
# Adds to $known whom it finds until there is nobody new; leaves in $alive those of them who live.
look() {
  q_all; more=1
  while [ -n "$more" ]; do
    more= alive=
    for entry in $all; do
      pid=${raw('${entry%%:*}')} start=${raw('${entry##*:}')} rest=${raw('${entry#*:}')}
      ppid=${raw('${rest%%:*}')} rest=${raw('${rest#*:}')} sid=${raw('${rest%%:*}')}
      case "$known" in *" $pid:$start "*) alive="$alive $pid"; continue ;; esac
      if of_the_tree; then known="$known$pid:$start " more=1; fi
    done
  done
}
nap() { sleep 0.1 2>/dev/null || sleep 1; }
# Whether one of those who were told to end still lives; looks at them alone, since looking at all takes long on a busy host.
lingers() { for pid in $told; do if q_stat "$pid"; then return 0; fi; done; return 1; }
told= left=${graceTenths} rounds=20
look
while [ -n "$alive" ]; do
  [ "$rounds" -gt 0 ] || exit 1
  rounds=$((rounds - 1))
  if [ "$left" -gt 0 ]; then kill -TERM $alive 2>/dev/null; else kill -KILL $alive 2>/dev/null; fi
  told=$alive tries=$((left > 0 ? left : 5)) left=0
  while [ "$tries" -gt 0 ] && lingers; do tries=$((tries - 1)); nap; done
  look
done
exit 0`;

/** Ends these shells, each only if it is still the process it was. */
export const killShells = (
  shells: readonly {readonly pid: number; readonly start: string}[],
): Script => sh`${readProcesses}
for q_s in ${shells.map((shell) => `${shell.pid}:${shell.start}`)}; do
  if q_stat "${raw('${q_s%:*}')}" && [ "$start" = "${raw('${q_s#*:}')}" ]; then kill -KILL "${raw('${q_s%:*}')}"; fi
done; :`;

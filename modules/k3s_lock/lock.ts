import type {StepOutput} from '../../src/module/index.js';
import {type Script, sh} from '../../src/shell/index.js';

/** Who takes the lock: a person for people, and a run that tells itself from every other. */
export interface Owner {
  readonly who: string;
  readonly run: string;
}

/** How long a lock that is held is looked at again, in seconds: the connections of a controller that was just killed take a moment to end. */
export const patienceS = 5;

/** Under /run: gone at the next boot, as is whoever held it. */
export const lockFile = '/run/quorate/cluster.lock';

/**
 * Takes the lock unless a living run holds it. A lock lives as long as the process that its run reaches the host through
 * (sshd's for this connection; locally the controller itself), told by pid and start time. So it needs no renewal and no
 * release: when the controller ends or dies, its connections end, and the lock is nobody's.
 * Prints `taken`, `held` with age in seconds and owner, when it is still held after the wait, or `orphan`: the connection ended
 * while this was on its way, and a lock of the host's init would be held until its next boot. flock makes looking and writing
 * one act where it exists.
 */
export const takeScript = (
  {who, run}: Owner,
  force: boolean,
  {file = lockFile, waitS = patienceS}: {readonly file?: string; readonly waitS?: number} = {},
): Script => sh`f=${file} who=${who} run=${run} force=${force ? '1' : ''}
field() { sed -n "s/^$1=//p" "$f" 2>/dev/null; }
stat_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null; }
parent_of() { set -- $(stat_of "$1"); echo "$2"; }
start_of() { set -- $(stat_of "$1"); case "$#.$1" in ?.*|1?.*|*.Z|*.X) ;; *) shift 19; echo "$1";; esac; }
anchor() {
  p=$$
  while [ -n "$p" ] && [ "$p" -gt 1 ]; do
    case $(cat "/proc/$p/comm" 2>/dev/null) in
      sh|dash|bash|ash|ksh|busybox|sudo|su|doas) p=$(parent_of "$p");;
      *) break;;
    esac
  done
  echo "$p"
}
mkdir -p "$(dirname "$f")"
take() {
  if command -v flock >/dev/null 2>&1; then flock -w 5 9; fi
  now=$(date +%s)
  if [ -f "$f" ] && [ "$(field run)" != "$run" ] && [ -z "$force" ]; then
    pid=$(field pid)
    start=$(start_of "$pid")
    if [ -n "$start" ] && [ "$start" = "$(field start)" ]; then
      echo "held $((now - $(field since))) $(field who)"
      return
    fi
  fi
  own=$(anchor)
  start=$(start_of "$own")
  case "$start.$(cat "/proc/$own/comm" 2>/dev/null)" in
    .*|*.systemd|*.init|*.openrc-init|*.runit*|*.s6-svscan|*.procd|*.tini|*.dumb-init|*.docker-init) echo orphan; return;;
  esac
  printf 'who=%s\nrun=%s\npid=%s\nstart=%s\nsince=%s\n' "$who" "$run" "$own" "$start" "$now" >"$f.$$" && mv -f "$f.$$" "$f"
  if [ "$(field run)" = "$run" ]; then echo taken; else echo "held 0 $(field who)"; fi
}
left=${waitS}
while :; do
  said=$(take 9>"$f.guard")
  case "$said" in held*) ;; *) break;; esac
  [ "$left" -gt 0 ] || break
  left=$((left - 1)); sleep 1
done
echo "$said"`;

export interface Held {
  readonly seconds: number;
  readonly who: string;
}

/** Who holds the lock instead; undefined when it was taken. */
export function heldBy({stdout}: StepOutput): Held | undefined {
  const match = /^held (-?\d+) ?(.*)$/m.exec(stdout);
  return match === null ? undefined : {seconds: Number(match[1]), who: match[2] ?? ''};
}

/** Whether the connection that the lock would have hung on had ended by then. */
export const isOrphan = ({stdout}: StepOutput): boolean => /^orphan$/m.test(stdout);

export const ageOf = (seconds: number): string =>
  seconds < 120
    ? `${Math.max(0, seconds)} s`
    : seconds < 7200
      ? `${Math.floor(seconds / 60)} min`
      : `${Math.floor(seconds / 3600)} h`;

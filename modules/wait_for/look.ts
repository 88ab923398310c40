import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {assignPath} from '../support/path_word.js';
import {recordFunctions} from '../support/records.js';
import type {WaitParams} from './module.js';

/** A file is read up to this size; of a longer one its end. */
const readUpTo = 1_000_000;

/** `q_content` of a file, or of the end of a long one. */
const pathLook = (path: string, search: boolean): Script =>
  joinScripts([
    assignPath('q_path', path),
    raw('if [ -e "$q_path" ]; then q_say there yes; else q_say there no; fi'),
    search
      ? sh`if [ -f "$q_path" ]; then
  if [ "$(stat -L -c %s -- "$q_path")" -gt ${readUpTo} ]; then q_cut=$(mktemp) && tail -c ${readUpTo} -- "$q_path" > "$q_cut" && q_content content "$q_cut"; rm -f -- "$q_cut"
  else q_content content "$q_path"; fi
fi`
      : raw(':'),
  ]);

/** Whether this host itself listens on the port at that address, by the kernel's tables: state 0A, the port in hex. */
const listens = raw(`
q_listens() {
  q_hex=$(printf '%04X' "$q_port")
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | while read -r q_sl q_local q_remote q_state q_rest; do
    if [ "$q_state" = 0A ] && [ "\${q_local##*:}" = "$q_hex" ]; then
      case $q_local in
        0100007F:*|00000000:*|00000000000000000000000000000000:*|00000000000000000000000001000000:*) echo yes; break ;;
      esac
    fi
  done
}`);

/** One try to connect, by what the host has; \`q_means\` tells with what, \`q_there\` how it went. */
const tryPort = raw(`
q_try() {
  q_there=no
  case $q_host in
    127.0.0.1|localhost|::1)
      if [ -r /proc/net/tcp ]; then
        q_means=proc
        if [ "$(q_listens)" = yes ]; then q_there=yes; fi
        return
      fi ;;
  esac
  if command -v timeout >/dev/null 2>&1; then q_limit="timeout $q_seconds"; else q_limit=; fi
  if command -v bash >/dev/null 2>&1; then
    q_means=bash
    if $q_limit bash -c ': < "/dev/tcp/$0/$1"' "$q_host" "$q_port" >/dev/null 2>&1; then q_there=yes; fi
  elif command -v curl >/dev/null 2>&1; then
    q_means=curl
    # With no input curl ends as soon as it is connected; 28 is its own time limit, reached while connected.
    curl -s -m "$q_seconds" --connect-timeout "$q_seconds" "telnet://$q_host:$q_port" >/dev/null 2>&1 </dev/null
    case $? in 0|28|49|56) q_there=yes ;; esac
  elif command -v nc >/dev/null 2>&1 || busybox nc --help >/dev/null 2>&1; then
    q_means=nc
    if command -v nc >/dev/null 2>&1; then q_nc=nc; else q_nc='busybox nc'; fi
    if $q_limit $q_nc -w "$q_seconds" "$q_host" "$q_port" >/dev/null 2>&1 </dev/null; then q_there=yes; fi
  else
    q_means=none
  fi
}`);

/** What a port sends of itself within the time of one try, for search_regex. */
const readPort = raw(`
q_read() {
  q_got=$(mktemp) || return
  if command -v timeout >/dev/null 2>&1; then q_limit="timeout $q_seconds"; else q_limit=; fi
  if command -v bash >/dev/null 2>&1; then
    q_means=bash; $q_limit bash -c 'cat < "/dev/tcp/$0/$1"' "$q_host" "$q_port" > "$q_got" 2>/dev/null
  elif command -v nc >/dev/null 2>&1; then
    q_means=nc; sleep "$q_seconds" | $q_limit nc -w "$q_seconds" "$q_host" "$q_port" > "$q_got" 2>/dev/null
  elif command -v curl >/dev/null 2>&1; then
    q_means=curl; sleep "$q_seconds" | curl -s -m "$q_seconds" "telnet://$q_host:$q_port" > "$q_got" 2>/dev/null
  else q_means=none; fi
  if [ -s "$q_got" ]; then q_there=yes; q_content content "$q_got"; else q_there=no; fi
  rm -f -- "$q_got"
}`);

const stateCodes: Readonly<Record<string, string>> = {
  ESTABLISHED: '01',
  SYN_SENT: '02',
  SYN_RECV: '03',
  FIN_WAIT1: '04',
  FIN_WAIT2: '05',
  TIME_WAIT: '06',
  CLOSE: '07',
  CLOSE_WAIT: '08',
  LAST_ACK: '09',
  CLOSING: '0B',
};

/** An IPv4 address as /proc/net/tcp writes it, on a little-endian machine. */
const procAddress = (address: string): string =>
  address
    .split('.')
    .reverse()
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
    .join('');

const drainedLook = ({port, active_connection_states, exclude_hosts}: WaitParams): Script => {
  const states = active_connection_states.flatMap((name) => stateCodes[name] ?? []);
  const excluded = exclude_hosts.filter((host) => /^[\d.]+$/.test(host)).map(procAddress);
  return sh`
q_hex=$(printf '%04X' ${port ?? 0})
q_say there "$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | while read -r q_sl q_local q_remote q_state q_rest; do
  case " ${raw(states.join(' '))} " in *" $q_state "*) ;; *) continue ;; esac
  q_peer=${raw('${q_remote%:*}')}
  case " ${raw(excluded.join(' '))} " in *" $q_peer "*) continue ;; esac
  if [ "${raw('${q_local##*:}')}" = "$q_hex" ]; then echo yes; break; fi
done)"`;
};

/** One look at what is waited for, with the host's clock beside it. */
export function lookFor(given: WaitParams): Script {
  const {host, port, path, state, search_regex, connect_timeout} = given;
  const now = raw('q_say now "$(date +%s)"');
  if (port === undefined)
    return joinScripts([
      recordFunctions,
      now,
      path === undefined ? raw('q_say there no') : pathLook(path, search_regex !== undefined),
    ]);
  if (state === 'drained') return joinScripts([recordFunctions, now, drainedLook(given)]);
  const seconds = Math.max(1, Math.min(connect_timeout, 9));
  return joinScripts([
    recordFunctions,
    now,
    listens,
    tryPort,
    readPort,
    sh`q_host=${host}; q_port=${port}; q_seconds=${seconds}; ${search_regex === undefined ? raw('q_try') : raw('q_read')}`,
    raw('q_say there "$q_there"; q_say means "$q_means"'),
  ]);
}

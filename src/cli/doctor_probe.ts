/** What a host has, asked with one script that changes nothing. */
import {type Script, sh} from '../shell/index.js';

export interface Findings {
  readonly system: string;
  readonly shell: string;
  readonly init: string;
  readonly download: string;
  /** Seconds since 1970 by the host's clock. */
  readonly clock: number | undefined;
}

/** Prints `key=value` lines; runs in any POSIX shell with busybox. */
export const doctorScript: Script = sh`
q_system=$(. /etc/os-release 2>/dev/null && printf '%s' "$PRETTY_NAME")
printf 'system=%s\n' "$q_system"
q_exe=$(readlink /proc/$$/exe 2>/dev/null)
printf 'shell=%s\n' "$q_exe"
if [ -d /run/systemd/system ]; then printf 'init=systemd %s\n' "$(systemctl --version 2>/dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p')"
elif [ -x /sbin/openrc ] || [ -x /sbin/openrc-run ]; then printf 'init=openrc\n'
else printf 'init=%s\n' "$(cat /proc/1/comm 2>/dev/null)"; fi
q_get=
for q_one in curl wget; do command -v "$q_one" >/dev/null 2>&1 && q_get="$q_get $q_one"; done
printf 'download=%s\n' "$q_get"
printf 'clock=%s\n' "$(date +%s)"
`;

export function parseFindings(text: string): Findings {
  const values = new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return key === '' ? [] : [[key, value.trim()]];
    }),
  );
  const clock = Number(values.get('clock'));
  return {
    system: values.get('system') || 'unknown',
    shell: values.get('shell') || 'unknown',
    init: values.get('init') || 'unknown',
    download: values.get('download')?.split(/\s+/).join(', ') || 'none',
    clock: Number.isInteger(clock) && clock > 0 ? clock : undefined,
  };
}

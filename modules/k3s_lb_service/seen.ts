import {type Script, sh} from '../../src/shell/index.js';

/** Where the sum of the settings lies that quorate last had the service load. */
export const loadedSum = (name: string): string => `/run/quorate/${name}.sum`;

export interface LbServiceSeen {
  /** `loaded`, `not-found`, or empty without systemd. */
  readonly load: string;
  readonly active: string;
  readonly enabled: boolean;
  /** sha256 of the settings on the disk; empty where there are none. */
  readonly now: string;
  /**
   * Unix seconds: when the settings came to their place. That is the file's change time; its modification time is when it was written beside
   * it, and a service that was started before the move runs with those of before.
   */
  readonly writtenAt: number;
  /** Unix seconds. */
  readonly startedAt: number;
  /** What quorate had it load last, and when; undefined where that was before this boot, or never. */
  readonly last?: {readonly sha256: string; readonly at: number};
}

export const lbServiceProbe = (name: string, config: string): Script => sh`n=${name} f=${config} l=${loadedSum(name)}
systemctl show "$n" -p LoadState,ActiveState,UnitFileState,ActiveEnterTimestampMonotonic 2>/dev/null
sed -n 's/^btime /boot=/p' /proc/stat
if [ -f "$f" ]; then echo "sum=$(sha256sum < "$f" | cut -d ' ' -f 1)"; echo "written=$(stat -c %Z "$f")"; fi
if [ -f "$l" ]; then echo "last=$(cat "$l")"; echo "last-at=$(stat -c %Y "$l")"; fi`;

/** Reads what {@link lbServiceProbe} printed. */
export function parseLbService(stdout: string): LbServiceSeen {
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  // From whole seconds that stay as they are: a start told by the time of this look would differ by a second from look to look.
  const startedAfterBoot = Math.floor(Number(value('ActiveEnterTimestampMonotonic')) / 1e6);
  const last = value('last');
  return {
    load: value('LoadState'),
    active: value('ActiveState'),
    enabled: value('UnitFileState') === 'enabled',
    now: value('sum'),
    writtenAt: Number(value('written')),
    startedAt: Number(value('boot')) + startedAfterBoot,
    ...(last === '' ? {} : {last: {sha256: last, at: Number(value('last-at'))}}),
  };
}

/**
 * Whether what runs is what is on the disk: quorate loaded it and nobody wrote it since, or it was written before the
 * service was started (a boot).
 */
export function isCurrent({now, writtenAt, startedAt, last}: LbServiceSeen): boolean {
  if (last !== undefined && last.at >= startedAt) return last.sha256 === now && writtenAt <= last.at;
  return writtenAt < startedAt;
}

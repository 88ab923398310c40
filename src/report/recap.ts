import type {HostStats, RunEvent, RunStats} from '../events/types.js';
import {quote} from '../shell/index.js';
import type {Palette} from './palette.js';
import {countOf, duration} from './text.js';

const nameColumns = 26;

/** One counter as Ansible prints it: `ok=3   `, coloured only when it is not zero. */
const counter = (name: string, count: number, paint: (text: string) => string): string => {
  const text = `${name}=${String(count).padEnd(4)}`;
  return count > 0 ? paint(text) : text;
};

const hostPaint = (stats: HostStats, palette: Palette): ((text: string) => string) => {
  if (stats.failed > 0 || stats.unreachable > 0) return palette.failed;
  return stats.changed > 0 ? palette.changed : palette.ok;
};

/** `host : ok=.. changed=.. unreachable=.. failed=.. skipped=.. rescued=.. ignored=..`, by name, as scripts read it. */
export function recapLines(stats: RunStats, palette: Palette): string[] {
  return [...stats]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([host, counts]) =>
      [
        `${hostPaint(counts, palette)(host.padEnd(nameColumns))} :`,
        counter('ok', counts.ok, palette.ok),
        counter('changed', counts.changed, palette.changed),
        counter('unreachable', counts.unreachable, palette.unreachable),
        counter('failed', counts.failed, palette.failed),
        counter('skipped', counts.skipped, palette.skipped),
        counter('rescued', counts.rescued, palette.ok),
        counter('ignored', counts.ignored, palette.warning),
        ...(counts.conditional > 0 ? [counter('conditional', counts.conditional, palette.conditional)] : []),
      ].join(' '),
    );
}

/** As it is typed: quoted only where a shell would read it otherwise. */
const word = (text: string): string => (/^[\w.,:@-]+$/.test(text) ? text : quote(text));

/** How long it took, the most trips any host needed, and how to go on where hosts failed. */
export function closingLines(
  event: Extract<RunEvent, {kind: 'run-end'}>,
  stats: RunStats,
  rerun: string | undefined,
): string[] {
  const trips = Math.max(0, ...Object.values(event.trips));
  const busiest = trips === 0 ? '' : `, at most ${countOf(trips, 'trip')} to a host`;
  const failed = [...stats].filter(([, counts]) => counts.failed + counts.unreachable > 0).map(([host]) => host);
  return [
    `Took ${duration(event.durationMs)}${busiest}`,
    ...(rerun === undefined || failed.length === 0 ? [] : [`next: ${rerun} --limit ${word(failed.join(','))}`]),
  ];
}

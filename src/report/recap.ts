import type {HostStats, RunEvent, RunStats} from '../events/types.js';
import {quote} from '../shell/index.js';
import type {Palette} from './palette.js';
import {countOf, duration, widthOf} from './text.js';

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

type Counters = readonly (readonly [name: string, count: number, paint: (text: string) => string])[];

const countersOf = (counts: HostStats, palette: Palette): Counters => [
  ['ok', counts.ok, palette.ok],
  ['changed', counts.changed, palette.changed],
  ['unreachable', counts.unreachable, palette.unreachable],
  ['failed', counts.failed, palette.failed],
  ['skipped', counts.skipped, palette.skipped],
  ['rescued', counts.rescued, palette.ok],
  ['ignored', counts.ignored, palette.warning],
  ...(counts.conditional > 0 ? [['conditional', counts.conditional, palette.conditional] as const] : []),
];

const byName = (stats: RunStats): [string, HostStats][] =>
  [...stats].sort(([left], [right]) => (left < right ? -1 : 1));

/** `host : ok=.. changed=.. unreachable=.. failed=.. skipped=.. rescued=.. ignored=..`, by name, as scripts read it. */
export const recapLines = (stats: RunStats, palette: Palette): string[] =>
  byName(stats).map(([host, counts]) =>
    [
      `${hostPaint(counts, palette)(host.padEnd(nameColumns))} :`,
      ...countersOf(counts, palette).map(([name, count, paint]) => counter(name, count, paint)),
    ].join(' '),
  );

/** The same for people: where the lines would not fit, without what is zero. */
export function shortRecapLines(stats: RunStats, palette: Palette, width: number): string[] {
  const full = recapLines(stats, palette);
  if (full.every((line) => widthOf(line.trimEnd()) <= width)) return full;
  return byName(stats).map(([host, counts]) => {
    const shown = countersOf(counts, palette).filter(
      ([name, count]) => count > 0 || name === 'ok' || name === 'changed',
    );
    const cells = shown.map(([name, count, paint]) => (count > 0 ? paint(`${name}=${count}`) : `${name}=0`));
    return `${hostPaint(counts, palette)(host.padEnd(nameColumns))} : ${cells.join('  ')}`;
  });
}

/** As it is typed: quoted only where a shell would read it otherwise. */
const word = (text: string): string => (/^[\w.,:@-]+$/.test(text) ? text : quote(text));

/** How long it took, the most trips any host needed, and how to go on where hosts failed by themselves. */
export function closingLines(
  event: Extract<RunEvent, {kind: 'run-end'}>,
  stats: RunStats,
  rerun: string | undefined,
): string[] {
  const trips = Math.max(0, ...Object.values(event.trips));
  const busiest = trips === 0 ? '' : `, at most ${countOf(trips, 'trip')} to a host`;
  const forAll = event.failedForAll ?? [];
  const failed = [...stats]
    .filter(([host, counts]) => counts.failed + counts.unreachable > 0 && !forAll.includes(host))
    .map(([host]) => host);
  return [
    `Took ${duration(event.durationMs)}${busiest}`,
    ...(rerun === undefined || failed.length === 0 ? [] : [`next: ${rerun} --limit ${word(failed.join(','))}`]),
  ];
}

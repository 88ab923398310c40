/** Samples as a table. */
import type {Absent, Sample} from './types.js';

export interface Measured {
  readonly name: string;
  readonly samples: readonly Sample[];
}

/** The middle one, or the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

const header = [
  'contestant',
  'runs',
  'min s',
  'median s',
  'max s',
  'x floor',
  'CPU s here',
  'CPU s hosts',
  'CPU x floor',
  'RSS MiB',
  'trips',
  'KiB/host',
];

/**
 * One row for each, the first being the floor. `x floor` is the median over rounds of the ratio to the floor's own run in
 * that round, so that a machine that is busy in one round does not tilt it.
 */
export function tableOf(measured: readonly Measured[], absent: readonly Absent[]): string[] {
  const floor = measured[0]?.samples ?? [];
  const rows = measured.map(({name, samples}) => rowOf(name, samples, floor));
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(header), rule, ...rows.map(line), ...absent.map(({name, why}) => `not measured: ${name}: ${why}`)];
}

function rowOf(name: string, samples: readonly Sample[], floor: readonly Sample[]): string[] {
  const walls = samples.map(({wallMs}) => wallMs / 1000);
  const ratios = samples.map(({wallMs}, round) => wallMs / (floor[round]?.wallMs ?? Number.NaN));
  const of = (pick: (sample: Sample) => number | undefined, list = samples): number =>
    median(list.flatMap((sample) => pick(sample) ?? []));
  const both = (list: readonly Sample[]): number =>
    of(
      ({cpuMs, hostsCpuMs}) => (cpuMs === undefined || hostsCpuMs === undefined ? undefined : cpuMs + hostsCpuMs),
      list,
    );
  return [
    name,
    String(samples.length),
    shown(Math.min(...walls), 2),
    shown(median(walls), 2),
    shown(Math.max(...walls), 2),
    shown(median(ratios), 1),
    shown(of(({cpuMs}) => cpuMs) / 1000, 2),
    shown(of(({hostsCpuMs}) => hostsCpuMs) / 1000, 2),
    shown(both(samples) / both(floor), 1),
    shown(of(({rssBytes}) => rssBytes) / 1024 / 1024, 0),
    shown(
      of(({trips}) => trips),
      0,
    ),
    shown(of(({bytesPerHost}) => bytesPerHost) / 1024, 0),
  ];
}

const shown = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '-');

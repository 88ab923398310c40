import {ParamsError} from '../../src/errors/index.js';
import {type Script, sh} from '../../src/shell/index.js';
import type {PathSeen} from '../support/path_state.js';
import type {Records} from '../support/records.js';
import type {FileParams} from './params.js';

/** A wanted time: left alone, the present, or seconds since the epoch. */
export type WantedTime = 'preserve' | 'now' | number;
export interface WantedTimes {
  readonly access: WantedTime;
  readonly modification: WantedTime;
}

const fields: Readonly<Record<string, number>> = {Y: 4, m: 2, d: 2, H: 2, M: 2, S: 2};

/** A time in a strftime format, as `2026-01-31 12:00:00`: what GNU date and busybox date both read. */
export function readTime(text: string, format: string): string {
  const names: string[] = [];
  const pattern = format.replaceAll(/%(.)|[^%]+/g, (part: string, name: string | undefined) => {
    if (name === undefined) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const width = fields[name];
    if (width === undefined)
      throw new ParamsError({what: `file: the time format '${format}' has %${name}`, hint: 'use %Y %m %d %H %M %S'});
    names.push(name);
    return `(\\d{${width}})`;
  });
  const match = new RegExp(`^${pattern}$`).exec(text);
  if (match === null) throw new ParamsError({what: `file: the time '${text}' is not in the format '${format}'`});
  const value = (name: string, otherwise: string): string => match[names.indexOf(name) + 1] ?? otherwise;
  const at = (name: string, otherwise: string): string => (names.includes(name) ? value(name, otherwise) : otherwise);
  return `${at('Y', '1970')}-${at('m', '01')}-${at('d', '01')} ${at('H', '00')}:${at('M', '00')}:${at('S', '00')}`;
}

const fixed = (text: string | undefined): boolean => text !== undefined && text !== 'now' && text !== 'preserve';

/** Asks the host, in its time zone, what second a written time is. */
export function probeTimes(params: FileParams): Script[] {
  const ask = (name: string, text: string | undefined, format: string): Script[] =>
    fixed(text) ? [sh`q_say ${name} "$(date -d ${readTime(text ?? '', format)} +%s)"`] : [];
  return [
    ...ask('access', params.access_time, params.access_time_format),
    ...ask('modification', params.modification_time, params.modification_time_format),
  ];
}

export function readTimes(records: Records, params: FileParams): WantedTimes {
  const otherwise = params.state === 'touch' ? 'now' : 'preserve';
  const read = (name: string, text: string | undefined): WantedTime =>
    fixed(text) ? Number(records.get(name)) : text === 'now' || text === 'preserve' ? text : otherwise;
  return {access: read('access', params.access_time), modification: read('modification', params.modification_time)};
}

/** Shell text for the times that differ on `q_path`, and how they read in a diff. */
export function timeChange(
  stat: PathSeen['stat'],
  times: WantedTimes,
): {
  readonly scripts: readonly Script[];
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
} {
  const scripts: Script[] = [];
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  for (const [name, flag, seen] of [
    ['access', 'a', stat?.accessed],
    ['modification', 'm', stat?.modified],
  ] as const) {
    const wanted = times[name];
    if (wanted === 'preserve' || wanted === seen) continue;
    scripts.push(
      wanted === 'now'
        ? sh`touch -c ${`-${flag}`} -- "$q_path"`
        : sh`touch -c ${`-${flag}`} -d ${`@${wanted}`} -- "$q_path"`,
    );
    if (seen !== undefined) before[`${name}_time`] = seen;
    after[`${name}_time`] = wanted;
  }
  return {scripts, before, after};
}

/** `strftime` and `to_datetime`. */

import type {Runtime} from '../eval/runtime.js';
import {DateTime} from '../python/datetime.js';
import {coerceFloat} from '../python/numbers.js';
import {strftime, strptime, type Zone} from '../python/strftime.js';
import {type FilterTable, filter, flag, mustBeText} from './define.js';

/** The input is the format; the moment is an argument, or now. */
function formatTime(runtime: Runtime, format: unknown, second: unknown, utc: unknown): string {
  const date = second === null ? runtime.context.now() : new Date(coerceFloat(second, 'the second') * 1000);
  const inUtc = flag(utc);
  return strftime(mustBeText(format), DateTime.ofDate(date, inUtc).date, 0, zoneOf(date, inUtc));
}

function zoneOf(date: Date, utc: boolean): Zone {
  if (utc) return {name: 'GMT', offsetMinutes: 0};
  const name =
    new Intl.DateTimeFormat('en-US', {timeZoneName: 'short'})
      .formatToParts(date)
      .find((part) => part.type === 'timeZoneName')?.value ?? '';
  return {name, offsetMinutes: -date.getTimezoneOffset()};
}

export const timeFilters: FilterTable = {
  strftime: filter('second=None, utc=False', (input, [second, utc], runtime) =>
    formatTime(runtime, input, second, utc),
  ),
  to_datetime: filter("format='%Y-%m-%d %H:%M:%S'", (input, [format]) =>
    strptime(mustBeText(input), mustBeText(format, 'the format')),
  ),
};

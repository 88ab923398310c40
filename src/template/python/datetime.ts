/** Python's naive `datetime` and its `timedelta`, as `now()` and `to_datetime` give them. */
import {Fault} from './faults.js';
import {PyObject} from './kinds.js';

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

const perSecond = 1_000_000;
const perDay = 86_400 * perSecond;

export class TimeDelta extends PyObject {
  readonly pyType = 'timedelta';
  constructor(readonly microseconds: number) {
    super();
  }
  get days(): number {
    return Math.floor(this.microseconds / perDay);
  }
  get seconds(): number {
    return Math.floor((this.microseconds - this.days * perDay) / perSecond);
  }
  get rest(): number {
    return ((this.microseconds % perSecond) + perSecond) % perSecond;
  }
  text(): string {
    const {days, seconds, rest} = this;
    const clock = `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
    const dayPart = days === 0 ? '' : `${days} day${Math.abs(days) === 1 ? '' : 's'}, `;
    return dayPart + clock + (rest === 0 ? '' : `.${pad(rest, 6)}`);
  }
  repr(): string {
    const parts = [
      ['days', this.days],
      ['seconds', this.seconds],
      ['microseconds', this.rest],
    ] as const;
    const shown = parts.filter(([, value]) => value !== 0).map(([name, value]) => `${name}=${value}`);
    return `datetime.timedelta(${shown.join(', ') || '0'})`;
  }
}

export interface DateParts {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

export class DateTime extends PyObject {
  readonly pyType = 'datetime';
  /** @param microseconds of the wall clock, counted as if the clock were UTC's. */
  constructor(readonly microseconds: number) {
    super();
  }

  static of(parts: DateParts): DateTime {
    const {year, month, day, hour, minute, second, microsecond} = parts;
    // Date.UTC maps years 0 to 99 to the twentieth century.
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    date.setUTCHours(hour, minute, second);
    if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) throw new Fault('day is out of range for month');
    return new DateTime(date.getTime() * 1000 + microsecond);
  }

  /** The wall clock of a moment, here or in UTC. */
  static ofDate(date: Date, utc: boolean): DateTime {
    const shift = utc ? 0 : date.getTimezoneOffset() * 60_000;
    return new DateTime((date.getTime() - shift) * 1000);
  }

  /** The wall clock as a `Date` whose UTC fields are to be read. */
  get date(): Date {
    return new Date(Math.floor(this.microseconds / 1000));
  }

  get parts(): DateParts {
    const {date} = this;
    return {
      year: date.getUTCFullYear(),
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      microsecond: ((this.microseconds % perSecond) + perSecond) % perSecond,
    };
  }

  /** `datetime.isoformat(sep)`. */
  text(separator = ' '): string {
    const {year, month, day, hour, minute, second, microsecond} = this.parts;
    const clock = `${pad(hour)}:${pad(minute)}:${pad(second)}${microsecond === 0 ? '' : `.${pad(microsecond, 6)}`}`;
    return `${pad(year, 4)}-${pad(month)}-${pad(day)}${separator}${clock}`;
  }

  repr(): string {
    const {year, month, day, hour, minute, second, microsecond} = this.parts;
    const clock = microsecond ? [hour, minute, second, microsecond] : second ? [hour, minute, second] : [hour, minute];
    return `datetime.datetime(${[year, month, day, ...clock].join(', ')})`;
  }

  /** Seconds since 1970 of this wall clock in the local time zone. */
  timestamp(): number {
    const {year, month, day, hour, minute, second, microsecond} = this.parts;
    return new Date(year, month - 1, day, hour, minute, second).getTime() / 1000 + microsecond / perSecond;
  }
}

/** Python's `strftime` and `strptime` in the C locale. */
import {type DateParts, DateTime} from './datetime.js';
import {Fault} from './faults.js';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const pad = (value: number, width = 2, filler = '0'): string => String(value).padStart(width, filler);

/** The zone of a wall clock: its name and its distance from UTC in minutes; none for naive datetimes. */
export interface Zone {
  readonly name: string;
  readonly offsetMinutes: number;
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

/** ISO week and its year. */
function isoWeek(date: Date): {week: number; year: number} {
  const thursday = new Date(date.getTime());
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  return {week: Math.ceil(dayOfYear(thursday) / 7), year: thursday.getUTCFullYear()};
}

const twelve = (hour: number): number => hour % 12 || 12;

type Writer = (date: Date, parts: DateParts, zone: Zone | undefined) => string;

const writers: Readonly<Record<string, Writer>> = {
  a: (date) => (days[date.getUTCDay()] ?? '').slice(0, 3),
  A: (date) => days[date.getUTCDay()] ?? '',
  b: (_date, {month}) => (months[month - 1] ?? '').slice(0, 3),
  B: (_date, {month}) => months[month - 1] ?? '',
  c: (date, parts) => strftime('%a %b %e %H:%M:%S %Y', date, parts.microsecond),
  C: (_date, {year}) => pad(Math.floor(year / 100)),
  d: (_date, {day}) => pad(day),
  D: (date) => strftime('%m/%d/%y', date),
  e: (_date, {day}) => pad(day, 2, ' '),
  f: (_date, {microsecond}) => pad(microsecond, 6),
  F: (date) => strftime('%Y-%m-%d', date),
  g: (date) => pad(isoWeek(date).year % 100),
  G: (date) => String(isoWeek(date).year),
  h: (_date, {month}) => (months[month - 1] ?? '').slice(0, 3),
  H: (_date, {hour}) => pad(hour),
  I: (_date, {hour}) => pad(twelve(hour)),
  j: (date) => pad(dayOfYear(date), 3),
  k: (_date, {hour}) => pad(hour, 2, ' '),
  l: (_date, {hour}) => pad(twelve(hour), 2, ' '),
  m: (_date, {month}) => pad(month),
  M: (_date, {minute}) => pad(minute),
  n: () => '\n',
  p: (_date, {hour}) => (hour < 12 ? 'AM' : 'PM'),
  P: (_date, {hour}) => (hour < 12 ? 'am' : 'pm'),
  r: (date) => strftime('%I:%M:%S %p', date),
  R: (date) => strftime('%H:%M', date),
  s: (date, {microsecond}) =>
    String(Math.floor(new DateTime(date.getTime() * 1000 + (microsecond % 1000)).timestamp())),
  S: (_date, {second}) => pad(second),
  t: () => '\t',
  T: (date) => strftime('%H:%M:%S', date),
  u: (date) => String(date.getUTCDay() || 7),
  U: (date) => pad(Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7)),
  V: (date) => pad(isoWeek(date).week),
  w: (date) => String(date.getUTCDay()),
  W: (date) => pad(Math.floor((dayOfYear(date) + 6 - ((date.getUTCDay() + 6) % 7)) / 7)),
  x: (date) => strftime('%m/%d/%y', date),
  X: (date) => strftime('%H:%M:%S', date),
  y: (_date, {year}) => pad(year % 100),
  Y: (_date, {year}) => String(year),
  z: (_date, _parts, zone) => (zone ? offsetText(zone.offsetMinutes) : ''),
  Z: (_date, _parts, zone) => zone?.name ?? '',
  '%': () => '%',
};

function offsetText(minutes: number): string {
  const distance = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(distance / 60))}${pad(distance % 60)}`;
}

/** @param date whose UTC fields are the wall clock. */
export function strftime(format: string, date: Date, microsecond = 0, zone?: Zone): string {
  const parts = {...new DateTime(date.getTime() * 1000).parts, microsecond};
  return format.replace(/%([-_0^#]?)([a-zA-Z%])/g, (whole: string, flag: string, code: string) => {
    const text = writers[code]?.(date, parts, zone) ?? whole;
    if (flag === '-') return text.replace(/^[0 ]+(?=.)/, '');
    if (flag === '_') return text.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length));
    return flag === '^' ? text.toUpperCase() : text;
  });
}

const names = (list: readonly string[], short: boolean): string =>
  list.map((name) => (short ? name.slice(0, 3) : name)).join('|');

/** What each directive of `strptime` reads. */
const readers: Readonly<Record<string, string>> = {
  a: names(days, true),
  A: names(days, false),
  b: names(months, true),
  B: names(months, false),
  d: '3[01]|[12]\\d|0[1-9]|[1-9]',
  f: '\\d{1,6}',
  H: '2[0-3]|[01]\\d|\\d',
  I: '1[0-2]|0[1-9]|[1-9]',
  j: '36[0-6]|3[0-5]\\d|[12]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]',
  m: '1[0-2]|0[1-9]|[1-9]',
  M: '[0-5]\\d|\\d',
  p: 'AM|PM',
  S: '6[01]|[0-5]\\d|\\d',
  y: '\\d\\d',
  Y: '\\d{4}',
  z: '[+-]\\d\\d:?[0-5]\\d|Z',
  Z: 'UTC|GMT',
};

const composite: Readonly<Record<string, string>> = {F: '%Y-%m-%d', T: '%H:%M:%S', D: '%m/%d/%y', R: '%H:%M'};

/** `datetime.strptime(text, format)`, without time zones. */
export function strptime(text: string, format: string): DateTime {
  const order: string[] = [];
  const pattern = format
    .replace(/%([FTDR])/g, (_whole, code: string) => composite[code] ?? '')
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\s+/g, '\\s+')
    .replace(/%(.)/g, (whole: string, code: string) => {
      if (code === '%') return '%';
      const reader = readers[code];
      if (reader === undefined) throw new Fault(`'${whole}' is not a directive of a time format`);
      order.push(code);
      return `(${reader})`;
    });
  const match = new RegExp(`^${pattern}$`, 'i').exec(text);
  if (!match) throw new Fault(`time data '${text}' does not match format '${format}'`);
  return DateTime.of(readParts(order, match.slice(1)));
}

function readParts(order: readonly string[], found: readonly string[]): DateParts {
  const seen = new Map(order.map((code, index) => [code, found[index] ?? '']));
  const number = (code: string): number | undefined => (seen.has(code) ? Number(seen.get(code)) : undefined);
  const monthName = (seen.get('b') ?? seen.get('B'))?.slice(0, 3).toLowerCase();
  const month =
    number('m') ??
    (monthName === undefined ? 1 : months.findIndex((name) => name.toLowerCase().startsWith(monthName)) + 1);
  const short = number('y');
  const year = number('Y') ?? (short === undefined ? 1900 : short < 69 ? 2000 + short : 1900 + short);
  const ordinal = number('j');
  const noon = seen.get('p')?.toLowerCase();
  const twelveHour = number('I');
  const hour = number('H') ?? (twelveHour === undefined ? 0 : (twelveHour % 12) + (noon === 'pm' ? 12 : 0));
  const fixed = {
    hour,
    minute: number('M') ?? 0,
    second: number('S') ?? 0,
    microsecond: Number((seen.get('f') ?? '0').padEnd(6, '0')),
  };
  if (ordinal === undefined) return {year, month, day: number('d') ?? 1, ...fixed};
  const date = new Date(Date.UTC(year, 0, ordinal));
  return {year, month: date.getUTCMonth() + 1, day: date.getUTCDate(), ...fixed};
}

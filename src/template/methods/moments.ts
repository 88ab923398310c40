/** Attributes and methods of `datetime` and `timedelta`. */
import {bind, signature} from '../eval/arguments.js';
import {type DateParts, DateTime, type TimeDelta} from '../python/datetime.js';
import {PyFunction, toFloat} from '../python/kinds.js';
import {asIndex} from '../python/numbers.js';
import {strftime} from '../python/strftime.js';
import {text} from './define.js';

const fn = (name: string, takes: string, run: (args: readonly unknown[]) => unknown): PyFunction =>
  new PyFunction(name, (given) => run(bind(signature(takes), given)), false, 'builtin_function_or_method');

const partNames = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond'] as const;

/** A member, or undefined if there is none. */
export function momentMember(moment: DateTime | TimeDelta, name: string): unknown {
  return moment instanceof DateTime ? dateMember(moment, name) : deltaMember(moment, name);
}

function dateMember(moment: DateTime, name: string): unknown {
  const part = partNames.find((candidate) => candidate === name);
  if (part) return moment.parts[part];
  switch (name) {
    case 'strftime':
      return fn(name, 'format', ([format]) =>
        strftime(text(format, 'the format'), moment.date, moment.parts.microsecond),
      );
    case 'isoformat':
      return fn(name, "sep='T'", ([separator]) => moment.text(text(separator, 'the separator')));
    case 'timestamp':
      return fn(name, '', () => toFloat(moment.timestamp()));
    case 'weekday':
      return fn(name, '', () => (moment.date.getUTCDay() + 6) % 7);
    case 'isoweekday':
      return fn(name, '', () => moment.date.getUTCDay() || 7);
    case 'date':
      return fn(name, '', () => strftime('%Y-%m-%d', moment.date));
    case 'replace':
      return fn(name, partNames.map((field) => `${field}=None`).join(', '), (args) => replaced(moment, args));
    default:
      return undefined;
  }
}

function replaced(moment: DateTime, args: readonly unknown[]): DateTime {
  const {parts} = moment;
  const changed = partNames.map((field, index) => [
    field,
    args[index] === null ? parts[field] : asIndex(args[index], field),
  ]);
  return DateTime.of(Object.fromEntries(changed) as unknown as DateParts);
}

function deltaMember(delta: TimeDelta, name: string): unknown {
  switch (name) {
    case 'days':
      return delta.days;
    case 'seconds':
      return delta.seconds;
    case 'microseconds':
      return delta.rest;
    case 'total_seconds':
      return fn(name, '', () => toFloat(delta.microseconds / 1e6));
    default:
      return undefined;
  }
}

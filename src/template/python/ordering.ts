/** Python's `<` and sorting: numbers with numbers, strings by code point, lists item by item; anything else throws. */
import {DateTime, TimeDelta} from './datetime.js';
import {pyEquals} from './equality.js';
import {TypeFault} from './faults.js';
import {isNumber, isTuple, numberOf, typeName, unbox} from './kinds.js';
import {defined} from './undefined.js';

/** Negative, zero or positive; `sign` names the operator in the message. NaN compares as unequal: gives NaN. */
export function pyCompare(leftBoxed: unknown, rightBoxed: unknown, sign = '<'): number {
  const left = defined(unbox(leftBoxed));
  const right = defined(unbox(rightBoxed));
  if (isNumber(left) && isNumber(right)) return compareNumbers(numberOf(left), numberOf(right));
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (Array.isArray(left) && Array.isArray(right) && isTuple(left) === isTuple(right))
    return compareLists(left, right, sign);
  if (left instanceof DateTime && right instanceof DateTime) return left.microseconds - right.microseconds;
  if (left instanceof TimeDelta && right instanceof TimeDelta) return left.microseconds - right.microseconds;
  throw new TypeFault(`'${sign}' cannot compare ${typeName(left)} with ${typeName(right)}`, {
    hint: isMixOfTextAndNumber(left, right) ? 'convert one of them: `| int` or `| string`' : undefined,
  });
}

const isMixOfTextAndNumber = (left: unknown, right: unknown): boolean =>
  (typeof left === 'string' && isNumber(right)) || (isNumber(left) && typeof right === 'string');

function compareNumbers(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return left >= right ? 0 : Number.NaN;
}

/** By code point, as Python; JavaScript's own order differs for characters beyond the basic plane. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return fixSurrogate(a) - fixSurrogate(b);
  }
  return left.length - right.length;
}

/** Surrogates (astral characters) sort after everything in the basic plane. */
const fixSurrogate = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

function compareLists(left: readonly unknown[], right: readonly unknown[], sign: string): number {
  for (let index = 0; index < left.length && index < right.length; index++)
    if (!pyEquals(left[index], right[index])) return pyCompare(left[index], right[index], sign);
  return left.length - right.length;
}

/** A sorted copy; stable. */
export function pySorted<T>(items: readonly T[], keyOf: (item: T) => unknown = (item) => item, reverse = false): T[] {
  const keyed = items.map((item, index) => ({item, index, key: keyOf(item)}));
  const direction = reverse ? -1 : 1;
  keyed.sort((a, b) => direction * pyCompare(a.key, b.key) || a.index - b.index);
  return keyed.map((entry) => entry.item);
}

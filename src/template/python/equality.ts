/** Python's `==`: by value; numbers of all kinds alike, True is 1, lists never equal tuples. */

import {DateTime, TimeDelta} from './datetime.js';
import {isNumber, isTuple, PyNamespace, sameNumber, unbox} from './kinds.js';
import {findKey, isMapping, keysOf, type Mapping, sizeOf} from './mapping.js';
import {defined} from './undefined.js';

export function pyEquals(leftBoxed: unknown, rightBoxed: unknown): boolean {
  const left = defined(unbox(leftBoxed));
  const right = defined(unbox(rightBoxed));
  if (left === right) return true;
  if (isNumber(left) && isNumber(right)) return sameNumber(left, right);
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
    return (left ?? null) === (right ?? null);
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || isTuple(left) !== isTuple(right)) return false;
    return left.length === right.length && left.every((item, index) => pyEquals(item, right[index]));
  }
  if (left instanceof DateTime && right instanceof DateTime) return left.microseconds === right.microseconds;
  if (left instanceof TimeDelta && right instanceof TimeDelta) return left.microseconds === right.microseconds;
  if (left instanceof PyNamespace || right instanceof PyNamespace) return false;
  return isMapping(left) && isMapping(right) && equalMappings(left, right);
}

function equalMappings(left: Mapping, right: Mapping): boolean {
  if (sizeOf(left) !== sizeOf(right)) return false;
  return keysOf(left).every((key) => {
    const other = findKey(right, key);
    return other !== undefined && pyEquals(findKey(left, key)?.value, other.value);
  });
}

export const containsItem = (items: readonly unknown[], wanted: unknown): boolean =>
  items.some((item) => pyEquals(item, wanted));

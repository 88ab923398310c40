/** `omit`: the value of a parameter that is not to be passed at all. And plain data out of Python's values. */
import {UnsafeString} from '../yaml/types.js';
import {isList, isPlainObject, PyFloat, unbox} from './python/kinds.js';
import {setOwn} from './python/mapping.js';

/** What the variable `omit` gives. */
export const omit: unique symbol = Symbol.for('quorate.omit');

/** A copy without the members that are `omit`, at any depth; `omit` itself gives undefined. */
export function dropOmitted(value: unknown): unknown {
  if (value === omit) return undefined;
  if (isList(value)) return value.filter((item) => item !== omit).map(dropOmitted);
  if (typeof value !== 'object' || value === null || !isPlainObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) if (item !== omit) setOwn(kept, key, dropOmitted(item));
  return kept;
}

/** JSON-like data: floats as numbers, Maps as objects, tuples as lists, big integers as numbers (rounded). */
export function toPlain(boxed: unknown): unknown {
  const value = unbox(boxed);
  if (value instanceof PyFloat) return value.value;
  if (value instanceof UnsafeString) return value.text;
  if (typeof value === 'bigint') return Number(value);
  if (isList(value)) return Array.from(value, toPlain);
  if (value instanceof Map) return plainEntries([...value].map(([key, item]) => [plainKey(key), item]));
  return typeof value === 'object' && value !== null && isPlainObject(value)
    ? plainEntries(Object.entries(value))
    : value;
}

function plainEntries(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [key, item] of entries) setOwn(made, key, toPlain(item));
  return made;
}

const plainKey = (key: unknown): string =>
  typeof key === 'string' ? key : JSON.stringify(toPlain(key)).replaceAll('"', '');

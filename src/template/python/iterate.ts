/** What Python can iterate over: lists, tuples, strings (characters), dicts (keys). */
import {TypeFault} from './faults.js';
import {PyRecord, typeName, unbox} from './kinds.js';
import {isMapping, keysOf, sizeOf} from './mapping.js';
import {characters, textLength} from './text.js';
import {defined, Undefined} from './undefined.js';

/** The items; throws for what cannot be iterated over. Items may be lazily rendered: read each once. */
export function itemsOf(boxed: unknown): readonly unknown[] {
  const value = defined(unbox(boxed));
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return characters(value);
  if (isMapping(value)) return keysOf(value);
  if (value instanceof Undefined) return [];
  throw new TypeFault(`${typeName(value)} is not iterable`);
}

export function isIterable(boxed: unknown): boolean {
  const value = unbox(boxed);
  return Array.isArray(value) || typeof value === 'string' || isMapping(value);
}

/** A sequence in Ansible's sense: a list or tuple, no string. */
export const isSequence = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** `len(value)`. */
export function lengthOf(boxed: unknown): number {
  const value = defined(unbox(boxed));
  if (Array.isArray(value)) return value.length;
  if (typeof value === 'string') return textLength(value);
  if (isMapping(value)) return sizeOf(value);
  if (value instanceof Undefined) return 0;
  if (value instanceof PyRecord) {
    const length = value.read('length');
    if (typeof length === 'number') return length;
  }
  throw new TypeFault(`${typeName(value)} has no length`);
}

/** A list that an argument must be; strings are not taken apart. */
export function asList(boxed: unknown, what = 'the input'): readonly unknown[] {
  const value = defined(unbox(boxed));
  if (Array.isArray(value)) return value;
  if (isMapping(value)) return keysOf(value);
  throw new TypeFault(`${what} must be a list, not ${typeName(value)}`);
}

/** Every item of an array read once; holes and lazily rendered items alike. */
export const copyOf = (items: readonly unknown[]): unknown[] => Array.from(items, (item) => unbox(item));

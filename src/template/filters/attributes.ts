/** What `map(attribute='a.b')`, `selectattr('a.b')` and `sort(attribute='a,b')` read from each item. */
import type {Runtime} from '../eval/runtime.js';
import {isInt, tuple} from '../python/kinds.js';
import {Undefined} from '../python/undefined.js';
import {textOf} from './define.js';

export type Getter = (item: unknown) => unknown;

const pathParts = (attribute: unknown): (string | number)[] =>
  isInt(attribute)
    ? [Number(attribute)]
    : textOf(attribute)
        .split('.')
        .map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** Follows a dotted path; `otherwise` replaces what is undefined on the way. */
export function attributeGetter(runtime: Runtime, attribute: unknown, otherwise: unknown = undefined): Getter {
  if (attribute === null || attribute === undefined) return (item) => item;
  const parts = pathParts(attribute);
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = runtime.item(value, part);
      if (value instanceof Undefined && otherwise !== undefined && otherwise !== null) value = otherwise;
    }
    return value;
  };
}

/** `a,b.c`: several paths, compared in turn. A list even for one path: equal values need not be comparable then. */
export function sortKeyGetter(runtime: Runtime, attribute: unknown, caseSensitive: boolean): Getter {
  const fold = caseSensitive ? (value: unknown): unknown => value : foldCase;
  if (attribute === null || isInt(attribute) || !textOf(attribute).includes(',')) {
    const get = attributeGetter(runtime, attribute);
    return (item) => [fold(get(item))];
  }
  const getters = textOf(attribute)
    .split(',')
    .map((path) => attributeGetter(runtime, path));
  return (item) => tuple(getters.map((get) => fold(get(item))));
}

export const foldCase = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

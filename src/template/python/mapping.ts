/** Dicts in their three forms: plain object, Map (keys that are no strings, or look like integers), `LazyDict`. */
import {TypeFault} from './faults.js';
import {isNumber, isPlainObject, isTuple, LazyDict, numberOf, PyObject, sameNumber, typeName, unbox} from './kinds.js';
import {defined} from './undefined.js';

export type Mapping = Readonly<Record<string, unknown>> | ReadonlyMap<unknown, unknown> | LazyDict;

export function isMapping(value: unknown): value is Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (value instanceof PyObject) return value instanceof LazyDict;
  return value instanceof Map || (isPlainObject(value) && unbox(value) === value);
}

export function keysOf(map: Mapping): readonly unknown[] {
  if (map instanceof LazyDict) return map.keys();
  return map instanceof Map ? [...map.keys()] : Object.keys(map);
}

/** The member in a box, or undefined if there is none; numbers find string keys of plain objects (YAML's `80: x`). */
export function findKey(map: Mapping, key: unknown): {readonly value: unknown} | undefined {
  if (map instanceof Map) return findInMap(map, key);
  if (map instanceof LazyDict) return typeof key === 'string' ? map.get(key) : undefined;
  for (const name of typeof key === 'string' ? [key] : keyTexts(key))
    if (Object.hasOwn(map, name)) return {value: unbox((map as Readonly<Record<string, unknown>>)[name])};
  return undefined;
}

function findInMap(map: ReadonlyMap<unknown, unknown>, key: unknown): {readonly value: unknown} | undefined {
  if (map.has(key)) return {value: unbox(map.get(key))};
  if (typeof key === 'string') return undefined;
  for (const [candidate, value] of map) if (sameKey(candidate, key)) return {value: unbox(value)};
  return undefined;
}

/** How YAML readers write keys that are no strings. */
function keyTexts(key: unknown): readonly string[] {
  if (typeof key === 'boolean') return key ? ['true', 'True'] : ['false', 'False'];
  if (isNumber(key)) return [String(numberOf(key))];
  return key === null ? ['null', 'None', '~', ''] : [];
}

/** Equality of things that can be keys: 1, 1.0 and True are one key. */
function sameKey(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (isNumber(left) && isNumber(right)) return sameNumber(left, right);
  if (!isTuple(left) || !isTuple(right) || left.length !== right.length) return false;
  return left.every((item, index) => sameKey(item, right[index]));
}

export const hasKey = (map: Mapping, key: unknown): boolean => findKey(map, key) !== undefined;

/** The member, or `otherwise`. */
export function getKey(map: Mapping, key: unknown, otherwise: unknown = undefined): unknown {
  const found = findKey(map, key);
  return found ? found.value : otherwise;
}

export const entriesOf = (map: Mapping): [unknown, unknown][] => keysOf(map).map((key) => [key, getKey(map, key)]);

export const valuesOf = (map: Mapping): unknown[] => keysOf(map).map((key) => getKey(map, key));

export function sizeOf(map: Mapping): number {
  if (map instanceof LazyDict) return map.keys().length;
  return map instanceof Map ? map.size : Object.keys(map).length;
}

/** A plain object would move keys that look like array indices to the front. */
const keepsItsPlace = (key: unknown): key is string => typeof key === 'string' && !/^(0|[1-9]\d{0,9})$/.test(key);

/** Sets an own property whatever its name: `__proto__` too is only a key. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, {value, enumerable: true, configurable: true, writable: true});
  else target[key] = value;
}

/** A dict of these entries, a later one replacing an earlier one's value in its place, as in Python. */
export function makeDict(entries: Iterable<readonly [unknown, unknown]>): Mapping {
  const kept: [unknown, unknown][] = [];
  const places = new Map<unknown, number>();
  let plain = true;
  for (const [rawKey, value] of entries) {
    const key = hashable(rawKey);
    plain = plain && keepsItsPlace(key);
    const place = typeof key === 'string' ? places.get(key) : findPlace(kept, key);
    if (place === undefined) {
      places.set(key, kept.length);
      kept.push([key, value]);
    } else kept[place] = [kept[place]?.[0], value];
  }
  if (!plain) return new Map(kept);
  const made: Record<string, unknown> = {};
  for (const [key, value] of kept) setOwn(made, key as string, value);
  return made;
}

function findPlace(kept: readonly [unknown, unknown][], key: unknown): number | undefined {
  const place = kept.findIndex(([candidate]) => sameKey(candidate, key));
  return place === -1 ? undefined : place;
}

/** Lists and dicts cannot be keys. */
export function hashable(key: unknown): unknown {
  defined(key);
  if (Array.isArray(key) ? typeName(key) === 'list' : isMapping(key))
    throw new TypeFault(`a ${typeName(key)} cannot be a key of a dict`);
  return unbox(key);
}

/** The mapping, or an error that says what was given instead. */
export function asMapping(value: unknown, what = 'the input'): Mapping {
  if (isMapping(defined(value))) return value as Mapping;
  throw new TypeFault(`${what} must be a dict, not ${typeName(value)}`);
}

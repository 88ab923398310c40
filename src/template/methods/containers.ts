/** Methods of Python's `list`, `tuple` and `dict`. */
import {pyEquals} from '../python/equality.js';
import {Fault} from '../python/faults.js';
import {itemsOf} from '../python/iterate.js';
import {LazyDict, tuple} from '../python/kinds.js';
import {
  asMapping,
  entriesOf,
  findKey,
  hashable,
  keysOf,
  type Mapping,
  makeDict,
  setOwn,
  valuesOf,
} from '../python/mapping.js';
import {asIndex} from '../python/numbers.js';
import {pySorted} from '../python/ordering.js';
import {pyRepr} from '../python/repr.js';
import {sliceIndices} from '../python/slices.js';
import {type Method, type MethodTable, method, mutator, procedure} from './define.js';

type List = unknown[];

function indexOf(items: readonly unknown[], wanted: unknown, start: unknown, end: unknown): number {
  const at = sliceIndices({start, stop: end, step: null}, items.length).find((index) => pyEquals(items[index], wanted));
  if (at === undefined) throw new Fault(`${pyRepr(wanted)} is not in the list`);
  return at;
}

const lookups: readonly (readonly [string, Method<List>])[] = [
  ['index', method('value, start=None, end=None', (items, [wanted, start, end]) => indexOf(items, wanted, start, end))],
  ['count', method('value', (items, [wanted]) => items.filter((item) => pyEquals(item, wanted)).length)],
];

function popItem(items: List, index: unknown): unknown {
  if (items.length === 0) throw new Fault('the list is empty');
  const at = asIndex(index, 'the index');
  const place = at < 0 ? at + items.length : at;
  if (place < 0 || place >= items.length) throw new Fault(`there is no item ${at} to take out`);
  return items.splice(place, 1)[0];
}

export const listMethods: MethodTable<List> = new Map<string, Method<List>>([
  ...lookups,
  ['copy', method('', (items) => [...items])],
  ['append', procedure('value', (items, [value]) => void items.push(value))],
  ['extend', procedure('values', (items, [values]) => void items.push(...itemsOf(values)))],
  [
    'insert',
    procedure('index, value', (items, [index, value]) => void items.splice(asIndex(index, 'the index'), 0, value)),
  ],
  ['remove', procedure('value', (items, [value]) => void items.splice(indexOf(items, value, null, null), 1))],
  ['pop', mutator('index=-1', (items, [index]) => popItem(items, index))],
  ['clear', procedure('', (items) => void items.splice(0))],
  ['reverse', procedure('', (items) => void items.reverse())],
  [
    'sort',
    procedure(
      'reverse=False',
      (items, [reverse]) => void items.splice(0, items.length, ...pySorted(items, undefined, reverse === true)),
    ),
  ],
]);

export const tupleMethods: MethodTable<List> = new Map(lookups);

function assignKey(map: Mapping, rawKey: unknown, value: unknown): void {
  const key = hashable(rawKey);
  if (map instanceof Map) map.set(key, value);
  else if (map instanceof LazyDict) throw new Fault(`${map.label ?? 'this dict'} cannot be changed`);
  else setOwn(map as Record<string, unknown>, String(key), value);
}

function removeKey(map: Mapping, key: unknown): void {
  if (map instanceof Map) map.delete(key);
  else if (!(map instanceof LazyDict)) delete (map as Record<string, unknown>)[String(key)];
}

function popKey(map: Mapping, key: unknown, args: readonly unknown[]): unknown {
  const found = findKey(map, key);
  if (!found && args.length === 0) throw new Fault(`there is no key ${pyRepr(key)}`);
  removeKey(map, key);
  return found ? found.value : args[0];
}

function popLast(map: Mapping): unknown {
  const last = entriesOf(map).at(-1);
  if (!last) throw new Fault('the dict is empty');
  removeKey(map, last[0]);
  return tuple(last);
}

function setDefault(map: Mapping, key: unknown, value: unknown): unknown {
  const found = findKey(map, key);
  if (found) return found.value;
  assignKey(map, key, value);
  return value;
}

/** A dict, or pairs. */
export const pairsOf = (value: unknown): (readonly [unknown, unknown])[] =>
  Array.isArray(value)
    ? value.map((pair) => {
        const items = itemsOf(pair);
        if (items.length !== 2) throw new Fault(`a pair is needed, not ${items.length} items`);
        return [items[0], items[1]] as const;
      })
    : entriesOf(asMapping(value));

function clear(map: Mapping): void {
  for (const key of keysOf(map)) removeKey(map, key);
}

function update(map: Mapping, other: unknown, named: unknown): null {
  for (const [key, value] of other === null ? [] : pairsOf(other)) assignKey(map, key, value);
  for (const [key, value] of named as ReadonlyMap<string, unknown>) assignKey(map, key, value);
  return null;
}

export const dictMethods: MethodTable<Mapping> = new Map<string, Method<Mapping>>([
  ['keys', method('', (map) => [...keysOf(map)])],
  ['values', method('', (map) => valuesOf(map))],
  ['items', method('', (map) => entriesOf(map).map(tuple))],
  [
    'get',
    method('key, default=None', (map, [key, otherwise]) => (findKey(map, hashable(key)) ?? {value: otherwise}).value),
  ],
  ['copy', method('', (map) => makeDict(entriesOf(map)))],
  ['pop', mutator('key, *default', (map, [key, given]) => popKey(map, key, given as readonly unknown[]))],
  ['popitem', mutator('', (map) => popLast(map))],
  ['setdefault', mutator('key, default=None', (map, [key, value]) => setDefault(map, key, value))],
  ['update', mutator('other=None, **named', (map, [other, named]) => update(map, other, named))],
  ['clear', procedure('', (map) => clear(map))],
]);

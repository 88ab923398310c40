/** Lists as sets, and lists combined with lists. */
import {containsItem} from '../python/equality.js';
import {Fault, TypeFault} from '../python/faults.js';
import {copyOf, itemsOf} from '../python/iterate.js';
import {tuple, typeName} from '../python/kinds.js';
import {isMapping} from '../python/mapping.js';
import {asIndex} from '../python/numbers.js';
import {type FilterTable, filter} from './define.js';
import {uniqueItems} from './sequences.js';

const same = (item: unknown): unknown => item;

/** A quick membership test for long lists of texts. */
function memberTest(items: readonly unknown[]): (item: unknown) => boolean {
  const texts = new Set(items.filter((item) => typeof item === 'string'));
  const others = items.filter((item) => typeof item !== 'string');
  return (item) => (typeof item === 'string' ? texts.has(item) : containsItem(others, item));
}

function only(items: readonly unknown[], others: readonly unknown[], wanted: boolean): unknown[] {
  const isMember = memberTest(copyOf(others));
  return uniqueItems(
    copyOf(items).filter((item) => isMember(item) === wanted),
    same,
  );
}

/** A list joins with a list only. */
function sameKind(input: unknown, other: unknown): unknown {
  if (typeName(input) === typeName(other) && !isMapping(input)) return other;
  throw new TypeFault(`cannot join ${typeName(input)} and ${typeName(other)}`);
}

const union = (left: readonly unknown[], right: readonly unknown[]): unknown[] =>
  uniqueItems([...copyOf(left), ...copyOf(right)], same);

function symmetricDifference(left: readonly unknown[], right: readonly unknown[]): unknown[] {
  const both = memberTest(only(left, right, true));
  return union(left, right).filter((item) => !both(item));
}

/** Results beyond this size are a mistake. */
const mostResults = 1_000_000;

function product(lists: readonly (readonly unknown[])[]): unknown[] {
  const size = lists.reduce((total, list) => total * list.length, 1);
  if (size > mostResults) throw new Fault(`the product would have ${size} items; at most ${mostResults} are allowed`);
  let rows: unknown[][] = [[]];
  for (const list of lists) rows = rows.flatMap((row) => list.map((item) => [...row, item]));
  return rows.map(tuple);
}

function combinations(items: readonly unknown[], size: number): unknown[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) => combinations(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]));
}

function permutations(items: readonly unknown[], size: number): unknown[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)], size - 1).map((rest) => [item, ...rest]),
  );
}

function checked(items: readonly unknown[], size: number, ordered: boolean): number {
  if (size < 0) throw new Fault('the size must not be negative');
  let count = 1;
  for (let taken = 0; taken < size; taken++) count = (count * (items.length - taken)) / (ordered ? 1 : taken + 1);
  if (count > mostResults) throw new Fault(`there would be ${count} results; at most ${mostResults} are allowed`);
  return size;
}

function zip(lists: readonly (readonly unknown[])[], length: number, filler: unknown): unknown[] {
  return Array.from({length}, (_unused, index) =>
    tuple(lists.map((list) => (index < list.length ? list[index] : filler))),
  );
}

const allLists = (input: unknown, others: unknown): (readonly unknown[])[] =>
  [itemsOf(input), ...(others as readonly unknown[]).map(itemsOf)].map(copyOf);

export const setFilters: FilterTable = {
  union: filter('b', (input, [other]) => union(itemsOf(input), itemsOf(sameKind(input, other)))),
  intersect: filter('b', (input, [other]) => only(itemsOf(input), itemsOf(other), true)),
  difference: filter('b', (input, [other]) => only(itemsOf(input), itemsOf(other), false)),
  symmetric_difference: filter('b', (input, [other]) =>
    symmetricDifference(itemsOf(input), itemsOf(sameKind(input, other))),
  ),
  product: filter('*others, **named', (input, [others, named]) => {
    const lists = allLists(input, others);
    const repeat = asIndex((named as ReadonlyMap<string, unknown>).get('repeat') ?? 1, 'repeat');
    return product(Array.from({length: repeat}, () => lists).flat());
  }),
  combinations: filter('r', (input, [size]) => {
    const items = copyOf(itemsOf(input));
    return combinations(items, checked(items, asIndex(size, 'the size'), false)).map(tuple);
  }),
  permutations: filter('r=None', (input, [size]) => {
    const items = copyOf(itemsOf(input));
    return permutations(items, checked(items, size === null ? items.length : asIndex(size, 'the size'), true)).map(
      tuple,
    );
  }),
  zip: filter('*others', (input, [others]) => {
    const lists = allLists(input, others);
    return zip(lists, Math.min(...lists.map((list) => list.length)), null);
  }),
  zip_longest: filter('*others, **named', (input, [others, named]) => {
    const lists = allLists(input, others);
    return zip(
      lists,
      Math.max(...lists.map((list) => list.length)),
      (named as ReadonlyMap<string, unknown>).get('fillvalue') ?? null,
    );
  }),
};

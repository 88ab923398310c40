/** Lists: first, last, sort, unique, join, group and their like. */

import type {Runtime} from '../eval/runtime.js';
import {arithmetic} from '../python/arithmetic.js';
import {containsItem, pyEquals} from '../python/equality.js';
import {Fault} from '../python/faults.js';
import {copyOf, itemsOf} from '../python/iterate.js';
import {GroupTuple} from '../python/kinds.js';
import {asIndex} from '../python/numbers.js';
import {pyCompare, pySorted} from '../python/ordering.js';
import {characters} from '../python/text.js';
import {defined, Undefined} from '../python/undefined.js';
import {attributeGetter, foldCase, sortKeyGetter} from './attributes.js';
import {type FilterTable, filter, flag, textOf} from './define.js';

const emptySequence = (what: string): Undefined =>
  new Undefined({path: '', why: `there is no ${what} item, the sequence is empty`});

const itemAt = (input: unknown, index: number, what: string): unknown => {
  const items = itemsOf(input);
  return items.length === 0 ? emptySequence(what) : items.at(index);
};

/** Each value once, in order; texts that differ in case only count as one unless told otherwise. */
export function uniqueItems(items: readonly unknown[], keyOf: (item: unknown) => unknown): unknown[] {
  const seenText = new Set<string>();
  const seenOther: unknown[] = [];
  return copyOf(items).filter((item) => {
    const key = defined(keyOf(item));
    if (typeof key === 'string') {
      if (seenText.has(key)) return false;
      seenText.add(key);
      return true;
    }
    if (containsItem(seenOther, key)) return false;
    seenOther.push(key);
    return true;
  });
}

function unique(runtime: Runtime, input: unknown, caseSensitive: unknown, attribute: unknown): unknown[] {
  const get = attributeGetter(runtime, attribute);
  return uniqueItems(itemsOf(input), flag(caseSensitive) ? get : (item) => foldCase(get(item)));
}

function extreme(
  runtime: Runtime,
  input: unknown,
  caseSensitive: unknown,
  attribute: unknown,
  direction: 1 | -1,
): unknown {
  const items = copyOf(itemsOf(input));
  if (items.length === 0)
    return new Undefined({path: '', why: 'there is no smallest or largest item, the sequence is empty'});
  const read = attributeGetter(runtime, attribute);
  const get = flag(caseSensitive) ? read : (item: unknown): unknown => foldCase(read(item));
  return items.reduce((best, item) => (direction * pyCompare(get(item), get(best)) > 0 ? item : best));
}

function join(runtime: Runtime, input: unknown, separator: unknown, attribute: unknown): string {
  const get = attributeGetter(runtime, attribute);
  return itemsOf(input)
    .map((item) => textOf(get(item)))
    .join(textOf(separator));
}

function groupBy(
  runtime: Runtime,
  input: unknown,
  [attribute, otherwise, caseSensitive]: readonly unknown[],
): unknown[] {
  const get = attributeGetter(runtime, attribute, otherwise);
  const keyOf = flag(caseSensitive) ? get : (item: unknown): unknown => foldCase(get(item));
  const groups: {key: unknown; items: unknown[]}[] = [];
  for (const item of pySorted(copyOf(itemsOf(input)), keyOf)) {
    const last = groups.at(-1);
    if (last && pyEquals(last.key, keyOf(item))) last.items.push(item);
    else groups.push({key: keyOf(item), items: [item]});
  }
  return groups.map(({items}) => {
    const group = new GroupTuple();
    group.push(get(items[0]), items);
    return group;
  });
}

function batch(input: unknown, size: unknown, filler: unknown): unknown[] {
  const items = copyOf(itemsOf(input));
  const width = asIndex(size, 'the size');
  if (width < 1) throw new Fault('the size must be at least 1');
  const rows: unknown[][] = [];
  for (let start = 0; start < items.length; start += width) rows.push(items.slice(start, start + width));
  const last = rows.at(-1);
  if (last && filler !== null) while (last.length < width) last.push(filler);
  return rows;
}

function sliceInto(input: unknown, count: unknown, filler: unknown): unknown[] {
  const items = copyOf(itemsOf(input));
  const columns = asIndex(count, 'the number of slices');
  if (columns < 1) throw new Fault('the number of slices must be at least 1');
  const height = Math.floor(items.length / columns);
  const longer = items.length % columns;
  let start = 0;
  return Array.from({length: columns}, (_unused, index) => {
    const end = start + height + (index < longer ? 1 : 0);
    const column = items.slice(start, end);
    start = end;
    if (filler !== null && index >= longer) column.push(filler);
    return column;
  });
}

/** Lists inside lists become part of the list, down to some depth. */
function flatten(items: readonly unknown[], levels: number, skipNulls: boolean): unknown[] {
  const result: unknown[] = [];
  for (const item of copyOf(items)) {
    if (skipNulls && (item === null || item === 'None' || item === 'null')) continue;
    if (!Array.isArray(item)) result.push(item);
    else if (levels >= 1) result.push(...flatten(item, levels - 1, skipNulls));
    else result.push(item);
  }
  return result;
}

function sum(runtime: Runtime, input: unknown, attribute: unknown, start: unknown): unknown {
  const get = attributeGetter(runtime, attribute);
  return itemsOf(input).reduce((total: unknown, item) => arithmetic('+', total, get(item)), start);
}

export const sequenceFilters: FilterTable = {
  first: filter('', (input) => itemAt(input, 0, 'first')),
  last: filter('', (input) => itemAt(input, -1, 'last')),
  join: filter("d='', attribute=None", (input, [separator, attribute], runtime) =>
    join(runtime, input, separator, attribute),
  ),
  reverse: filter('', (input) =>
    typeof input === 'string' ? characters(input).reverse().join('') : copyOf(itemsOf(input)).reverse(),
  ),
  sort: filter(
    'reverse=False, case_sensitive=False, attribute=None',
    (input, [reverse, caseSensitive, attribute], runtime) =>
      pySorted(copyOf(itemsOf(input)), sortKeyGetter(runtime, attribute, flag(caseSensitive)), flag(reverse)),
  ),
  unique: filter('case_sensitive=False, attribute=None', (input, [caseSensitive, attribute], runtime) =>
    unique(runtime, input, caseSensitive, attribute),
  ),
  min: filter('case_sensitive=False, attribute=None', (input, [caseSensitive, attribute], runtime) =>
    extreme(runtime, input, caseSensitive, attribute, -1),
  ),
  max: filter('case_sensitive=False, attribute=None', (input, [caseSensitive, attribute], runtime) =>
    extreme(runtime, input, caseSensitive, attribute, 1),
  ),
  sum: filter('attribute=None, start=0', (input, [attribute, start], runtime) => sum(runtime, input, attribute, start)),
  groupby: filter('attribute, default=None, case_sensitive=False', (input, args, runtime) =>
    groupBy(runtime, input, args),
  ),
  batch: filter('linecount, fill_with=None', (input, [size, filler]) => batch(input, size, filler)),
  slice: filter('slices, fill_with=None', (input, [count, filler]) => sliceInto(input, count, filler)),
  flatten: filter('levels=None, skip_nulls=True', (input, [levels, skipNulls]) =>
    flatten(
      itemsOf(input),
      levels === null ? Number.POSITIVE_INFINITY : asIndex(levels, 'the number of levels'),
      skipNulls !== false,
    ),
  ),
};

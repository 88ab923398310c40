/** Dicts: combine, items, extract, subelements. */

import type {Runtime} from '../eval/runtime.js';
import {containsItem} from '../python/equality.js';
import {Fault, TypeFault} from '../python/faults.js';
import {copyOf, isSequence, itemsOf} from '../python/iterate.js';
import {tuple, typeName} from '../python/kinds.js';
import {asMapping, entriesOf, findKey, isMapping, type Mapping, makeDict, valuesOf} from '../python/mapping.js';
import {pySorted} from '../python/ordering.js';
import {pyRepr} from '../python/repr.js';
import {truthy} from '../python/truth.js';
import {defined, Undefined} from '../python/undefined.js';
import {foldCase} from './attributes.js';
import {type FilterTable, filter, flag, lenientFilter, mustBeText, textOf} from './define.js';

const listMerges = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp'] as const;
type ListMerge = (typeof listMerges)[number];

/** `high` on top of `low`; neither is changed. */
function merge(low: Mapping, high: Mapping, recursive: boolean, lists: ListMerge): Mapping {
  const merged = new Map(entriesOf(low));
  for (const [key, value] of entriesOf(high)) {
    const present = findKey(low, key);
    merged.set(key, present ? mergeValue(present.value, value, recursive, lists) : value);
  }
  return makeDict(merged);
}

function mergeValue(low: unknown, high: unknown, recursive: boolean, lists: ListMerge): unknown {
  if (isMapping(low) && isMapping(high)) return recursive ? merge(low, high, recursive, lists) : high;
  if (isSequence(low) && isSequence(high)) return mergeLists(copyOf(low), copyOf(high), lists);
  return high;
}

function mergeLists(low: unknown[], high: unknown[], how: ListMerge): unknown[] {
  switch (how) {
    case 'replace':
      return high;
    case 'keep':
      return low;
    case 'append':
      return [...low, ...high];
    case 'prepend':
      return [...high, ...low];
    case 'append_rp':
      return [...low.filter((item) => !containsItem(high, item)), ...high];
    case 'prepend_rp':
      return [...high, ...low.filter((item) => !containsItem(high, item))];
  }
}

function combine(input: unknown, others: readonly unknown[], named: ReadonlyMap<string, unknown>): unknown {
  const unknownName = [...named.keys()].find((name) => name !== 'recursive' && name !== 'list_merge');
  if (unknownName !== undefined)
    throw new Fault(`there is no argument '${unknownName}' (there are: recursive, list_merge)`);
  const how = named.get('list_merge') ?? 'replace';
  if (!listMerges.includes(how as ListMerge))
    throw new Fault(`list_merge must be one of ${listMerges.join(', ')}, not '${textOf(how)}'`);
  const dicts = [input, ...others]
    .flatMap((item) => (isSequence(item) ? copyOf(item) : [item]))
    .filter((item) => item !== null);
  const [first = {}, ...rest] = dicts.map((item, index) => asMapping(item, `value ${index + 1}`));
  return rest.reduce((low, high) => merge(low, high, truthy(named.get('recursive') ?? false), how as ListMerge), first);
}

function dictToItems(input: unknown, keyName: unknown, valueName: unknown): unknown {
  const [key, value] = [textOf(keyName), textOf(valueName)];
  return entriesOf(asMapping(input)).map((entry) =>
    makeDict([
      [key, entry[0]],
      [value, entry[1]],
    ]),
  );
}

function itemsToDict(runtime: Runtime, input: unknown, keyName: unknown, valueName: unknown): unknown {
  if (!isSequence(input)) throw new TypeFault(`the input must be a list, not ${typeName(input)}`);
  const read = (item: unknown, name: unknown): unknown => {
    const value = isMapping(item) ? runtime.item(item, name) : undefined;
    if (value === undefined || value instanceof Undefined)
      throw new Fault(
        `each item must be a dict with '${textOf(keyName)}' and '${textOf(valueName)}', not ${pyRepr(item)}`,
      );
    return value;
  };
  return makeDict(copyOf(input).map((item) => [read(item, keyName), read(item, valueName)]));
}

function dictSort(input: unknown, caseSensitive: unknown, by: unknown, reverse: unknown): unknown {
  if (by !== 'key' && by !== 'value') throw new Fault("by must be 'key' or 'value'");
  const place = by === 'key' ? 0 : 1;
  return pySorted(
    entriesOf(asMapping(input)),
    (entry) => (flag(caseSensitive) ? entry[place] : foldCase(entry[place])),
    flag(reverse),
  ).map(tuple);
}

function extract(runtime: Runtime, item: unknown, container: unknown, more: unknown): unknown {
  const keys = more === null ? [item] : isSequence(more) ? [item, ...copyOf(more)] : [item, more];
  return keys.reduce((value: unknown, key) => runtime.item(value, key), container);
}

function subelements(runtime: Runtime, input: unknown, path: unknown, skipMissing: unknown): unknown[] {
  const elements = isMapping(input) ? valuesOf(input) : isSequence(input) ? copyOf(input) : undefined;
  if (!elements) throw new TypeFault('the input must be a list of dicts or a dict of dicts');
  const keys = isSequence(path) ? copyOf(path) : mustBeText(path, 'the subelements').split('.');
  return elements.flatMap((element) => {
    let value = element;
    for (const key of keys) {
      if (!isMapping(value)) throw new TypeFault(`'${textOf(key)}' should point to a dict, not ${typeName(value)}`);
      if (!findKey(value, key)) {
        if (flag(skipMissing)) return [];
        throw new Fault(`there is no '${textOf(key)}' in ${pyRepr(value)}`);
      }
      value = runtime.item(value, key);
    }
    if (!isSequence(value))
      throw new TypeFault(`'${keys.map(textOf).join('.')}' should point to a list, not ${typeName(value)}`);
    return copyOf(value).map((item) => tuple([element, item]));
  });
}

function rekey(input: unknown, key: unknown, duplicates: unknown): unknown {
  if (duplicates !== 'error' && duplicates !== 'overwrite')
    throw new Fault(`duplicates must be error or overwrite, not '${textOf(duplicates)}'`);
  const result = new Map<unknown, unknown>();
  for (const item of isMapping(input) ? valuesOf(input) : copyOf(itemsOf(input))) {
    const found = findKey(asMapping(item, 'each item'), key);
    if (!found) throw new Fault(`there is no '${textOf(key)}' in ${pyRepr(item)}`);
    if (result.has(found.value) && duplicates === 'error') throw new Fault(`'${textOf(found.value)}' is there twice`);
    result.set(defined(found.value), item);
  }
  return makeDict(result);
}

export const dictFilters: FilterTable = {
  combine: filter('*others, **named', (input, [others, named]) =>
    combine(input, others as readonly unknown[], named as ReadonlyMap<string, unknown>),
  ),
  dict2items: filter("key_name='key', value_name='value'", (input, [key, value]) => dictToItems(input, key, value)),
  items2dict: filter("key_name='key', value_name='value'", (input, [key, value], runtime) =>
    itemsToDict(runtime, input, key, value),
  ),
  dictsort: filter("case_sensitive=False, by='key', reverse=False", (input, [caseSensitive, by, reverse]) =>
    dictSort(input, caseSensitive, by, reverse),
  ),
  items: lenientFilter('', (input) => (input instanceof Undefined ? [] : entriesOf(asMapping(input)).map(tuple))),
  extract: filter('container, morekeys=None', (input, [container, more], runtime) =>
    extract(runtime, input, container, more),
  ),
  subelements: filter('subelements, skip_missing=False', (input, [path, skipMissing], runtime) =>
    subelements(runtime, input, path, skipMissing),
  ),
  rekey_on_member: filter("key, duplicates='error'", (input, [key, duplicates]) => rekey(input, key, duplicates)),
  dict_kv: filter('key', (input, [key]) => makeDict([[key, input]])),
};

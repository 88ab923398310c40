/** `map`, `select`, `reject`, `selectattr`, `rejectattr`: filters and tests applied to each item. */
import {noArguments} from '../eval/arguments.js';
import type {FilterDefinition, Runtime} from '../eval/runtime.js';
import {Fault} from '../python/faults.js';
import {copyOf, itemsOf} from '../python/iterate.js';
import type {CallArguments} from '../python/kinds.js';
import {truthy} from '../python/truth.js';
import {attributeGetter} from './attributes.js';
import {type FilterTable, filter, mustBeText} from './define.js';

type Named = ReadonlyMap<string, unknown>;

/** Nothing at all counts as an empty list here. */
const itemsOrNone = (input: unknown): unknown[] => (truthy(input) ? copyOf(itemsOf(input)) : []);

function map(runtime: Runtime, input: unknown, rest: readonly unknown[], named: Named): unknown[] {
  const items = itemsOrNone(input);
  if (rest.length === 0 && named.has('attribute')) {
    const unknownName = [...named.keys()].find((name) => name !== 'attribute' && name !== 'default');
    if (unknownName !== undefined) throw new Fault(`there is no argument '${unknownName}'`);
    const get = attributeGetter(runtime, named.get('attribute'), named.get('default'));
    return items.map(get);
  }
  if (rest.length === 0) throw new Fault('it needs the name of a filter, or attribute=');
  const name = mustBeText(rest[0], 'the name of the filter');
  const given: CallArguments = {positional: rest.slice(1), named};
  return items.map((item) => runtime.filter(name, item, given));
}

/** Keeps the items for which the test's outcome is `wanted`; without a test the item's truth counts. */
function choose(
  runtime: Runtime,
  input: unknown,
  read: (item: unknown) => unknown,
  rest: readonly unknown[],
  named: Named,
  wanted: boolean,
): unknown[] {
  const [name, ...args] = rest;
  const given: CallArguments = rest.length === 0 ? noArguments : {positional: args, named};
  const passes = (value: unknown): boolean =>
    name === undefined ? truthy(value) : runtime.test(mustBeText(name, 'the name of the test'), value, given);
  return itemsOrNone(input).filter((item) => passes(read(item)) === wanted);
}

const chooser = (wanted: boolean): FilterDefinition =>
  filter('*rest, **named', (input, [rest, named], runtime) =>
    choose(runtime, input, (item) => item, rest as readonly unknown[], named as Named, wanted),
  );

const attributeChooser = (wanted: boolean): FilterDefinition =>
  filter('attribute, *rest, **named', (input, [attribute, rest, named], runtime) =>
    choose(runtime, input, attributeGetter(runtime, attribute), rest as readonly unknown[], named as Named, wanted),
  );

export const choosingFilters: FilterTable = {
  map: filter('*rest, **named', (input, [rest, named], runtime) =>
    map(runtime, input, rest as readonly unknown[], named as Named),
  ),
  select: chooser(true),
  reject: chooser(false),
  selectattr: attributeChooser(true),
  rejectattr: attributeChooser(false),
};

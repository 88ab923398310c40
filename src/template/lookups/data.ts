/** Lookups that arrange data: the loops of old, `with_items` and its like. */

import type {Runtime} from '../eval/runtime.js';
import {textOf} from '../filters/define.js';
import {filters} from '../filters/index.js';
import {Fault} from '../python/faults.js';
import {copyOf, isSequence} from '../python/iterate.js';
import {tuple} from '../python/kinds.js';
import {asMapping, entriesOf, findKey, isMapping, makeDict} from '../python/mapping.js';
import {coerceInt} from '../python/numbers.js';
import {percentFormat} from '../python/percent_format.js';
import {pythonRegex} from '../python/regex.js';
import {Undefined} from '../python/undefined.js';
import {flattened, isOn, type LookupTable, lists, lookup, texts} from './define.js';

const mostItems = 1_000_000;

/** `start=1 end=5 stride=2 format=node%02d`, or `1-5/2:node%02d`. */
function sequence(term: unknown, options: ReadonlyMap<string, unknown>): string[] {
  const given = {...Object.fromEntries(options), ...(term === undefined ? {} : readSequence(textOf(term)))};
  const number = (name: string): number | undefined =>
    given[name] === undefined ? undefined : coerceInt(Number(given[name]), name);
  const start = number('start') ?? 1;
  const count = number('count');
  const stride = number('stride') ?? 1;
  const end = count === undefined ? number('end') : count === 0 ? undefined : start + (count - 1) * stride;
  if (end === undefined) {
    if (count === 0) return [];
    throw new Fault("it needs 'end' or 'count'");
  }
  if (stride === 0) return [];
  const length = Math.max(0, Math.floor((end - start) / stride) + 1);
  if (length > mostItems) throw new Fault(`it would have ${length} items; at most ${mostItems} are allowed`);
  const format = given.format === undefined ? '%d' : textOf(given.format);
  return Array.from({length}, (_unused, index) => percentFormat(format, tuple([start + index * stride])));
}

function readSequence(text: string): Record<string, unknown> {
  const short = /^((0[0-7]*|\d+|0x[0-9a-fA-F]+)-)?(\d+)(?:\/(-?\d+))?(?::(.+))?$/.exec(text.trim());
  if (short)
    return {
      ...(short[2] === undefined ? {} : {start: short[2]}),
      end: short[3],
      ...(short[4] === undefined ? {} : {stride: short[4]}),
      ...(short[5] === undefined ? {} : {format: short[5]}),
    };
  return Object.fromEntries([...text.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
}

function nested(terms: readonly unknown[]): unknown[][] {
  const all = lists(terms);
  if (all.length === 0) throw new Fault('it needs at least one list');
  return all
    .reduce<unknown[][]>((rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])), [[]])
    .map((row) => row.flatMap((item) => (isSequence(item) ? copyOf(item) : [item])));
}

function together(terms: readonly unknown[]): unknown[][] {
  const all = lists(terms);
  if (all.length === 0) throw new Fault('it needs at least one list');
  return Array.from({length: Math.max(...all.map((list) => list.length))}, (_unused, index) =>
    all.map((list) => (index < list.length ? list[index] : null)),
  );
}

function deepFlatten(items: readonly unknown[]): unknown[] {
  return items.flatMap((item) =>
    isSequence(item) ? deepFlatten(copyOf(item)) : item === null || item === 'None' || item === 'null' ? [] : [item],
  );
}

function dictItems(terms: readonly unknown[]): unknown[] {
  return flattened(terms).flatMap((term) =>
    entriesOf(asMapping(term, 'the term')).map(([key, value]) =>
      makeDict([
        ['key', key],
        ['value', value],
      ]),
    ),
  );
}

function subelements(runtime: Runtime, terms: readonly unknown[], options: ReadonlyMap<string, unknown>): unknown[] {
  const [elements, path, flags] = terms.length === 1 && isSequence(terms[0]) ? terms[0] : terms;
  const skip =
    isOn(options, 'skip_missing', false) ||
    (isMapping(flags) && isOn(new Map([['skip', findKey(flags, 'skip_missing')?.value]]), 'skip', false));
  const last = textOf(isSequence(path) ? path.at(-1) : textOf(path).split('.').at(-1));
  const pairs = filters.get('subelements')?.run(runtime, elements, [path, skip]) as readonly (readonly unknown[])[];
  // The element comes without the list that was taken apart.
  return pairs.map(([element, item]) =>
    tuple([isMapping(element) ? makeDict(entriesOf(element).filter(([key]) => key !== last)) : element, item]),
  );
}

function variables(runtime: Runtime, terms: readonly unknown[], options: ReadonlyMap<string, unknown>): unknown[] {
  return texts(terms).map((name) => {
    const value = runtime.variable(name);
    if (!(value instanceof Undefined)) return value;
    if (options.has('default')) return options.get('default');
    throw new Fault(`there is no variable '${name}'`, {hint: value.hint?.()});
  });
}

function variableNames(runtime: Runtime, terms: readonly unknown[]): string[] {
  const names = [...(runtime.names() ?? [])];
  return texts(terms).flatMap((pattern) => {
    const regex = pythonRegex(pattern);
    return names.filter((name) => regex.test(name));
  });
}

export const dataLookups: LookupTable = {
  items: lookup([], flattened),
  list: lookup([], (terms) => terms),
  flattened: lookup([], deepFlatten),
  indexed_items: lookup([], (terms) => flattened(terms).map((item, index) => [index, item])),
  dict: lookup([], dictItems),
  nested: lookup([], nested),
  cartesian: lookup([], (terms) => nested(terms)),
  together: lookup([], together),
  subelements: lookup(['skip_missing'], (terms, options, runtime) => subelements(runtime, terms, options)),
  sequence: lookup(['start', 'end', 'count', 'stride', 'format'], (terms, options) =>
    terms.length === 0 ? sequence(undefined, options) : terms.flatMap((term) => sequence(term, options)),
  ),
  random_choice: lookup([], (terms, _options, runtime) => {
    const all = terms.length === 1 ? flattened(terms) : terms;
    return all.length === 0 ? [] : [all[Math.floor(runtime.context.random() * all.length)]];
  }),
  inventory_hostnames: lookup([], (terms, _options, runtime) =>
    texts(terms).flatMap((pattern) => runtime.context.lookups.inventoryHostnames(pattern)),
  ),
  vars: lookup(['default'], (terms, options, runtime) => variables(runtime, terms, options)),
  varnames: lookup([], (terms, _options, runtime) => variableNames(runtime, terms)),
};

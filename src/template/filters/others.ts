/** Filters that fit nowhere else, and those that are refused with a reason. */

import {findAttribute} from '../eval/members.js';
import type {FilterDefinition} from '../eval/runtime.js';
import {Fault} from '../python/faults.js';
import {copyOf, itemsOf} from '../python/iterate.js';
import {asMapping, entriesOf, isMapping, makeDict} from '../python/mapping.js';
import {pySorted} from '../python/ordering.js';
import {Undefined} from '../python/undefined.js';
import {looseVersion} from '../python/versions.js';
import {type FilterTable, filter, flag, textOf} from './define.js';

const refused = (why: string): FilterDefinition =>
  filter('*rest, **named', () => {
    throw new Fault(why);
  });

/** `keep_keys` and `remove_keys` of ansible.utils, at any depth. */
function pruneKeys(value: unknown, matches: (key: string) => boolean): unknown {
  if (Array.isArray(value)) return copyOf(value).map((item) => pruneKeys(item, matches));
  if (!isMapping(value)) return value;
  return makeDict(
    entriesOf(value)
      .filter(([key]) => !matches(textOf(key)))
      .map(([key, item]) => [key, pruneKeys(item, matches)]),
  );
}

const keyNames = (target: unknown): ReadonlySet<string> =>
  new Set((Array.isArray(target) ? target : [target]).map(textOf));

export const otherFilters: FilterTable = {
  attr: filter('name', (input, [name], runtime) => {
    const found = isMapping(input) ? undefined : findAttribute(runtime, input, textOf(name));
    return found ? found.value : new Undefined({path: textOf(name), why: `there is no attribute '${textOf(name)}'`});
  }),
  version_sort: filter('reverse=False', (input, [reverse]) =>
    pySorted(copyOf(itemsOf(input)), (item) => looseVersion(textOf(item)), flag(reverse)),
  ),
  remove_keys: filter('target', (input, [target]) => {
    const names = keyNames(target);
    return pruneKeys(input, (key) => names.has(key));
  }),
  lists_mergeby: filter('*rest', (input, [rest]) => mergeLists(input, rest as readonly unknown[])),
  vault: refused('sealing values in a template is not supported: use the vault command'),
  unvault: refused('opening values in a template is not supported: use !vault values'),
  urlize: refused('urlize is not supported'),
  json_query: refused('json_query is not supported: use selectattr, map and combine'),
};

/** Lists of dicts merged by the value of one key. */
function mergeLists(input: unknown, rest: readonly unknown[]): unknown[] {
  const name = textOf(rest.at(-1));
  const merged = new Map<unknown, readonly (readonly [unknown, unknown])[]>();
  for (const item of [input, ...rest.slice(0, -1)].flatMap((list) => copyOf(itemsOf(list)))) {
    const entries = entriesOf(asMapping(item, 'each item'));
    const key = entries.find(([candidate]) => candidate === name)?.[1];
    if (key !== undefined) merged.set(key, [...(merged.get(key) ?? []), ...entries]);
  }
  return pySorted([...merged], ([key]) => key).map(([, entries]) => makeDict(entries));
}

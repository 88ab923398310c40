/** The undefined values that reading what is not there gives, with messages that name it in full. */
import {typeName} from '../python/kinds.js';
import {isMapping, keysOf} from '../python/mapping.js';
import {pyRepr, pyStr} from '../python/repr.js';
import {type Site, Undefined} from '../python/undefined.js';
import {suggest} from './suggest.js';

const at = (site: Site, value: Undefined): Undefined => {
  value.site = site;
  return value;
};

export const missingName = (site: Site, name: string, candidates: () => Iterable<string>): Undefined =>
  at(site, new Undefined({path: name, why: '', hint: () => suggest(name, candidates())}));

/** @param path what the object is called; undefined if it has no name, as an item of a list. */
export function missingMember(
  site: Site,
  path: string | undefined,
  suffix: string,
  object: unknown,
  key: unknown,
): Undefined {
  const size = Array.isArray(object) ? ` of ${object.length}` : '';
  const owner = path === undefined ? `a ${typeName(object)}${size}` : `'${path}' (a ${typeName(object)}${size})`;
  const what = typeof key === 'string' ? `'${key}'` : `item ${pyRepr(key)}`;
  const full = path === undefined ? pyStr(key) : path + suffix;
  return at(site, new Undefined({path: full, why: `${owner} has no ${what}`, hint: () => memberHint(object, key)}));
}

/** An inline `if` that does not hold and has no `else`: prints as nothing. */
export const noElse = (site: Site): Undefined =>
  at(site, new Undefined({path: '', why: "the condition of an inline 'if' without 'else' is false", lenient: true}));

/** How many keys a hint names. */
const mostNamed = 8;

/** The nearest key, or the keys there are. */
function memberHint(object: unknown, key: unknown): string | undefined {
  if (!isMapping(object) || typeof key !== 'string') return undefined;
  const names = keysOf(object).map(String);
  const near = suggest(key, names);
  if (near !== undefined || names.length === 0) return near ?? 'it is empty';
  const rest = names.length > mostNamed ? `, and ${names.length - mostNamed} more` : '';
  return `it has: ${names.slice(0, mostNamed).join(', ')}${rest}`;
}

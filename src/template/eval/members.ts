/** `x.name` and `x[key]`: own members and Python's methods, nothing of JavaScript's. */

import {methodOf} from '../methods/index.js';
import {momentMember} from '../methods/moments.js';
import {DateTime, TimeDelta} from '../python/datetime.js';
import {GroupTuple, isInt, PyNamespace, PyRecord, unbox} from '../python/kinds.js';
import {findKey, isMapping} from '../python/mapping.js';
import {characters} from '../python/text.js';
import type {Runtime} from './runtime.js';

/** A member in a box, so that None and missing differ. */
export interface Found {
  readonly value: unknown;
}

/** `object[key]`: an item, else (for a name) an attribute, as Jinja has it. */
export function findItem(runtime: Runtime, boxed: unknown, keyBoxed: unknown): Found | undefined {
  const object = unbox(boxed);
  const key = unbox(keyBoxed);
  const item = ownItem(object, key);
  if (item || typeof key !== 'string') return item;
  return findMethod(runtime, object, key);
}

/** `object.name`: a method or attribute, else an item. */
export function findAttribute(runtime: Runtime, boxed: unknown, name: string): Found | undefined {
  const object = unbox(boxed);
  return findMethod(runtime, object, name) ?? ownItem(object, name);
}

function ownItem(object: unknown, key: unknown): Found | undefined {
  if (Array.isArray(object)) return at(object, key);
  if (typeof object === 'string') return isIndex(key) ? at(characters(object), key) : undefined;
  return isMapping(object) ? findKey(object, key) : undefined;
}

const isIndex = (key: unknown): boolean => isInt(key) || typeof key === 'boolean';

function at(items: readonly unknown[], key: unknown): Found | undefined {
  if (!isIndex(key)) return undefined;
  const index = Number(key) < 0 ? Number(key) + items.length : Number(key);
  return index >= 0 && index < items.length ? {value: unbox(items[index])} : undefined;
}

function findMethod(runtime: Runtime, object: unknown, name: string): Found | undefined {
  if (name.startsWith('__')) return undefined;
  if (object instanceof PyNamespace) return object.members.has(name) ? {value: object.members.get(name)} : undefined;
  if (object instanceof PyRecord) return boxDefined(object.read(name));
  if (object instanceof GroupTuple && (name === 'grouper' || name === 'list')) return {value: object[name]};
  if (object instanceof DateTime || object instanceof TimeDelta) return boxDefined(momentMember(object, name));
  return boxDefined(methodOf(runtime, object, name));
}

const boxDefined = (value: unknown): Found | undefined => (value === undefined ? undefined : {value});

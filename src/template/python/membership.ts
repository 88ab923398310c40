/** Python's `in`. */
import {containsItem} from './equality.js';
import {TypeFault} from './faults.js';
import {typeName, unbox} from './kinds.js';
import {hashable, hasKey, isMapping} from './mapping.js';
import {defined, Undefined} from './undefined.js';

export function pyContains(containerBoxed: unknown, itemBoxed: unknown): boolean {
  const container = defined(unbox(containerBoxed));
  const item = defined(unbox(itemBoxed));
  if (typeof container === 'string') {
    if (typeof item !== 'string')
      throw new TypeFault(`only text can be looked for in text, not ${typeName(item)}`, {hint: 'use `| string`'});
    return container.includes(item);
  }
  if (Array.isArray(container)) return containsItem(container, item);
  if (isMapping(container)) return hasKey(container, hashable(item));
  if (container instanceof Undefined) return false;
  throw new TypeFault(`cannot look for something in ${typeName(container)}`);
}

/** Python's methods of the values an expression meets. */
import type {Runtime} from '../eval/runtime.js';
import {floatOf, isNumber, isTuple, PyFunction} from '../python/kinds.js';
import {isMapping} from '../python/mapping.js';
import {strFormat} from '../python/str_format.js';
import {dictMethods, listMethods, tupleMethods} from './containers.js';
import {bound} from './define.js';
import {strMethods} from './str.js';

/** The method bound to its object, or undefined if there is none of that name. */
export function methodOf(runtime: Runtime, object: unknown, name: string): PyFunction | undefined {
  if (typeof object === 'string') {
    if (name === 'format') return new PyFunction(name, (given) => strFormat(object, given));
    return bound(runtime, strMethods, object, name);
  }
  if (Array.isArray(object)) return bound(runtime, isTuple(object) ? tupleMethods : listMethods, object, name);
  if (isMapping(object)) return bound(runtime, dictMethods, object, name);
  if (isNumber(object) && name === 'is_integer') return new PyFunction(name, () => Number.isInteger(floatOf(object)));
  if (isNumber(object) && name === 'bit_length')
    return new PyFunction(name, () => Math.abs(floatOf(object)).toString(2).replace(/^0$/, '').length);
  return undefined;
}

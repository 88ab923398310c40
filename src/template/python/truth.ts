/** Python's truth: empty things, zero and None are false. */
import {TimeDelta} from './datetime.js';
import {LazyDict, PyFloat, PyObject} from './kinds.js';
import {isMapping, sizeOf} from './mapping.js';
import {defined, Undefined} from './undefined.js';

export function truthy(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null || value === undefined || value === '' || value === 0 || value === 0n) return false;
  if (typeof value !== 'object') return true;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof PyFloat) return value.value !== 0;
  if (value instanceof TimeDelta) return value.microseconds !== 0;
  if (value instanceof PyObject && !(value instanceof LazyDict)) {
    return !(defined(value) instanceof Undefined);
  }
  return isMapping(value) ? sizeOf(value) > 0 : true;
}

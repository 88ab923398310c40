/** Copies of variables for templates that change lists and dicts in place: the variables themselves stay as they are. */
import {isTuple, LazyDict, PyObject, tuple} from '../python/kinds.js';
import {entriesOf, isMapping, makeDict} from '../python/mapping.js';
import type {MarkSink} from '../types.js';
import {sawDeep} from './marks.js';

/** A copy is no longer the marked object, so marks count as seen when it is made. */
export function deepCopy(value: unknown, marks: MarkSink | undefined): unknown {
  if (marks) sawDeep(marks, value);
  return copy(value);
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return isTuple(value) ? tuple(value.map(copy)) : Array.from(value, copy);
  if (value instanceof PyObject || value instanceof LazyDict || !isMapping(value)) return value;
  return makeDict(entriesOf(value).map(([key, item]) => [key, copy(item)]));
}

/** What leaves an evaluation: complete values, and text. */

import {omit} from '../omit.js';
import {DateTime, TimeDelta} from '../python/datetime.js';
import {Fault, UndefinedFault} from '../python/faults.js';
import {isTuple, LazyDict, PyFloat, PyFunction, PyNamespace, PyObject, PyRecord, unbox} from '../python/kinds.js';
import {entriesOf, isMapping, type Mapping, makeDict} from '../python/mapping.js';
import {pyStr} from '../python/repr.js';
import {Undefined} from '../python/undefined.js';

/** No real value nests deeper; one that contains itself would. */
const deepest = 500;

/**
 * The value with nothing lazy or undefined left in it, tuples as lists (as Ansible 2.19 has it), `omit` members dropped.
 * Data that needs no change comes back as the same object.
 */
export function complete(boxed: unknown, depth = 0): unknown {
  const value = unbox(boxed);
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) throw new Fault('the value is nested too deeply, or contains itself');
  if (Array.isArray(value)) return completeList(value, depth);
  if (value instanceof PyObject && !(value instanceof LazyDict)) return completeObject(value);
  return isMapping(value) ? completeDict(value, depth) : value;
}

function completeList(items: readonly unknown[], depth: number): unknown {
  let changed = isTuple(items);
  const result: unknown[] = [];
  for (const item of items) {
    const finished = complete(item, depth + 1);
    changed = changed || finished !== item;
    if (finished !== omit) result.push(finished);
    else changed = true;
  }
  return changed ? result : items;
}

function completeDict(map: Mapping, depth: number): unknown {
  let changed = map instanceof LazyDict;
  const result: [unknown, unknown][] = [];
  for (const [key, item] of entriesOf(map)) {
    const finished = complete(item, depth + 1);
    changed = changed || finished !== item;
    if (finished !== omit) result.push([key, finished]);
    else changed = true;
  }
  return changed ? makeDict(result) : map;
}

function completeObject(value: PyObject): unknown {
  if (value instanceof PyFloat) return value;
  if (value instanceof Undefined) {
    if (value.lenient) return '';
    throw new UndefinedFault(value);
  }
  if (value instanceof DateTime || value instanceof TimeDelta) return value.text();
  if (value instanceof PyNamespace)
    return Object.fromEntries([...value.members].map(([name, member]) => [name, complete(member, 1)]));
  if (value instanceof PyFunction)
    throw new Fault(`the result is the function '${value.name}', not a value`, {
      hint: `call it: ${value.name}(); a key of that name is read with ['${value.name}']`,
    });
  if (value instanceof PyRecord && value.pyType === 'TemplateModule') return pyStr(value.read('__text__'));
  throw new Fault(`the result is a ${value.pyType}, which cannot leave the template`);
}

/** Several pieces of output become one text; None and `omit` leave nothing. One piece stays what it is. */
export function concat(pieces: readonly unknown[]): unknown {
  if (pieces.length <= 1) return pieces.length === 0 ? null : pieces[0];
  return pieces.map(pieceText).join('');
}

export function pieceText(piece: unknown): string {
  if (typeof piece === 'string') return piece;
  const value = complete(piece);
  return value === null || value === omit ? '' : pyStr(value);
}

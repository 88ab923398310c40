/** Python values that plain JavaScript has no form for, and how to tell the kinds of value apart. */
import {UnsafeString} from '../../yaml/types.js';
import {floatValue} from '../types.js';

/** Base of all values below, so that none of them is taken for a mapping. */
export abstract class PyObject {
  /** Python's name of the type, as `type_debug` gives it. */
  abstract readonly pyType: string;
}

/** A float without a fraction: prints as `1.0` where the int prints as `1`. Other floats are plain numbers. */
export class PyFloat extends PyObject {
  readonly pyType = 'float';
  constructor(readonly value: number) {
    super();
  }
  toJSON(): number {
    return this.value;
  }
}

/** A tuple: an array that prints as `(1, 2)` and equals no list. Make one with `tuple()`. */
export class PyTuple extends Array<unknown> {
  /** `map`, `filter` and `slice` of a tuple give plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

export function tuple(items: Iterable<unknown>): PyTuple {
  const made = new PyTuple();
  for (const item of items) made.push(item);
  return made;
}

/** What `groupby` gives: a tuple whose members also have names. */
export class GroupTuple extends PyTuple {
  get grouper(): unknown {
    return this[0];
  }
  get list(): unknown {
    return this[1];
  }
}

export interface CallArguments {
  readonly positional: readonly unknown[];
  readonly named: ReadonlyMap<string, unknown>;
}

/** A function an expression can call: a global, a method bound to its object, a macro. */
export class PyFunction extends PyObject {
  readonly pyType: string;
  constructor(
    readonly name: string,
    readonly call: (given: CallArguments) => unknown,
    /** May be given undefined values (`lookup` passes them to its plugin, macros use them lazily). */
    readonly takesUndefined = false,
    pyType = 'function',
  ) {
    super();
    this.pyType = pyType;
  }
}

/** `namespace(...)`: the one object whose attributes `{% set ns.x = ... %}` may change. */
export class PyNamespace extends PyObject {
  readonly pyType = 'Namespace';
  readonly members = new Map<string, unknown>();
}

/** An object with read-only attributes: `loop`, an imported template. */
export class PyRecord extends PyObject {
  constructor(
    override readonly pyType: string,
    readonly read: (name: string) => unknown,
    readonly call?: (given: CallArguments) => unknown,
  ) {
    super();
  }
}

/**
 * A mapping whose members come one by one (`hostvars`): a `LazyMap` bound to the evaluation that reads it.
 * `get` gives undefined for a key that is not there.
 */
export class LazyDict extends PyObject {
  readonly pyType = 'dict';
  constructor(
    readonly keys: () => readonly string[],
    readonly get: (key: string) => {readonly value: unknown} | undefined,
    readonly label: string | undefined,
  ) {
    super();
  }
}

export interface FloatBox {
  readonly [floatValue]: number;
}

const isFloatBox = (value: object): value is FloatBox =>
  floatValue in value && typeof (value as FloatBox)[floatValue] === 'number';

/** Turns the boxes that other floors use (`!unsafe` strings, floats) into values of this one. */
export function unbox(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (value instanceof UnsafeString) return value.text;
  if (!(value instanceof PyObject) && isFloatBox(value)) return toFloat(value[floatValue]);
  return value;
}

/** The Python float of a number. */
export const toFloat = (value: number): number | PyFloat => (Number.isSafeInteger(value) ? new PyFloat(value) : value);

export const isInt = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' || Number.isSafeInteger(value);

export const isFloat = (value: unknown): value is number | PyFloat =>
  value instanceof PyFloat || (typeof value === 'number' && !Number.isSafeInteger(value));

/** int, float, or bool: bools count as numbers in Python. */
export const isNumber = (value: unknown): value is number | bigint | boolean | PyFloat =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' || value instanceof PyFloat;

/** The JavaScript number of a Python one; JavaScript compares bigint and number exactly. */
export function numberOf(value: number | bigint | boolean | PyFloat): number | bigint {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value instanceof PyFloat ? value.value : value;
}

/** Equal in value, whatever the kind: 1, 1.0 and True; 2n ** 64n and its float. */
export function sameNumber(
  left: number | bigint | boolean | PyFloat,
  right: number | bigint | boolean | PyFloat,
): boolean {
  const [a, b] = [numberOf(left), numberOf(right)];
  // `===` never holds between number and bigint, `<=` compares them exactly.
  return a <= b && a >= b;
}

export const floatOf = (value: number | bigint | boolean | PyFloat): number => Number(numberOf(value));

export const isTuple = (value: unknown): value is PyTuple => value instanceof PyTuple;

export const isList = (value: unknown): value is unknown[] => Array.isArray(value);

/** An object literal or its like; instances of classes are opaque to templates. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Python's type name of a value. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (isInt(value)) return 'int';
  if (typeof value === 'number') return 'float';
  if (isTuple(value)) return 'tuple';
  if (isList(value)) return 'list';
  if (value instanceof PyObject) return value.pyType;
  if (value instanceof UnsafeString) return 'str';
  if (typeof value !== 'object') return typeof value;
  return value instanceof Map || isPlainObject(value) ? 'dict' : value.constructor.name;
}

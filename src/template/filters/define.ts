/** How filters are written down: a signature in words, and what to do. */
import {signature} from '../eval/arguments.js';
import type {FilterDefinition, Runtime} from '../eval/runtime.js';
import {TypeFault} from '../python/faults.js';
import {typeName, unbox} from '../python/kinds.js';
import {pyStr} from '../python/repr.js';
import {defined} from '../python/undefined.js';

export type FilterTable = Readonly<Record<string, FilterDefinition>>;

type Run = (input: unknown, args: readonly unknown[], runtime: Runtime) => unknown;

/** A filter; inputs and arguments that are undefined pass it by. */
export const filter = (takes: string, run: Run): FilterDefinition => ({
  takes: signature(takes),
  takesUndefined: false,
  run: (runtime, input, args) => run(unbox(input), args, runtime),
});

/** A filter that wants to see undefined values. */
export const lenientFilter = (takes: string, run: Run): FilterDefinition => ({
  ...filter(takes, run),
  takesUndefined: true,
});

/** Text of any value, as `str()` gives it. */
export const textOf = (value: unknown): string => pyStr(defined(value));

/** A value that must be text already. */
export function mustBeText(value: unknown, what = 'the input'): string {
  const plain = unbox(defined(value));
  if (typeof plain === 'string') return plain;
  throw new TypeFault(`${what} must be text, not ${typeName(plain)}`);
}

export const flag = (value: unknown): boolean => value === true || value === 1;

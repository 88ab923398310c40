/** How tests (`x is y`) are written down. */
import {signature} from '../eval/arguments.js';
import type {Runtime, TestDefinition} from '../eval/runtime.js';
import {unbox} from '../python/kinds.js';

export type TestTable = Readonly<Record<string, TestDefinition>>;

type Run = (input: unknown, args: readonly unknown[], runtime: Runtime) => boolean;

export const test = (takes: string, run: Run): TestDefinition => ({
  takes: signature(takes),
  takesUndefined: false,
  run: (runtime, input, args) => run(unbox(input), args, runtime),
});

/** A test that wants to see undefined values. */
export const lenientTest = (takes: string, run: Run): TestDefinition => ({...test(takes, run), takesUndefined: true});

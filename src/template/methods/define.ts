/** Tables of methods: a signature in words and what to do. */
import {bind, type Signature, signature} from '../eval/arguments.js';
import {attributed} from '../eval/calls.js';
import type {Runtime} from '../eval/runtime.js';
import {Fault, TypeFault} from '../python/faults.js';
import {PyFunction, typeName} from '../python/kinds.js';

export interface Method<Owner> {
  readonly takes: Signature;
  readonly run: (owner: Owner, args: readonly unknown[]) => unknown;
  /** Changes its owner. */
  readonly mutates: boolean;
}

export type MethodTable<Owner> = ReadonlyMap<string, Method<Owner>>;

type Run<Owner> = (owner: Owner, args: readonly unknown[]) => unknown;

export const method = <Owner>(takes: string, run: Run<Owner>): Method<Owner> => ({
  takes: signature(takes),
  run,
  mutates: false,
});

export const mutator = <Owner>(takes: string, run: Run<Owner>): Method<Owner> => ({
  takes: signature(takes),
  run,
  mutates: true,
});

/** A mutator that gives None. */
export const procedure = <Owner>(takes: string, run: (owner: Owner, args: readonly unknown[]) => void): Method<Owner> =>
  mutator(takes, (owner, args) => {
    run(owner, args);
    return null;
  });

/** The method as a function of its arguments, or undefined. */
export function bound<Owner>(
  runtime: Runtime,
  table: MethodTable<Owner>,
  owner: Owner,
  name: string,
): PyFunction | undefined {
  const found = table.get(name);
  if (!found) return undefined;
  return new PyFunction(
    name,
    (given) =>
      attributed(`method '${name}'`, () => {
        if (found.mutates && !runtime.mayMutate) throw new Fault(`'${name}' would change a variable in place`);
        return found.run(owner, bind(found.takes, given));
      }),
    false,
    'builtin_function_or_method',
  );
}

export function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new TypeFault(`${what} must be text, not ${typeName(value)}`);
}

export const textOrNone = (value: unknown, what: string): string | null => (value === null ? null : text(value, what));

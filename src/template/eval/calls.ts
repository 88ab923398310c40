/** Finds filters, tests and lookups by name and calls them. */
import {Fault} from '../python/faults.js';
import {itemsOf} from '../python/iterate.js';
import {type CallArguments, PyFunction, PyRecord, typeName} from '../python/kinds.js';
import {asMapping, entriesOf} from '../python/mapping.js';
import {defined, Undefined} from '../python/undefined.js';
import {shortName} from '../syntax/analyse.js';
import type {Arguments, Expression} from '../syntax/ast.js';
import {bind} from './arguments.js';
import {sawDeep} from './marks.js';
import type {FilterDefinition, LookupDefinition, Runtime, TestDefinition} from './runtime.js';
import {suggest} from './suggest.js';

export function findPlugin<Definition>(table: ReadonlyMap<string, Definition>, kind: string, name: string): Definition {
  const found = table.get(shortName(name));
  if (found) return found;
  throw new Fault(`there is no ${kind} '${name}'`, {hint: suggest(shortName(name), table.keys())});
}

/** Undefined inputs and arguments are passed on, as Ansible 2.19 does, unless the filter asks for them. */
export function invokeFilter(runtime: Runtime, name: string, input: unknown, given: CallArguments): unknown {
  const definition: FilterDefinition = findPlugin(runtime.library.filters, 'filter', name);
  const missing = definition.takesUndefined ? undefined : firstUndefined(input, given);
  if (missing) return missing;
  note(runtime, name, input, given);
  return attributed(`filter '${name}'`, () => definition.run(runtime, input, bind(definition.takes, given)));
}

export function invokeTest(runtime: Runtime, name: string, input: unknown, given: CallArguments): unknown {
  const definition: TestDefinition = findPlugin(runtime.library.tests, 'test', name);
  const missing = definition.takesUndefined ? undefined : firstUndefined(input, given);
  if (missing) return missing;
  note(runtime, name, input, given);
  return attributed(`test '${name}'`, () => definition.run(runtime, input, bind(definition.takes, given)));
}

function firstUndefined(input: unknown, given: CallArguments): Undefined | undefined {
  if (input instanceof Undefined) return input;
  for (const value of [...given.positional, ...given.named.values()]) if (value instanceof Undefined) return value;
  return undefined;
}

/** Calls a function, method or macro; an undefined argument is the result, unless the function wants to see it. */
export function invokeValue(callee: unknown, given: CallArguments, path: string): unknown {
  defined(callee);
  if (callee instanceof PyRecord && callee.call) return callee.call(given);
  if (!(callee instanceof PyFunction)) throw new Fault(`'${path}' is a ${typeName(callee)}, which cannot be called`);
  const missing = callee.takesUndefined ? undefined : firstUndefined(null, given);
  return missing ?? callee.call(given);
}

/** The values of `f(a, *list, b=c, **dict)`. */
export function evaluateArguments(args: Arguments, evaluate: (node: Expression) => unknown): CallArguments {
  const positional = args.positional.map(evaluate);
  const named = new Map(args.named.map((entry) => [entry.name, evaluate(entry.value)]));
  if (args.spread) for (const item of itemsOf(evaluate(args.spread))) positional.push(item);
  const extra = args.namedSpread ? entriesOf(asMapping(evaluate(args.namedSpread), 'what follows **')) : [];
  for (const [key, value] of extra) named.set(String(key), value);
  return {positional, named};
}

/** These look at whether there is a value, not at the value. */
const noReading: ReadonlySet<string> = new Set(['defined', 'undefined', 'default', 'd', 'mandatory', 'type_debug']);

function note(runtime: Runtime, name: string, input: unknown, given: CallArguments): void {
  const {marks} = runtime.context;
  if (!marks) return;
  if (!noReading.has(shortName(name)) || (given.positional[1] ?? given.named.get('boolean')) === true)
    sawDeep(marks, input);
  if (!noReading.has(shortName(name)))
    for (const value of [...given.positional, ...given.named.values()]) sawDeep(marks, value);
}

/** Names who complained, once. */
export function attributed<Result>(who: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (!error.attributed) {
      error.message = `${who}: ${error.message}`;
      error.attributed = true;
    }
    throw error;
  }
}

/** `lookup('name', ...)`: one result as it is, several texts joined with commas; `wantlist=True` gives the list. */
export function invokeLookup(
  runtime: Runtime,
  name: string,
  terms: readonly unknown[],
  given: ReadonlyMap<string, unknown>,
): unknown {
  const definition: LookupDefinition = findPlugin(runtime.library.lookups, 'lookup', name);
  const options = new Map(given);
  const wantList = options.get('wantlist') === true;
  const errors = String(options.get('errors') ?? 'strict');
  options.delete('wantlist');
  options.delete('errors');
  const results = guarded(runtime, errors, name, () =>
    attributed(`lookup '${name}'`, () => definition.run(runtime, terms, options)),
  );
  if (results === undefined) return wantList ? [] : null;
  if (wantList || results.length === 0) return [...results];
  if (results.length === 1) return results[0];
  return results.every((item) => typeof item === 'string') ? results.join(',') : [...results];
}

function guarded(
  runtime: Runtime,
  errors: string,
  name: string,
  run: () => readonly unknown[],
): readonly unknown[] | undefined {
  if (errors === 'strict') return run();
  if (errors !== 'warn' && errors !== 'ignore')
    throw new Fault(`lookup '${name}': errors must be strict, warn or ignore, not '${errors}'`);
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (errors === 'warn') runtime.context.warn(`${error.message} (ignored)`);
    return undefined;
  }
}

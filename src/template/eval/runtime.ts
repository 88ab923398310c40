/** What filters, tests, lookups and methods may ask of the evaluation that calls them. */

import type {VaultString} from '../../yaml/types.js';
import type {CallArguments, PyFunction} from '../python/kinds.js';
import type {Compiled} from '../syntax/ast.js';
import type {TextKind} from '../syntax/compile.js';
import type {ParseYaml, TemplateContext} from '../types.js';
import type {Signature} from './arguments.js';
import type {World} from './world.js';

export interface Runtime {
  readonly context: TemplateContext;
  readonly library: Library;
  /** Methods like `append` may be called: variables were copied when they were read. */
  readonly mayMutate: boolean;
  /** The template file being rendered, if it is one. */
  readonly file: string | undefined;
  /** `object[key]`, undefined members included; notes marks. */
  item(object: unknown, key: unknown): unknown;
  /** `object.name` */
  attribute(object: unknown, name: string): unknown;
  /** Calls a filter by name, as `map('upper')` does. */
  filter(name: string, input: unknown, given: CallArguments): unknown;
  test(name: string, input: unknown, given: CallArguments): boolean;
  lookup(name: string, terms: readonly unknown[], options: ReadonlyMap<string, unknown>): unknown;
  /** A variable by name, as an expression would read it. */
  variable(name: string): unknown;
  /** Names of all variables, where the caller can tell. */
  names(): Iterable<string> | undefined;
  /** Renders text with the present variables, and some more on top. */
  render(text: string, kind: TextKind, extra?: ReadonlyMap<string, unknown>, file?: string): unknown;
  /** Once for each place and message. */
  warnOnce(message: string): void;
}

export interface FilterDefinition {
  readonly takes: Signature;
  /** Wants to see undefined inputs and arguments; others pass them on. */
  readonly takesUndefined: boolean;
  readonly run: (runtime: Runtime, input: unknown, args: readonly unknown[]) => unknown;
}

export interface TestDefinition {
  readonly takes: Signature;
  readonly takesUndefined: boolean;
  readonly run: (runtime: Runtime, input: unknown, args: readonly unknown[]) => boolean;
}

export interface LookupDefinition {
  readonly run: (
    runtime: Runtime,
    terms: readonly unknown[],
    options: ReadonlyMap<string, unknown>,
  ) => readonly unknown[];
}

export interface EvaluateOptions {
  /** Names on top of the variables. */
  readonly extra?: ReadonlyMap<string, unknown> | undefined;
  /** String constants that look like templates are rendered (conditions), with a warning. */
  readonly renderConstants?: boolean;
}

/** Everything an engine has that does not change from one evaluation to the next. */
export interface Library {
  readonly filters: ReadonlyMap<string, FilterDefinition>;
  readonly tests: ReadonlyMap<string, TestDefinition>;
  readonly lookups: ReadonlyMap<string, LookupDefinition>;
  readonly globals: (runtime: Runtime) => ReadonlyMap<string, PyFunction>;
  readonly parseYaml: ParseYaml;
  readonly unseal: ((sealed: VaultString) => string) | undefined;
  compile(text: string, kind: TextKind): Compiled;
  /** Value of a compiled template: may be lazy or undefined. */
  evaluate(world: World, compiled: Compiled, options?: EvaluateOptions): unknown;
  /** Whether this was said before; remembers it. */
  alreadySaid(message: string): boolean;
}

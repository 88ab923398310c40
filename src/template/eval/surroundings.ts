/** What an evaluation offers to the filters, tests, lookups and methods it calls. */
import type {CallArguments} from '../python/kinds.js';
import {truthy} from '../python/truth.js';
import {defined, type Site, Undefined} from '../python/undefined.js';
import type {Compiled} from '../syntax/ast.js';
import type {TextKind} from '../syntax/compile.js';
import {invokeFilter, invokeLookup, invokeTest} from './calls.js';
import {sawDeep, sawShallow} from './marks.js';
import {findAttribute, findItem} from './members.js';
import {missingMember, missingName} from './missing.js';
import {keySuffix} from './paths.js';
import type {Library, Runtime} from './runtime.js';
import {readVariable, variableNames} from './variables.js';
import {deeper, type World} from './world.js';

export abstract class Surroundings implements Runtime {
  readonly context: World['context'];
  readonly library: Library;
  readonly mayMutate: boolean;
  readonly file: string | undefined;
  /** Where in the text the present step stands, for messages. */
  at = 0;

  constructor(
    readonly world: World,
    readonly compiled: Compiled,
  ) {
    this.context = world.context;
    this.library = world.library;
    this.file = world.file;
    this.mayMutate = compiled.mutates;
  }

  /** Where the present step stands. */
  get site(): Site {
    return {text: this.compiled.text, offset: this.at};
  }

  /** Notes marks of values that are read as a whole. */
  saw(...values: readonly unknown[]): void {
    if (this.context.marks) for (const value of values) sawDeep(this.context.marks, value);
  }

  sawMember(object: unknown): void {
    if (this.context.marks) sawShallow(this.context.marks, object);
  }

  item(object: unknown, key: unknown): unknown {
    if (object instanceof Undefined) return object.member(keySuffix(key));
    this.sawMember(object);
    const found = findItem(this, object, key);
    return found ? found.value : missingMember(this.site, undefined, '', object, key);
  }

  attribute(object: unknown, name: string): unknown {
    if (object instanceof Undefined) return object.member(`.${name}`);
    this.sawMember(object);
    const found = findAttribute(this, object, name);
    return found ? found.value : missingMember(this.site, undefined, '', object, name);
  }

  filter(name: string, input: unknown, given: CallArguments): unknown {
    return invokeFilter(this, name, input, given);
  }

  test(name: string, input: unknown, given: CallArguments): boolean {
    return truthy(invokeTest(this, name, input, given));
  }

  lookup(name: string, terms: readonly unknown[], options: ReadonlyMap<string, unknown>): unknown {
    return invokeLookup(this, name, terms, options);
  }

  variable(name: string): unknown {
    const found = readVariable(this.world, name);
    return found ? found.value : missingName(this.site, name, () => variableNames(this.world.variables));
  }

  names(): Iterable<string> | undefined {
    return this.world.variables.names?.();
  }

  render(text: string, kind: TextKind, extra?: ReadonlyMap<string, unknown>, file?: string): unknown {
    const world = {...deeper(this.world, file ?? 'a text'), file: file ?? this.file};
    return defined(this.library.evaluate(world, this.library.compile(text, kind), {extra}));
  }

  warnOnce(message: string): void {
    if (!this.library.alreadySaid(message)) this.context.warn(message);
  }
}

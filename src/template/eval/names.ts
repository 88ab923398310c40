/** Names in a template: its own, variables, then what the language gives. */
import {omit} from '../omit.js';
import type {PyFunction} from '../python/kinds.js';
import {deepCopy} from './copy.js';
import type {Found} from './members.js';
import type {Runtime} from './runtime.js';
import type {Scope} from './scope.js';
import {readVariable, variableNames} from './variables.js';
import type {World} from './world.js';

export class Names {
  /** A template reads each variable once: a random one is the same throughout, a changed list stays changed. */
  readonly #resolved = new Map<string, Found>();
  #globals: ReadonlyMap<string, PyFunction> | undefined;

  constructor(
    readonly runtime: Runtime,
    readonly world: World,
  ) {}

  find(name: string, scope: Scope): Found | undefined {
    return scope.find(name) ?? this.#variable(name) ?? this.#global(name);
  }

  #variable(name: string): Found | undefined {
    const known = this.#resolved.get(name);
    if (known) return known;
    const found = readVariable(this.world, name);
    if (!found) return undefined;
    const {marks} = this.world.context;
    const kept = this.runtime.mayMutate ? {value: deepCopy(found.value, marks)} : found;
    this.#resolved.set(name, kept);
    return kept;
  }

  #global(name: string): Found | undefined {
    if (name === 'omit') return {value: omit};
    this.#globals ??= this.world.library.globals(this.runtime);
    const value = this.#globals.get(name);
    return value && {value};
  }

  /** All names there are, for "did you mean". */
  *all(): Iterable<string> {
    yield* variableNames(this.world.variables);
    yield* this.#globals?.keys() ?? [];
  }
}

/** Names a template sets itself: by `set`, `for`, `with`, as macros and their parameters. */

export class Scope {
  readonly #names = new Map<string, unknown>();
  constructor(readonly parent?: Scope) {}

  /** The value in a box, or undefined. */
  find(name: string): {readonly value: unknown} | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent)
      if (scope.#names.has(name)) return {value: scope.#names.get(name)};
    return undefined;
  }

  set(name: string, value: unknown): void {
    this.#names.set(name, value);
  }

  /** Names set in this very scope, not in one around it. */
  own(): ReadonlyMap<string, unknown> {
    return this.#names;
  }
}

/** Remembers a bounded number of things; the longest unused one goes first. */
export class Cache<Value> {
  readonly #entries = new Map<string, Value>();
  constructor(readonly limit: number) {}

  get(key: string, make: () => Value): Value {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      // A Map keeps the order of insertion: put it at the end again, but only now and then, since that costs time.
      if (this.#entries.size > this.limit / 2) {
        this.#entries.delete(key);
        this.#entries.set(key, known);
      }
      return known;
    }
    const made = make();
    if (this.#entries.size >= this.limit) this.#entries.delete(this.#entries.keys().next().value ?? '');
    this.#entries.set(key, made);
    return made;
  }

  get size(): number {
    return this.#entries.size;
  }
}

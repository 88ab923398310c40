import {inspect} from 'node:util';

/** A string that must never be shown: every way of printing it gives `***`. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The only way to the value; for bytes that go to a host's stdin or into a file there. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '***';
  }
  toJSON(): string {
    return '***';
  }
  [inspect.custom](): string {
    return '***';
  }
}

/** Values shorter than this are not masked: masking "a" would blank whole logs and hide nothing. */
const shortestMasked = 4;

/** A secret as it may come back in others' words: as it is, in a URL, in JSON, in base64. */
function formsOf(text: string): string[] {
  if (text.length > longestEncoded) return [text];
  const inUrl = encodable(text) ? encodeURIComponent(text) : text;
  const strict = inUrl.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  const bytes = Buffer.from(text);
  return [
    text,
    inUrl,
    strict,
    JSON.stringify(text).slice(1, -1),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ];
}

/** Half a surrogate pair has no bytes in UTF-8. */
const encodable = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** Keys and certificates are masked line by line, and nobody puts them into a URL. */
const longestEncoded = 1024;

/** Replaces known secret values in text by `***`; one for each run, filled as secrets become known. */
export class Masker {
  readonly #values = new Set<string>();

  add(value: string | Secret): void {
    const text = value instanceof Secret ? value.reveal() : value;
    if (text.length >= shortestMasked) for (const form of formsOf(text)) this.#values.add(form);
    // A diff or a message may show a secret of several lines line by line.
    for (const line of text.split('\n')) if (line.trim().length >= 8) this.#values.add(line.trim());
  }

  mask(text: string): string {
    let masked = text;
    for (const value of [...this.#values].sort((a, b) => b.length - a.length)) masked = masked.replaceAll(value, '***');
    return masked;
  }

  /** A copy of plain data with every string in it masked, keys too. */
  maskData<T>(data: T): T {
    return this.#values.size === 0 ? data : (this.#copy(data) as T);
  }

  #copy(data: unknown): unknown {
    if (typeof data === 'string') return this.mask(data);
    if (Array.isArray(data)) return data.map((item) => this.#copy(item));
    if (data instanceof Secret) return '***';
    if (data === null || typeof data !== 'object') return data;
    if (Object.getPrototypeOf(data) !== Object.prototype && Object.getPrototypeOf(data) !== null) return data;
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [this.mask(key), this.#copy(value)]));
  }
}

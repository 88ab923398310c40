/** Python literals, as `ast.literal_eval` reads them: the types of values in INI inventories. */
import {YamlFloat} from '../yaml/index.js';

class NoLiteral extends Error {}

const numberPattern =
  /^(?:[-+] *)?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][-+]?\d(?:_?\d)*)?|\d(?:_?\d)*\.?(?:[eE][-+]?\d(?:_?\d)*)?)/;
const names = new Map<string, unknown>([
  ['True', true],
  ['False', false],
  ['None', null],
]);
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

class LiteralReader {
  #at = 0;
  constructor(private readonly text: string) {}

  read(): unknown {
    const value = this.#value();
    // A comma makes a tuple, with or without brackets around it: `1,2`.
    const items = [value];
    let isTuple = false;
    while (this.#isNext(',')) {
      isTuple = true;
      this.#space();
      if (this.#at < this.text.length) items.push(this.#value());
    }
    if (this.#at < this.text.length) throw new NoLiteral();
    return isTuple ? items : value;
  }

  #space(): void {
    while (/\s/.test(this.text.charAt(this.#at))) this.#at++;
    if (this.text.charAt(this.#at) === '#') this.#at = this.text.length;
  }

  #take(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.text.slice(this.#at))?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #isNext(character: string): boolean {
    this.#space();
    if (this.text.charAt(this.#at) !== character) return false;
    this.#at++;
    return true;
  }

  #value(): unknown {
    this.#space();
    const next = this.text.charAt(this.#at);
    if (next === '[') return this.#items('[', ']').items;
    if (next === '(') {
      const {items, hasComma} = this.#items('(', ')');
      return items.length === 1 && !hasComma ? items[0] : items;
    }
    if (next === '{') return this.#braces();
    if (/^[ruRU]?["']/.test(this.text.slice(this.#at, this.#at + 2))) return this.#strings();
    const name = this.#take(/^[A-Za-z_]\w*/);
    if (name !== undefined) {
      if (!names.has(name)) throw new NoLiteral();
      return names.get(name);
    }
    return this.#number();
  }

  #number(): unknown {
    const text = this.#take(numberPattern)?.replace(/[_ ]/g, '');
    if (text === undefined) throw new NoLiteral();
    const digits = text.replace(/^[-+]/, '');
    if (/^0\d/.test(digits) && /[1-9]/.test(digits) && !/[.eE]/.test(digits)) throw new NoLiteral();
    const sign = text.startsWith('-') ? -1 : 1;
    if (/[.eE]/.test(digits) && !/^0[xX]/.test(digits)) {
      const value = sign * Number(digits);
      return Number.isInteger(value) ? new YamlFloat(value) : value;
    }
    const value = sign * Number(/^0+$/.test(digits) ? '0' : digits);
    return Number.isSafeInteger(value) ? value : BigInt(digits) * BigInt(sign);
  }

  #items(open: string, close: string): {items: unknown[]; hasComma: boolean} {
    this.#isNext(open);
    const items: unknown[] = [];
    let hasComma = false;
    while (!this.#isNext(close)) {
      items.push(this.#value());
      if (this.#isNext(close)) break;
      if (!this.#isNext(',')) throw new NoLiteral();
      hasComma = true;
    }
    return {items, hasComma};
  }

  /** A dict; a set comes back as a list. */
  #braces(): unknown {
    this.#isNext('{');
    const pairs: [string, unknown][] = [];
    const members: unknown[] = [];
    while (!this.#isNext('}')) {
      const key = this.#value();
      if (this.#isNext(':')) pairs.push([key === null ? 'None' : String(key), this.#value()]);
      else members.push(key);
      if (this.#isNext('}')) break;
      if (!this.#isNext(',')) throw new NoLiteral();
    }
    if (members.length > 0 && pairs.length > 0) throw new NoLiteral();
    return members.length > 0 ? members : Object.fromEntries(pairs);
  }

  /** Strings that follow one another are one string, as in Python. */
  #strings(): string {
    let whole = '';
    for (;;) {
      this.#space();
      const opening = this.#take(/^[ruRU]?(?:"""|'''|"|')/);
      if (opening === undefined) return whole;
      whole += this.#stringUpTo(opening.replace(/^[ru]/i, ''), /^r/i.test(opening));
    }
  }

  #stringUpTo(quote: string, isRaw: boolean): string {
    let value = '';
    while (!this.text.startsWith(quote, this.#at)) {
      const character = this.text.charAt(this.#at);
      if (character === '' || (character === '\n' && quote.length === 1)) throw new NoLiteral();
      this.#at++;
      if (character !== '\\') value += character;
      else value += isRaw ? `\\${this.text.charAt(this.#at++)}` : this.#escape();
    }
    this.#at += quote.length;
    return value;
  }

  #escape(): string {
    const code = this.#take(/^(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/);
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    const character = this.text.charAt(this.#at++);
    return escapes[character] ?? `\\${character}`;
  }
}

/** The value of a Python literal, or the text itself if it is none: `5` is a number, `yes` a string, `[1]` a list. */
export function literalOr(text: string): unknown {
  if (text.trim() === '' || /^\s/.test(text)) return text;
  try {
    return new LiteralReader(text).read();
  } catch (error) {
    if (error instanceof NoLiteral || error instanceof RangeError) return text;
    throw error;
  }
}

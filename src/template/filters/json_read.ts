/** JSON as Python's `json.loads` reads it: 1.0 stays a float, integers have no bounds, keys keep their order. */
import {Fault} from '../python/faults.js';
import {toFloat} from '../python/kinds.js';
import {makeDict} from '../python/mapping.js';
import {toInt} from '../python/numbers.js';

const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const string = /"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"/y;
const words: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);
const word = /true|false|null|NaN|-?Infinity/y;

const deepest = 500;

export function readJson(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.skip();
  if (reader.at < text.length) throw reader.fault('nothing more');
  return value;
}

class Reader {
  at = 0;
  constructor(readonly text: string) {}

  fault(wanted: string): Fault {
    const before = this.text.slice(0, this.at);
    const line = before.split('\n').length;
    const column = this.at - before.lastIndexOf('\n');
    const found = this.at < this.text.length ? `'${this.text[this.at]}'` : 'the end';
    return new Fault(`not JSON: ${wanted} expected at line ${line}, column ${column}, not ${found}`);
  }

  skip(): void {
    this.#match(space);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at = pattern.lastIndex;
    return match;
  }

  #take(character: string): boolean {
    this.skip();
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  value(depth: number): unknown {
    if (depth > deepest) throw new Fault('not JSON: it is nested too deeply');
    this.skip();
    const first = this.text[this.at];
    if (first === '{') return this.#object(depth);
    if (first === '[') return this.#array(depth);
    if (first === '"') return this.#string();
    const named = this.#match(word);
    if (named) return words.get(named[0]);
    const digits = this.#match(number);
    if (!digits || digits[0] === '') throw this.fault('a value');
    return digits[1] === undefined && digits[2] === undefined ? toInt(BigInt(digits[0])) : toFloat(Number(digits[0]));
  }

  #string(): string {
    this.skip();
    const match = this.#match(string);
    if (!match) throw this.fault('a string');
    return String(JSON.parse(match[0]));
  }

  #array(depth: number): unknown[] {
    this.at++;
    const items: unknown[] = [];
    if (this.#take(']')) return items;
    do items.push(this.value(depth + 1));
    while (this.#take(','));
    if (!this.#take(']')) throw this.fault("',' or ']'");
    return items;
  }

  #object(depth: number): unknown {
    this.at++;
    const entries: [string, unknown][] = [];
    if (this.#take('}')) return makeDict(entries);
    do {
      const key = this.#string();
      if (!this.#take(':')) throw this.fault("':'");
      entries.push([key, this.value(depth + 1)]);
    } while (this.#take(','));
    if (!this.#take('}')) throw this.fault("',' or '}'");
    return makeDict(entries);
  }
}

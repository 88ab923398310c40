/** Python's `str()` and `repr()`. */
import {DateTime, TimeDelta} from './datetime.js';
import {isNumber, isTuple, LazyDict, PyFunction, PyNamespace, PyObject, unbox} from './kinds.js';
import {entriesOf, isMapping} from './mapping.js';
import {numberText} from './numbers.js';
import {defined, Undefined} from './undefined.js';

/** Deeper structures are printed as `...`: no real data nests so deep, but data can be made to. */
const deepest = 200;

/** `str(value)`; an undefined value throws. */
export function pyStr(boxed: unknown): string {
  const value = unbox(boxed);
  return typeof value === 'string' ? value : pyRepr(value);
}

export function pyRepr(boxed: unknown, depth = 0): string {
  const value = unbox(boxed);
  if (typeof value === 'string') return quoteText(value);
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (isNumber(value)) return numberText(value);
  if (depth > deepest) return '...';
  if (Array.isArray(value)) return listRepr(value, depth);
  if (isMapping(value)) return dictRepr(value, depth);
  if (value instanceof DateTime || value instanceof TimeDelta) return depth === 0 ? value.text() : value.repr();
  return objectRepr(value);
}

function listRepr(items: readonly unknown[], depth: number): string {
  const inner = Array.from(items, (item) => pyRepr(item, depth + 1)).join(', ');
  if (!isTuple(items)) return `[${inner}]`;
  return items.length === 1 ? `(${inner},)` : `(${inner})`;
}

function dictRepr(map: Parameters<typeof entriesOf>[0], depth: number): string {
  const inner = entriesOf(map).map(([key, value]) => `${pyRepr(key, depth + 1)}: ${pyRepr(value, depth + 1)}`);
  return `{${inner.join(', ')}}`;
}

function objectRepr(value: unknown): string {
  if (defined(value) instanceof Undefined) return '';
  if (typeof value === 'symbol') return '<omitted>';
  if (value instanceof PyFunction) return `<function ${value.name}>`;
  if (value instanceof PyNamespace) return `<Namespace ${pyRepr(Object.fromEntries(value.members), 1)}>`;
  if (value instanceof LazyDict) return dictRepr(value, 0);
  return value instanceof PyObject ? `<${value.pyType}>` : String(value);
}

const shortEscapes: Readonly<Record<string, string>> = {'\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\'};

/** A string as Python shows it: single quotes, unless only double quotes save an escape. */
export function quoteText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const character of text)
    out += character === quote ? `\\${quote}` : (shortEscapes[character] ?? escapeUnprintable(character));
  return out + quote;
}

const unprintable = /^[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}]$/u;

function escapeUnprintable(character: string): string {
  if (character === ' ' || (character >= '!' && character <= '~') || !unprintable.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** JSON as Python's `json.dumps` writes it. */

import {DateTime, TimeDelta} from '../python/datetime.js';
import {Fault} from '../python/faults.js';
import {floatOf, isFloat, isNumber, typeName, unbox} from '../python/kinds.js';
import {entriesOf, isMapping} from '../python/mapping.js';
import {floatText, numberText} from '../python/numbers.js';
import {compareText} from '../python/ordering.js';
import {defined, Undefined} from '../python/undefined.js';

export interface JsonStyle {
  /** Blanks (or text) for each level; undefined for one line. */
  readonly indent: string | undefined;
  readonly sortKeys: boolean;
  /** Characters beyond ASCII as `\uXXXX`. */
  readonly ascii: boolean;
  readonly itemSeparator: string;
  readonly keySeparator: string;
}

const deepest = 500;

export function writeJson(boxed: unknown, style: JsonStyle, depth = 0): string {
  const value = defined(unbox(boxed));
  if (typeof value === 'string') return jsonString(value, style.ascii);
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (isNumber(value)) return jsonNumber(value);
  if (value instanceof DateTime) return jsonString(value.text('T'), style.ascii);
  if (depth > deepest) throw new Fault('the value is nested too deeply');
  if (Array.isArray(value))
    return brackets(
      '[]',
      Array.from(value, (item) => writeJson(item, style, depth + 1)),
      style,
      depth,
    );
  if (isMapping(value)) return brackets('{}', members(value, style, depth), style, depth);
  if (value instanceof Undefined || value instanceof TimeDelta) return jsonString('', style.ascii);
  throw new Fault(`a ${typeName(value)} cannot be written as JSON`);
}

function jsonNumber(value: unknown): string {
  if (!isFloat(value)) return String(value);
  const number = floatOf(value);
  if (Number.isNaN(number)) return 'NaN';
  return Number.isFinite(number) ? floatText(number) : number > 0 ? 'Infinity' : '-Infinity';
}

function members(map: Parameters<typeof entriesOf>[0], style: JsonStyle, depth: number): string[] {
  const entries = entriesOf(map).map(([key, value]) => ({key: keyText(key), value}));
  if (style.sortKeys) entries.sort((a, b) => compareText(a.key, b.key));
  return entries.map(
    ({key, value}) => `${jsonString(key, style.ascii)}${style.keySeparator}${writeJson(value, style, depth + 1)}`,
  );
}

function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  if (typeof key === 'boolean') return String(key);
  if (isNumber(key)) return numberText(key);
  throw new Fault(`a ${typeName(key)} cannot be a key in JSON`);
}

function brackets(pair: '[]' | '{}', parts: readonly string[], style: JsonStyle, depth: number): string {
  const [open, close] = [pair[0], pair[1]];
  if (parts.length === 0) return pair;
  if (style.indent === undefined) return open + parts.join(style.itemSeparator) + close;
  const line = `\n${style.indent.repeat(depth + 1)}`;
  return `${open}${line}${parts.join(style.itemSeparator + line)}\n${style.indent.repeat(depth)}${close}`;
}

const short: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

export function jsonString(text: string, ascii: boolean): string {
  const special = ascii ? /["\\]|[^ -~]/g : /["\\\x00-\x1f]/g;
  return `"${text.replace(special, (unit) => short[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

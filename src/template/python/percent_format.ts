/** Python's `'%s is %d' % (a, b)`; also the `format` filter. */
import {Fault, TypeFault} from './faults.js';
import {checkWidth, floatDigits, wholeDigits} from './format_number.js';
import {floatOf, isNumber, isTuple, typeName} from './kinds.js';
import {findKey, isMapping} from './mapping.js';
import {pyRepr, pyStr} from './repr.js';
import {textBetween, textLength} from './text.js';
import {defined} from './undefined.js';

const directive = /%(?:\(([^)]*)\))?([#0\- +]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?([diouxXeEfFgGcrsa%])?/g;

/** Takes the values one by one. */
class Values {
  #next = 0;
  constructor(readonly items: readonly unknown[]) {}
  take(): unknown {
    if (this.#next >= this.items.length) throw new TypeFault('not enough values for the format');
    return defined(this.items[this.#next++]);
  }
  get unused(): boolean {
    return this.#next < this.items.length;
  }
}

export function percentFormat(format: string, given: unknown): string {
  const values = new Values(isTuple(given) ? given : [given]);
  let named = false;
  const result = format.replace(
    directive,
    (whole: string, key?: string, flags = '', width?: string, precision?: string, code?: string) => {
      if (code === undefined) throw new Fault(`'${whole}' is not a complete format`);
      if (code === '%') return '%';
      named = named || key !== undefined;
      const size = width === '*' ? Number(values.take()) : Number(width ?? 0);
      const exact =
        precision === '*'
          ? Number(values.take())
          : precision === undefined
            ? whole.includes('.')
              ? 0
              : undefined
            : Number(precision);
      const value = key === undefined ? values.take() : namedValue(given, key);
      return pad(convert(value, code, flags, exact), checkWidth(size), flags, code);
    },
  );
  if (!named && values.unused && !isMapping(given) && !(Array.isArray(given) && !isTuple(given)))
    throw new TypeFault('not all values were used by the format');
  return result;
}

function namedValue(given: unknown, key: string): unknown {
  if (!isMapping(given)) throw new TypeFault('a format with names needs a dict');
  const found = findKey(given, key);
  if (!found) throw new Fault(`the format names '${key}', which the dict does not have`);
  return defined(found.value);
}

function convert(value: unknown, code: string, flags: string, precision: number | undefined): string {
  if ('sra'.includes(code)) {
    const text = code === 's' ? pyStr(value) : pyRepr(value);
    return precision === undefined ? text : textBetween(text, 0, Math.min(precision, textLength(text)));
  }
  if (code === 'c') return typeof value === 'number' ? String.fromCodePoint(value) : pyStr(value);
  if (!isNumber(value)) throw new TypeFault(`'%${code}' needs a number, not ${typeName(value)}`);
  return signed(
    'diouxX'.includes(code)
      ? whole(value, code, flags, precision)
      : float(floatOf(value), code, precision, flags.includes('#')),
    flags,
  );
}

const signed = (text: string, flags: string): string =>
  text.startsWith('-') ? text : flags.includes('+') ? `+${text}` : flags.includes(' ') ? ` ${text}` : text;

function whole(value: unknown, code: string, flags: string, precision: number | undefined): string {
  const base = code === 'o' ? 8 : code.toLowerCase() === 'x' ? 16 : 10;
  const text = wholeDigits(value, base, `%${code}`);
  const digits = text.replace(/^-/, '').padStart(precision ?? 0, '0');
  const prefix = !flags.includes('#') || base === 10 ? '' : base === 8 ? '0o' : '0x';
  const full = `${text.startsWith('-') ? '-' : ''}${prefix}${digits}`;
  return code === 'X' ? full.toUpperCase() : full;
}

function float(value: number, code: string, precision: number | undefined, alternate: boolean): string {
  const text = floatDigits(Math.abs(value), code, precision ?? 6, alternate);
  const full = value < 0 || Object.is(value, -0) ? `-${text}` : text;
  return code === code.toUpperCase() ? full.toUpperCase() : full;
}

function pad(text: string, width: number, flags: string, code: string): string {
  const missing = width - textLength(text);
  if (missing <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  if (!flags.includes('0') || 'srac'.includes(code)) return ' '.repeat(missing) + text;
  const sign = /^[+\- ]?(0[xXo])?/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

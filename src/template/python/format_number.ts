/** How `%d`, `%.2f`, `{:>8,}` write numbers: the part both of Python's formatting languages share. */
import {Fault} from './faults.js';
import {floatOf, isFloat, isNumber, type PyFloat, typeName} from './kinds.js';
import {fixedHalfEven} from './numbers.js';

export type AnyNumber = number | bigint | boolean | PyFloat;

/** Widths and precisions beyond this are a mistake. */
const widest = 100_000;

export function checkWidth(value: number): number {
  if (value > widest) throw new Fault(`a width of ${value} is too large`);
  return value;
}

/** `%d`: the whole part of a number. */
export function wholeDigits(value: unknown, base: 2 | 8 | 10 | 16, code: string): string {
  if (!isNumber(value)) throw new Fault(`'${code}' needs a number, not ${typeName(value)}`);
  if (!isFloat(value)) return (typeof value === 'bigint' ? value : BigInt(Number(value))).toString(base);
  if (base !== 10) throw new Fault(`'${code}' needs an integer, not a float`);
  return BigInt(Math.trunc(floatOf(value))).toString();
}

/** `f`, `e`, `g` and `%` without sign. */
export function floatDigits(value: number, code: string, precision: number, alternate = false): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return 'inf';
  const digits = Math.min(precision, 100);
  switch (code.toLowerCase()) {
    case 'e':
      return exponentForm(value, digits, alternate);
    case 'g':
      return generalForm(value, Math.max(1, digits), alternate);
    default:
      return withPoint(fixed(value, digits), alternate);
  }
}

/** `toFixed` switches to an exponent at 1e21. */
const fixed = (value: number, digits: number): string =>
  value >= 1e21 ? `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}` : fixedHalfEven(value, digits);

/** `toExponential`, but exact ties go to the even digit. */
function exponentialHalfEven(value: number, digits: number): string {
  const up = value.toExponential(digits);
  const [mantissa = '', exponent = '0'] = value.toExponential(Math.min(100, digits + 60)).split('e');
  const all = mantissa.replace('.', '');
  const isTie = /^50*$/.test(all.slice(digits + 1));
  if (!isTie || Number(all[digits]) % 2 !== 0) return up;
  return `${all[0]}${digits > 0 ? `.${all.slice(1, digits + 1)}` : ''}e${exponent}`;
}

/** `#` keeps the point though no digit follows it. */
const withPoint = (text: string, alternate: boolean): string => (alternate && !text.includes('.') ? `${text}.` : text);

function exponentForm(value: number, digits: number, alternate: boolean): string {
  const [mantissa = '', exponent = '0'] = exponentialHalfEven(value, digits).split('e');
  const sign = exponent.startsWith('-') ? '-' : '+';
  return `${withPoint(mantissa, alternate)}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
}

function generalForm(value: number, significant: number, alternate: boolean): string {
  const trim = alternate ? (text: string): string => withPoint(text, true) : trimZeros;
  if (value === 0) return trim((0).toFixed(significant - 1));
  const exponent = Number(value.toExponential(significant - 1).split('e')[1] ?? '0');
  if (exponent < -4 || exponent >= significant) {
    const [mantissa = '', tail = ''] = exponentForm(value, significant - 1, alternate).split('e');
    return `${trim(mantissa)}e${tail}`;
  }
  return trim(fixed(value, significant - 1 - exponent));
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** Thousands marked off: `1234567.5` -> `1,234,567.5`; other bases in groups of four. */
export function group(digits: string, mark: string, size = 3): string {
  const [whole = '', ...rest] = digits.split('.');
  const inner = new RegExp(`\\B(?=([0-9a-f]{${size}})+$)`, 'gi');
  return [whole.replace(inner, mark), ...rest].join('.');
}

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

/** `f`, `e`, `g` and `%` without sign; `alternate` keeps the point of `#`. */
export function floatDigits(value: number, code: string, precision: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return 'inf';
  const digits = Math.min(precision, 100);
  switch (code.toLowerCase()) {
    case 'e':
      return exponentForm(value, digits);
    case 'g':
      return generalForm(value, Math.max(1, digits));
    default:
      return fixed(value, digits);
  }
}

/** `toFixed` switches to an exponent at 1e21. */
const fixed = (value: number, digits: number): string =>
  value >= 1e21 ? `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}` : fixedHalfEven(value, digits);

function exponentForm(value: number, digits: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(digits).split('e');
  const sign = exponent.startsWith('-') ? '-' : '+';
  return `${mantissa}e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`;
}

function generalForm(value: number, significant: number): string {
  if (value === 0) return '0';
  const exponent = Number(value.toExponential(significant - 1).split('e')[1] ?? '0');
  if (exponent < -4 || exponent >= significant) {
    const [mantissa = '', tail = ''] = exponentForm(value, significant - 1).split('e');
    return `${trimZeros(mantissa)}e${tail}`;
  }
  return trimZeros(fixed(value, significant - 1 - exponent));
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** Thousands marked off: `1234567.5` -> `1,234,567.5`. */
export function group(digits: string, mark: string): string {
  const [whole = '', ...rest] = digits.split('.');
  return [whole.replace(/\B(?=(\d{3})+$)/g, mark), ...rest].join('.');
}

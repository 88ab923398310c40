/** Python's numbers: ints without bounds, floats that print as Python prints them, `int()` and `float()`. */
import {Fault} from './faults.js';
import {floatOf, isFloat, isInt, isNumber, type PyFloat, typeName} from './kinds.js';

export type PyNumber = number | bigint | PyFloat;

/** An int from an exact bigint: small ones are plain numbers. */
export const toInt = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;

/** An int from a whole JavaScript number. */
export const wholeToInt = (value: number): number | bigint =>
  Number.isSafeInteger(value) ? value + 0 : toInt(BigInt(value));

/** Python's repr of a float: shortest digits, exponent from 1e16 and below 1e-4. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  if (value === 0) return '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  const plain = plainDecimal(mantissa, exponent);
  return plain.includes('.') ? plain : `${plain}.0`;
}

function plainDecimal(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

export const numberText = (value: PyNumber | boolean): string =>
  isFloat(value) ? floatText(floatOf(value)) : String(value);

const digitGroups = /^[+-]?\d+(_\d+)*$/;

/** `int(text)` in base 10; undefined if it is no whole number. */
export function parseInteger(text: string): number | bigint | undefined {
  const trimmed = text.trim();
  if (!digitGroups.test(trimmed)) return undefined;
  const digits = trimmed.replaceAll('_', '').replace(/^\+/, '');
  return toInt(digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits));
}

/** `int(text, base)` with Python's prefixes; undefined if it is none. */
export function parseIntegerBase(text: string, base: number): number | bigint | undefined {
  const match = /^([+-]?)(0[xX]|0[oO]|0[bB])?([0-9a-zA-Z_]+)$/.exec(text.trim());
  if (!match) return undefined;
  const prefixBase = {x: 16, o: 8, b: 2}[(match[2] ?? '').slice(1).toLowerCase()];
  // In base 16 "0b1" is a number without a prefix.
  if (prefixBase !== undefined && base !== 0 && base !== prefixBase)
    return parseDigits(match[1] ?? '', `${match[2]}${match[3]}`, base);
  return parseDigits(match[1] ?? '', match[3] ?? '', base === 0 ? (prefixBase ?? 10) : base);
}

function parseDigits(sign: string, digits: string, base: number): number | bigint | undefined {
  let total = 0n;
  for (const character of digits.replaceAll('_', '')) {
    const digit = Number.parseInt(character, 36);
    if (Number.isNaN(digit) || digit >= base) return undefined;
    total = total * BigInt(base) + BigInt(digit);
  }
  return toInt(sign === '-' ? -total : total);
}

const floatForm = /^[+-]?((\d+(_\d+)*)?\.?(\d+(_\d+)*)?(e[+-]?\d+)?|inf(inity)?|nan)$/i;

/** `float(text)`; undefined if it is none. */
export function parseFloatText(text: string): number | undefined {
  const trimmed = text.trim().replaceAll('_', '');
  if (!floatForm.test(trimmed) || !/\d|inf|nan/i.test(trimmed)) return undefined;
  if (/inf/i.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  const value = Number(trimmed);
  return /nan/i.test(trimmed) || !Number.isNaN(value) ? value : undefined;
}

/** A whole number that an argument must be. */
export function asIndex(value: unknown, what: string): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isInt(value)) return Number(value);
  throw new Fault(`${what} must be an integer, not ${typeName(value)}`);
}

/** Python's `int()`, as far as arguments of filters need it. */
export function coerceInt(value: unknown, what: string): number {
  if (isFloat(value)) return Math.trunc(floatOf(value));
  if (typeof value === 'string') {
    const parsed = parseInteger(value);
    if (parsed !== undefined) return Number(parsed);
    throw new Fault(`${what} must be an integer, not '${value}'`);
  }
  return asIndex(value, what);
}

export function coerceFloat(value: unknown, what: string): number {
  if (isNumber(value)) return floatOf(value);
  const parsed = typeof value === 'string' ? parseFloatText(value) : undefined;
  if (parsed === undefined)
    throw new Fault(`${what} must be a number, not ${typeof value === 'string' ? `'${value}'` : typeName(value)}`);
  return parsed;
}

/** Python's round-half-even to some digits after (or, negative, before) the point. */
export function roundHalfEven(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value;
  if (digits > 22) return value;
  if (digits >= 0) return Number(fixedHalfEven(value, digits));
  const unit = 10 ** -digits;
  const scaled = value / unit;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  const rounded = (up ? floor + 1 : floor) * unit;
  return rounded === 0 && value < 0 ? -0 : rounded;
}

/** `toFixed`, but exact ties go to the even digit: JavaScript rounds the exact binary value half up. */
export function fixedHalfEven(value: number, digits: number): string {
  const up = value.toFixed(digits);
  if (digits > 20 || Number(value.toFixed(Math.min(100, digits + 30))) !== value) return up;
  const exact = exactDecimal(Math.abs(value));
  const point = exact.indexOf('.');
  const tail = point === -1 ? '' : exact.slice(point + 1 + digits);
  if (!/^50*$/.test(tail)) return up;
  const kept = digits === 0 ? exact.slice(0, point) : exact.slice(0, point + 1 + digits);
  const lastDigit = Number(kept.replace('.', '').at(-1) ?? '0');
  if (lastDigit % 2 === 0) return (value < 0 ? '-' : '') + kept;
  return up.replace('-', '') === kept ? bump(kept, value < 0) : up;
}

const exactDecimal = (value: number): string => value.toFixed(60).replace(/0+$/, '');

function bump(text: string, negative: boolean): string {
  const point = text.indexOf('.');
  const digits = (BigInt(text.replace('.', '')) + 1n).toString().padStart(text.length - (point === -1 ? 0 : 1), '0');
  const whole =
    point === -1
      ? digits
      : `${digits.slice(0, digits.length - (text.length - point - 1))}.${digits.slice(digits.length - (text.length - point - 1))}`;
  return (negative ? '-' : '') + whole;
}

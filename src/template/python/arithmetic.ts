/** Python's operators on values: `+ - * / // % **`, on numbers, strings, lists and dates. */
import {DateTime, TimeDelta} from './datetime.js';
import {Fault, TypeFault} from './faults.js';
import {copyOf} from './iterate.js';
import {floatOf, isFloat, isInt, isNumber, isTuple, type PyFloat, toFloat, tuple, typeName, unbox} from './kinds.js';
import {toInt} from './numbers.js';
import {percentFormat} from './percent_format.js';
import {defined} from './undefined.js';

export type ArithmeticSign = '+' | '-' | '*' | '/' | '//' | '%' | '**';

/** Longest string or list that `*` may make: a slip must not eat the memory. */
const longestRepeat = 10_000_000;

type AnyNumber = number | bigint | boolean | PyFloat;

export function arithmetic(sign: ArithmeticSign, leftBoxed: unknown, rightBoxed: unknown): unknown {
  const left = defined(unbox(leftBoxed));
  const right = defined(unbox(rightBoxed));
  if (sign === '%' && typeof left === 'string') return percentFormat(left, right);
  if (isNumber(left) && isNumber(right)) return onNumbers(sign, left, right);
  const made =
    sign === '+'
      ? add(left, right)
      : sign === '*'
        ? repeat(left, right)
        : sign === '-'
          ? subtract(left, right)
          : undefined;
  if (made !== undefined) return made;
  throw new TypeFault(`cannot use '${sign}' on ${typeName(left)} and ${typeName(right)}`, {
    hint: hintFor(sign, left, right),
  });
}

function hintFor(sign: string, left: unknown, right: unknown): string | undefined {
  if (typeof left !== 'string' && typeof right !== 'string') return undefined;
  if (sign === '+') return 'use `~` to join values as text, or `| int` to add them as numbers';
  return isNumber(left) || isNumber(right) ? 'text is not a number: use `| int` or `| float`' : undefined;
}

function add(left: unknown, right: unknown): unknown {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (Array.isArray(left) && Array.isArray(right) && isTuple(left) === isTuple(right)) {
    const joined = [...copyOf(left), ...copyOf(right)];
    return isTuple(left) ? tuple(joined) : joined;
  }
  if (left instanceof DateTime && right instanceof TimeDelta)
    return new DateTime(left.microseconds + right.microseconds);
  if (left instanceof TimeDelta && right instanceof DateTime)
    return new DateTime(left.microseconds + right.microseconds);
  if (left instanceof TimeDelta && right instanceof TimeDelta)
    return new TimeDelta(left.microseconds + right.microseconds);
  return undefined;
}

function subtract(left: unknown, right: unknown): unknown {
  if (left instanceof DateTime && right instanceof DateTime)
    return new TimeDelta(left.microseconds - right.microseconds);
  if (left instanceof DateTime && right instanceof TimeDelta)
    return new DateTime(left.microseconds - right.microseconds);
  if (left instanceof TimeDelta && right instanceof TimeDelta)
    return new TimeDelta(left.microseconds - right.microseconds);
  return undefined;
}

function repeat(left: unknown, right: unknown): unknown {
  if (isCount(left)) return repeatValue(right, Number(left));
  return isCount(right) ? repeatValue(left, Number(right)) : undefined;
}

const isCount = (value: unknown): boolean => isInt(value) || typeof value === 'boolean';

function repeatValue(value: unknown, count: number): unknown {
  if (typeof value !== 'string' && !Array.isArray(value)) return undefined;
  const times = Math.max(0, count);
  if (value.length * times > longestRepeat)
    throw new Fault(`'*' would make a value of ${value.length * times} items; at most ${longestRepeat} are allowed`);
  if (typeof value === 'string') return value.repeat(times);
  const items = Array.from({length: times}, () => copyOf(value)).flat(1);
  return isTuple(value) ? tuple(items) : items;
}

function onNumbers(sign: ArithmeticSign, left: AnyNumber, right: AnyNumber): unknown {
  const bothInts = !isFloat(left) && !isFloat(right);
  if (sign === '/') return divide(left, right);
  if (!bothInts) return toFloat(floatArithmetic(sign, floatOf(left), floatOf(right)));
  const [a, b] = [typeof left === 'bigint' ? left : Number(left), typeof right === 'bigint' ? right : Number(right)];
  if (sign === '**' && b < 0) return toFloat(floatArithmetic(sign, Number(a), Number(b)));
  if (typeof a === 'number' && typeof b === 'number') {
    const quick = floatArithmetic(sign, a, b);
    if (Number.isSafeInteger(quick)) return quick + 0;
  }
  return toInt(bigArithmetic(sign, BigInt(a), BigInt(b)));
}

const zeroFault = (): Fault => new Fault('division by zero');

function divide(left: AnyNumber, right: AnyNumber): unknown {
  if (floatOf(right) === 0) throw zeroFault();
  return toFloat(floatOf(left) / floatOf(right));
}

function floatArithmetic(sign: ArithmeticSign, a: number, b: number): number {
  switch (sign) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '//':
      if (b === 0) throw zeroFault();
      return Math.floor(a / b);
    case '%': {
      if (b === 0) throw zeroFault();
      const rest = a % b;
      if (rest === 0) return b < 0 ? -0 : 0;
      return rest < 0 !== b < 0 ? rest + b : rest;
    }
    case '**':
      if (a === 0 && b < 0) throw zeroFault();
      return a ** b;
    case '/':
      return a / b;
  }
}

/** The largest exponent for whole numbers: 2 ** 100000 has 30,103 digits already. */
const largestExponent = 100_000n;

function bigArithmetic(sign: ArithmeticSign, a: bigint, b: bigint): bigint {
  switch (sign) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '**':
      if (b > largestExponent) throw new Fault(`an exponent of ${b} is too large`);
      return a ** b;
    default: {
      const quotient = a / b;
      const rest = a % b;
      const adjust = rest !== 0n && rest < 0n !== b < 0n;
      if (sign === '%') return adjust ? rest + b : rest;
      return adjust ? quotient - 1n : quotient;
    }
  }
}

export function negate(boxed: unknown): unknown {
  const value = defined(unbox(boxed));
  if (isFloat(value)) return toFloat(-floatOf(value));
  if (typeof value === 'bigint') return toInt(-value);
  if (isNumber(value)) return 0 - Number(value);
  if (value instanceof TimeDelta) return new TimeDelta(-value.microseconds);
  throw new TypeFault(`cannot use '-' on ${typeName(value)}`);
}

export function positive(boxed: unknown): unknown {
  const value = defined(unbox(boxed));
  if (typeof value === 'boolean') return Number(value);
  if (isNumber(value)) return value;
  throw new TypeFault(`cannot use '+' on ${typeName(value)}`);
}

/** Defaults, conversions, and counting. */
import {Fault, TypeFault} from '../python/faults.js';
import {itemsOf, lengthOf} from '../python/iterate.js';
import {floatOf, isFloat, isInt, isNumber, toFloat, typeName} from '../python/kinds.js';
import {
  coerceInt,
  parseFloatText,
  parseInteger,
  parseIntegerBase,
  roundHalfEven,
  wholeToInt,
} from '../python/numbers.js';
import {truthy} from '../python/truth.js';
import {Undefined} from '../python/undefined.js';
import {type FilterTable, filter, flag, lenientFilter, textOf} from './define.js';

const useDefault = lenientFilter("default_value='', boolean=False", (input, [otherwise, boolean]) =>
  input instanceof Undefined || (flag(boolean) && !truthy(input)) ? otherwise : input,
);

function mandatory(input: unknown, message: unknown): unknown {
  if (!(input instanceof Undefined)) return input;
  const why = typeof message === 'string' && message !== '' ? message : `a mandatory value is missing: ${input.what}`;
  throw new Fault(why, {hint: input.hint?.()});
}

/** Ansible's words for true; all else is false. */
export function toBool(input: unknown): boolean | null {
  if (input === null || typeof input === 'boolean') return input;
  if (typeof input === 'string') return ['yes', 'on', '1', 'true'].includes(input.toLowerCase());
  return isNumber(input) && floatOf(input) === 1;
}

function toInteger(input: unknown, otherwise: unknown, base: unknown): unknown {
  if (typeof input === 'boolean') return Number(input);
  if (isInt(input)) return input;
  if (isFloat(input)) return Number.isFinite(floatOf(input)) ? wholeToInt(Math.trunc(floatOf(input))) : otherwise;
  if (typeof input !== 'string') return otherwise;
  const radix = coerceInt(base, 'the base');
  const whole = radix === 10 ? parseInteger(input) : parseIntegerBase(input, radix);
  if (whole !== undefined) return whole;
  const float = parseFloatText(input);
  return float !== undefined && Number.isFinite(float) ? wholeToInt(Math.trunc(float)) : otherwise;
}

function toFloatValue(input: unknown, otherwise: unknown): unknown {
  if (isNumber(input)) return toFloat(floatOf(input));
  const parsed = typeof input === 'string' ? parseFloatText(input) : undefined;
  return parsed === undefined ? (otherwise === null ? toFloat(0) : otherwise) : toFloat(parsed);
}

function round(input: unknown, precision: unknown, method: unknown): unknown {
  if (!isNumber(input)) throw new TypeFault(`the input must be a number, not ${typeName(input)}`);
  const digits = coerceInt(precision, 'the precision');
  const value = floatOf(input);
  if (method === 'ceil' || method === 'floor') {
    const scale = 10 ** digits;
    // Whole numbers know no -0.
    return toFloat(((method === 'ceil' ? Math.ceil(value * scale) : Math.floor(value * scale)) + 0) / scale);
  }
  if (method !== 'common') throw new Fault(`the method must be common, ceil or floor, not '${textOf(method)}'`);
  if (!isFloat(input))
    return digits >= 0
      ? typeof input === 'boolean'
        ? Number(input)
        : input
      : wholeToInt(roundHalfEven(value, digits));
  return toFloat(roundHalfEven(value, digits));
}

function absolute(input: unknown): unknown {
  if (typeof input === 'bigint') return input < 0n ? -input : input;
  if (isFloat(input)) return toFloat(Math.abs(floatOf(input)));
  if (isNumber(input)) return Math.abs(Number(input));
  throw new TypeFault(`the input must be a number, not ${typeName(input)}`);
}

const length = filter('', (input) => lengthOf(input));

export const basicFilters: FilterTable = {
  default: useDefault,
  d: useDefault,
  mandatory: lenientFilter('msg=None', (input, [message]) => mandatory(input, message)),
  ternary: filter('true_val, false_val, none_val=None', (input, [yes, no, none]) =>
    input === null && none !== null ? none : truthy(input) ? yes : no,
  ),
  bool: filter('', toBool),
  int: filter('default=0, base=10', (input, [otherwise, base]) => toInteger(input, otherwise, base)),
  float: filter('default=None', (input, [otherwise]) => toFloatValue(input, otherwise)),
  round: filter("precision=0, method='common'", (input, [precision, method]) => round(input, precision, method)),
  abs: filter('', absolute),
  string: filter('', textOf),
  list: filter('', (input) => [...itemsOf(input)]),
  length,
  count: length,
  type_debug: lenientFilter('', (input) => typeName(input)),
};

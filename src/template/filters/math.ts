/** Logarithms, sizes for people, and chance. */
import type {Runtime} from '../eval/runtime.js';
import {Fault, TypeFault} from '../python/faults.js';
import {copyOf, isIterable, itemsOf} from '../python/iterate.js';
import {floatOf, isInt, isNumber, toFloat, typeName} from '../python/kinds.js';
import {SeededRandom} from '../python/mersenne.js';
import {asIndex, coerceFloat} from '../python/numbers.js';
import {pyStr} from '../python/repr.js';
import {characters} from '../python/text.js';
import {truthy} from '../python/truth.js';
import {type FilterTable, filter, flag, textOf} from './define.js';

function number(value: unknown, what = 'the input'): number {
  if (isNumber(value)) return floatOf(value);
  throw new TypeFault(`${what} must be a number, not ${typeName(value)}`);
}

function logarithm(input: unknown, base: unknown): unknown {
  const value = number(input);
  if (value <= 0) throw new Fault('the logarithm needs a number above 0');
  if (base === null) return toFloat(Math.log(value));
  const given = number(base, 'the base');
  return toFloat(given === 10 ? Math.log10(value) : Math.log(value) / Math.log(given));
}

function root(input: unknown, base: unknown): unknown {
  const [value, degree] = [number(input), coerceFloat(base, 'the base')];
  if (value < 0) throw new Fault('the root needs a number that is not negative');
  return toFloat(degree === 2 ? Math.sqrt(value) : value ** (1 / degree));
}

const sizes = [
  ['Y', 80],
  ['Z', 70],
  ['E', 60],
  ['P', 50],
  ['T', 40],
  ['G', 30],
  ['M', 20],
  ['K', 10],
  ['B', 0],
] as const;

function humanReadable(input: unknown, bits: unknown, unit: unknown): string {
  const size = isNumber(input) ? floatOf(input) : coerceFloat(input, 'the input');
  const base = flag(bits) ? 'bits' : 'Bytes';
  const wanted = unit === null ? undefined : textOf(unit).toUpperCase().charAt(0);
  const [suffix, power] = sizes.find(([name, exponent]) =>
    wanted === undefined ? size >= 2 ** exponent : name === wanted,
  ) ?? ['B', 0];
  const shown = suffix === 'B' ? base : suffix + (flag(bits) ? 'b' : 'B');
  return `${(size / 2 ** power).toFixed(2)} ${shown}`;
}

function humanToBytes(input: unknown, defaultUnit: unknown, bits: unknown): unknown {
  const match = /^\s*(\d*\.?\d*)\s*([A-Za-z]+)?/.exec(pyStr(input));
  if (!match?.[1] || Number.isNaN(Number(match[1]))) throw new Fault(`'${pyStr(input)}' is not a size`);
  const unit = match[2] ?? (defaultUnit === null ? '' : textOf(defaultUnit));
  if (unit === '') return Math.round(Number(match[1]));
  const found = sizes.find(([name]) => name === unit.charAt(0).toUpperCase());
  if (!found) throw new Fault(`'${unit}' is not a unit of size (there are: ${sizes.map(([name]) => name).join(', ')})`);
  checkUnit(unit, flag(bits));
  return Math.round(Number(match[1]) * 2 ** found[1]);
}

/** `MB` and `Mb` must not be mixed up. */
function checkUnit(unit: string, bits: boolean): void {
  const [kind, word] = bits ? ['b', 'bit'] : ['B', 'byte'];
  const rest = unit.slice(1);
  const ok =
    unit.length === 1
      ? unit.toUpperCase() !== 'B' || unit === kind
      : rest === kind || rest.toLowerCase() === word || unit.toLowerCase() === word;
  if (!ok)
    throw new Fault(`'${unit}' is not a unit of ${bits ? 'bits' : 'bytes'}`, {
      hint: bits ? 'bits are written Kb, Mb, Gb' : 'bytes are written KB, MB, GB',
    });
}

/** A whole number below a bound, from the seed if there is one. */
function chance(runtime: Runtime, seed: unknown): (bound: number) => number {
  if (seed === null) return (bound) => Math.floor(runtime.context.random() * bound);
  const seeded = new SeededRandom(isInt(seed) ? seed : textOf(seed));
  return (bound) => seeded.below(bound);
}

function random(runtime: Runtime, input: unknown, [start, step, seed]: readonly unknown[]): unknown {
  const below = chance(runtime, seed);
  if (isInt(input)) {
    const first = truthy(start) ? asIndex(start, 'the start') : 0;
    const width = truthy(step) ? asIndex(step, 'the step') : 1;
    const count = Math.ceil((Number(input) - first) / width);
    if (count <= 0) throw new Fault(`there is no number from ${first} up to ${input} in steps of ${width}`);
    return first + below(count) * width;
  }
  if (!isIterable(input)) throw new TypeFault(`the input must be a number or a list, not ${typeName(input)}`);
  if (truthy(start) || truthy(step)) throw new Fault('start and step go with numbers only');
  const items = typeof input === 'string' ? characters(input) : copyOf(itemsOf(input));
  if (items.length === 0) throw new Fault('the list is empty');
  return items[below(items.length)];
}

function shuffle(runtime: Runtime, input: unknown, seed: unknown): unknown[] {
  const below = chance(runtime, truthy(seed) ? seed : null);
  const items = copyOf(itemsOf(input));
  for (let index = items.length - 1; index > 0; index--) {
    const other = below(index + 1);
    [items[index], items[other]] = [items[other], items[index]];
  }
  return items;
}

export const mathFilters: FilterTable = {
  log: filter('base=None', (input, [base]) => logarithm(input, base)),
  pow: filter('y', (input, [exponent]) => toFloat(number(input) ** number(exponent, 'the exponent'))),
  root: filter('base=2', (input, [base]) => root(input, base)),
  human_readable: filter('isbits=False, unit=None', (input, [bits, unit]) => humanReadable(input, bits, unit)),
  human_to_bytes: filter('default_unit=None, isbits=False', (input, [unit, bits]) => humanToBytes(input, unit, bits)),
  random: filter('start=None, step=None, seed=None', (input, args, runtime) => random(runtime, input, args)),
  shuffle: filter('seed=None', (input, [seed], runtime) => shuffle(runtime, input, seed)),
};

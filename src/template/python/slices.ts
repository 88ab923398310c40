/** `x[start:stop:step]` with Python's rules for signs and bounds. */
import {TypeFault} from './faults.js';
import {isTuple, tuple} from './kinds.js';
import {asIndex} from './numbers.js';
import {characters} from './text.js';

export interface SliceBounds {
  readonly start: unknown;
  readonly stop: unknown;
  readonly step: unknown;
}

/** The indices a slice takes of something `length` long. */
export function sliceIndices(bounds: SliceBounds, length: number): number[] {
  const step = bounds.step === null ? 1 : asIndex(bounds.step, 'a slice step');
  if (step === 0) throw new TypeFault('a slice step cannot be zero');
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const start =
    bounds.start === null ? (step > 0 ? low : high) : clamp(asIndex(bounds.start, 'a slice start'), length, low, high);
  const stop =
    bounds.stop === null ? (step > 0 ? high : low) : clamp(asIndex(bounds.stop, 'a slice end'), length, low, high);
  const indices: number[] = [];
  for (let index = start; step > 0 ? index < stop : index > stop; index += step) indices.push(index);
  return indices;
}

const clamp = (index: number, length: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, index < 0 ? index + length : index));

/** The part of a string, list or tuple; undefined for what has no parts. */
export function sliceValue(value: unknown, bounds: SliceBounds): unknown {
  if (typeof value === 'string') {
    const all = characters(value);
    return sliceIndices(bounds, all.length)
      .map((index) => all[index])
      .join('');
  }
  if (!Array.isArray(value)) return undefined;
  const taken = sliceIndices(bounds, value.length).map((index): unknown => value[index]);
  return isTuple(value) ? tuple(taken) : taken;
}

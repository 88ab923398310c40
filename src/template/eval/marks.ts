/** Check mode's marks: which values that are read came from results only a real run could give. */

import {LazyDict} from '../python/kinds.js';
import {isMapping, valuesOf} from '../python/mapping.js';
import type {MarkSink} from '../types.js';

/** How many containers of one value are looked into. */
const mostObjects = 5000;

export function sawShallow(marks: MarkSink, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const why = marks.markOf(value);
  if (why !== undefined) marks.sawMark(why);
}

/** For what reads a value as a whole: printing, filters, comparison. */
export function sawDeep(marks: MarkSink, value: unknown): void {
  const waiting: unknown[] = [value];
  const seen = new Set<object>();
  for (let item = waiting.pop(); item !== undefined || waiting.length > 0; item = waiting.pop()) {
    if (typeof item !== 'object' || item === null || seen.has(item) || seen.size >= mostObjects) continue;
    seen.add(item);
    sawShallow(marks, item);
    const inner = Array.isArray(item) ? item : isMapping(item) && !(item instanceof LazyDict) ? valuesOf(item) : [];
    for (const part of inner) waiting.push(part);
  }
}

/** The `loop` object inside `{% for %}`. */

import {pyEquals} from '../python/equality.js';
import {Fault} from '../python/faults.js';
import {PyFunction, PyRecord} from '../python/kinds.js';
import {Undefined} from '../python/undefined.js';

export interface LoopHandle {
  readonly record: PyRecord;
  moveTo(index: number): void;
}

/** @param recurse runs the same loop over other items, for `recursive` loops. */
export function loopRecord(
  items: readonly unknown[],
  depth: number,
  recurse: ((items: unknown) => unknown) | undefined,
): LoopHandle {
  let index = 0;
  let lastSeen: readonly unknown[] | undefined;
  const neighbour = (at: number, name: string): unknown =>
    at >= 0 && at < items.length ? items[at] : new Undefined({path: `loop.${name}`, why: 'there is no such item'});
  const cycle = new PyFunction('cycle', ({positional}) => {
    if (positional.length === 0) throw new Fault('loop.cycle() needs items to cycle through');
    return positional[index % positional.length];
  });
  const changed = new PyFunction('changed', ({positional}) => {
    const same = lastSeen !== undefined && pyEquals([...lastSeen], [...positional]);
    lastSeen = positional;
    return !same;
  });
  const members: Readonly<Record<string, () => unknown>> = {
    index: () => index + 1,
    index0: () => index,
    revindex: () => items.length - index,
    revindex0: () => items.length - index - 1,
    first: () => index === 0,
    last: () => index === items.length - 1,
    length: () => items.length,
    depth: () => depth + 1,
    depth0: () => depth,
    previtem: () => neighbour(index - 1, 'previtem'),
    nextitem: () => neighbour(index + 1, 'nextitem'),
    cycle: () => cycle,
    changed: () => changed,
  };
  const call = recurse && (({positional}: {positional: readonly unknown[]}): unknown => recurse(positional[0]));
  const read = (name: string): unknown => (Object.hasOwn(members, name) ? members[name]?.() : undefined);
  return {
    record: new PyRecord('LoopContext', read, call),
    moveTo: (next) => {
      index = next;
    },
  };
}

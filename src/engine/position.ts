/**
 * Where a host stands in a play: the indices of the lists it is in, outermost first. Compared member by member, so that
 * the linear strategy can let the hosts that are furthest behind go first and keep all in step.
 */
export type Position = readonly number[];

export function comparePositions(a: Position, b: Position): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

import {PlaybookError, type Where} from '../errors/index.js';

const percentOf = (text: string): number | undefined => {
  const match = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
};

/** How many hosts one entry of `serial` stands for; all of them for 0 or less. */
function sizeOf(entry: unknown, total: number, where: Where | undefined): number {
  const percent = typeof entry === 'string' ? percentOf(entry) : undefined;
  const size = percent === undefined ? Number(entry) : Math.max(1, Math.floor((percent / 100) * total));
  if (entry === null || entry === '' || !Number.isFinite(size))
    throw new PlaybookError({
      what: `serial is ${JSON.stringify(entry)}`,
      where,
      hint: "Write a number, a share as '30%', or a list of them",
    });
  return size <= 0 ? total : Math.floor(size);
}

/**
 * The batches of a play under `serial`: a number, a share of all hosts (rounded down, one at least) or a list of them,
 * whose last is repeated. Without serial all hosts are one batch.
 */
export function batchesOf(hosts: readonly string[], serial: unknown, where?: Where): readonly (readonly string[])[] {
  if (hosts.length === 0) return [];
  const entries = Array.isArray(serial) ? serial : [serial ?? 0];
  const batches: string[][] = [];
  for (let from = 0, index = 0; from < hosts.length; index += 1) {
    const entry: unknown = entries[Math.min(index, entries.length - 1)] ?? 0;
    const size = sizeOf(entry, hosts.length, where);
    batches.push(hosts.slice(from, from + size));
    from += size;
  }
  return batches;
}

/** The hosts of a play as its `order` wants them. */
export function ordered(
  hosts: readonly string[],
  order: string | undefined,
  random: () => number,
  where?: Where,
): string[] {
  const byName = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  switch (order) {
    case undefined:
    case '':
    case 'inventory':
      return [...hosts];
    case 'reverse_inventory':
      return [...hosts].reverse();
    case 'sorted':
      return [...hosts].sort(byName);
    case 'reverse_sorted':
      return [...hosts].sort(byName).reverse();
    case 'shuffle':
      return shuffled(hosts, random);
    default:
      throw new PlaybookError({
        what: `order is '${order}'`,
        where,
        hint: 'It is one of inventory, reverse_inventory, sorted, reverse_sorted, shuffle',
      });
  }
}

function shuffled(hosts: readonly string[], random: () => number): string[] {
  const left = [...hosts];
  const drawn: string[] = [];
  while (left.length > 0) drawn.push(...left.splice(Math.floor(random() * left.length), 1));
  return drawn;
}

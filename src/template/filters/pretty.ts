/** `pprint`: a value on as few lines of 80 characters as it needs, keys sorted. */
import {isTuple, unbox} from '../python/kinds.js';
import {entriesOf, isMapping, makeDict} from '../python/mapping.js';
import {compareText} from '../python/ordering.js';
import {pyRepr} from '../python/repr.js';

const lineWidth = 80;

export const prettyPrint = (value: unknown): string => pretty(sorted(value), 0, 0);

/** Dicts with their keys in order, all the way down. */
function sorted(boxed: unknown): unknown {
  const value = unbox(boxed);
  if (Array.isArray(value)) return isTuple(value) ? value : Array.from(value, sorted);
  if (!isMapping(value)) return value;
  const entries = entriesOf(value).map(([key, item]) => [key, sorted(item)] as const);
  return makeDict(entries.sort((a, b) => compareText(pyRepr(a[0]), pyRepr(b[0]))));
}

/** @param column where it begins; @param trailing what must still fit on its last line. */
function pretty(value: unknown, column: number, trailing: number): string {
  const line = pyRepr(value, 1);
  if (line.length <= lineWidth - column - trailing) return line;
  const separator = `,\n${' '.repeat(column + 1)}`;
  if (isMapping(value)) {
    const entries = entriesOf(value);
    const parts = entries.map(
      ([key, item], index) =>
        `${pyRepr(key, 1)}: ${pretty(item, column + 3 + pyRepr(key, 1).length, index === entries.length - 1 ? trailing + 1 : 1)}`,
    );
    return `{${parts.join(separator)}}`;
  }
  if (!Array.isArray(value)) return line;
  const [open, close] = isTuple(value) ? ['(', ')'] : ['[', ']'];
  const parts = value.map((item, index) => pretty(item, column + 1, index === value.length - 1 ? trailing + 1 : 1));
  return open + parts.join(separator) + close;
}

import type {RunEvent} from '../events/types.js';
import type {Reporter} from './types.js';

/** Grows when a field changes its meaning or goes away; new fields do not count. */
export const jsonlVersion = 1;

/** Values that JSON has no form for: whole numbers beyond 2^53 as text, mappings with other keys as objects. */
const plain = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Map) return Object.fromEntries(value);
  return value;
};

/** One event as one line, without its line end. */
export const jsonLine = (event: RunEvent): string => JSON.stringify({v: jsonlVersion, ...event}, plain);

/** One JSON object a line, one line an event; the last, `run-end`, carries the statistics too. */
export const jsonlReporter: Reporter<null> = {
  start: null,
  next: (state, event, stats) => {
    const line =
      event.kind === 'run-end'
        ? JSON.stringify({v: jsonlVersion, ...event, stats: Object.fromEntries(stats)}, plain)
        : jsonLine(event);
    return {state, text: `${line}\n`};
  },
};

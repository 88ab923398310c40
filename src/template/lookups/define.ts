/** How lookups are written down. */

import type {LookupDefinition, Runtime} from '../eval/runtime.js';
import {textOf} from '../filters/define.js';
import {Fault, UndefinedFault} from '../python/faults.js';
import {copyOf, itemsOf} from '../python/iterate.js';
import {Undefined} from '../python/undefined.js';

export type Options = ReadonlyMap<string, unknown>;

export type LookupTable = Readonly<Record<string, LookupDefinition>>;

type Run = (terms: readonly unknown[], options: Options, runtime: Runtime) => readonly unknown[];

/** A lookup with the options it knows; an undefined term is an error. */
export const lookup = (known: readonly string[], run: Run): LookupDefinition => ({
  run: (runtime, terms, options) => {
    for (const term of terms) if (term instanceof Undefined) throw new UndefinedFault(term);
    return lenientLookup(known, run).run(runtime, terms, options);
  },
});

/** A lookup that wants to see undefined terms. */
export const lenientLookup = (known: readonly string[], run: Run): LookupDefinition => ({
  run: (runtime, terms, options) => {
    for (const name of options.keys())
      if (!known.includes(name))
        throw new Fault(`there is no option '${name}'${known.length === 0 ? '' : ` (there are: ${known.join(', ')})`}`);
    return run(terms, options, runtime);
  },
});

/** Terms that are lists are taken apart, one level deep. */
export const flattened = (terms: readonly unknown[]): unknown[] =>
  terms.flatMap((term) => (Array.isArray(term) ? copyOf(term) : [term]));

export const texts = (terms: readonly unknown[]): string[] => flattened(terms).map(textOf);

export const isOn = (options: Options, name: string, otherwise: boolean): boolean => {
  const value = options.get(name);
  return value === undefined || value === null ? otherwise : value === true || /^(yes|true|on|1)$/i.test(String(value));
};

/** Each term as a list of items. */
export const lists = (terms: readonly unknown[]): unknown[][] => terms.map((term) => [...itemsOf(term)]);

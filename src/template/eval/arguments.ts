/** Python's calling convention for filters, tests, methods and functions, from signatures in words. */
import {Fault} from '../python/faults.js';
import type {CallArguments} from '../python/kinds.js';

export interface Signature {
  readonly parameters: readonly {readonly name: string; readonly required: boolean; readonly fallback: unknown}[];
  readonly takesRest: boolean;
  readonly takesNamed: boolean;
}

const literals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['None', null],
  ['True', true],
  ['False', false],
]);

/** Reads `width=4, first=False, *rest, **named`; defaults are None, booleans, whole numbers and quoted strings. */
export function signature(text: string): Signature {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return {
    parameters: parts
      .filter((part) => !part.startsWith('*'))
      .map((part) => {
        const [name = '', fallback] = part.split('=');
        return {
          name,
          required: fallback === undefined,
          fallback: fallback === undefined ? undefined : literal(fallback),
        };
      }),
    takesRest: parts.some((part) => /^\*\w/.test(part)),
    takesNamed: parts.some((part) => part.startsWith('**')),
  };
}

function literal(text: string): unknown {
  if (literals.has(text)) return literals.get(text);
  return /^-?\d+$/.test(text) ? Number(text) : text.slice(1, -1).replaceAll('\\n', '\n').replaceAll('%c', ',');
}

/** The values in the signature's order, then the rest as a list, then other names as a Map (where it takes them). */
export function bind(wanted: Signature, given: CallArguments): unknown[] {
  const {parameters} = wanted;
  if (given.positional.length > parameters.length && !wanted.takesRest)
    throw new Fault(
      `takes at most ${parameters.length} argument${parameters.length === 1 ? '' : 's'}, not ${given.positional.length}`,
    );
  const values = parameters.map(({name, required, fallback}, index) => {
    const byPlace = index < given.positional.length;
    if (byPlace && given.named.has(name)) throw new Fault(`got the argument '${name}' twice`);
    if (byPlace) return given.positional[index];
    if (given.named.has(name)) return given.named.get(name);
    if (required) throw new Fault(`the argument '${name}' is missing`);
    return fallback;
  });
  if (wanted.takesRest) values.push(given.positional.slice(parameters.length));
  const others = [...given.named].filter(([name]) => !parameters.some((parameter) => parameter.name === name));
  if (wanted.takesNamed) values.push(new Map(others));
  else if (others.length > 0) throw new Fault(`there is no argument '${others[0]?.[0]}'${takes(parameters)}`);
  return values;
}

const takes = (parameters: Signature['parameters']): string =>
  parameters.length === 0 ? '' : ` (there are: ${parameters.map((parameter) => parameter.name).join(', ')})`;

export const noArguments: CallArguments = {positional: [], named: new Map()};

/** The functions every template can call. */

import {pairsOf} from '../methods/containers.js';
import {DateTime} from '../python/datetime.js';
import {Fault} from '../python/faults.js';
import {type CallArguments, PyFunction, PyNamespace, PyRecord} from '../python/kinds.js';
import {asMapping, entriesOf, makeDict} from '../python/mapping.js';
import {asIndex} from '../python/numbers.js';
import {pyStr} from '../python/repr.js';
import {strftime} from '../python/strftime.js';
import {truthy} from '../python/truth.js';
import {defined, Undefined} from '../python/undefined.js';
import {bind, signature} from './arguments.js';
import {attributed} from './calls.js';
import type {Runtime} from './runtime.js';

/** Longest list `range` makes. */
const longestRange = 1_000_000;

export function rangeList(args: readonly unknown[]): number[] {
  const [first, second, third] = args.map((value) => asIndex(value, 'each bound'));
  if (first === undefined) throw new Fault('it needs an end');
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const step = third ?? 1;
  if (step === 0) throw new Fault('the step cannot be zero');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > longestRange) throw new Fault(`it would have ${length} items; at most ${longestRange} are allowed`);
  return Array.from({length}, (_unused, index) => start + index * step);
}

const dict = ({positional, named}: CallArguments): unknown => {
  if (positional.length > 1) throw new Fault(`it takes at most 1 argument, not ${positional.length}`);
  return makeDict([...(positional.length === 0 ? [] : pairsOf(defined(positional[0]))), ...named]);
};

function namespace({positional, named}: CallArguments): PyNamespace {
  const made = new PyNamespace();
  for (const item of positional)
    for (const [key, value] of entriesOf(asMapping(item, 'the argument'))) made.members.set(pyStr(key), value);
  for (const [key, value] of named) made.members.set(key, value);
  return made;
}

function lookup(runtime: Runtime, given: CallArguments, wantList: boolean): unknown {
  const [name, ...terms] = given.positional;
  if (typeof name !== 'string') throw new Fault('it needs the name of a lookup first');
  for (const value of given.named.values()) if (value instanceof Undefined) return value;
  return runtime.lookup(name, terms, wantList ? new Map([...given.named, ['wantlist', true]]) : given.named);
}

const nowTakes = signature('utc=False, fmt=None');

function now(runtime: Runtime, given: CallArguments): unknown {
  const [utc, format] = bind(nowTakes, given);
  const moment = DateTime.ofDate(runtime.context.now(), truthy(utc));
  return typeof format === 'string' && format !== '' ? strftime(format, moment.date, moment.parts.microsecond) : moment;
}

const undefTakes = signature('hint=None');

function undef(given: CallArguments): Undefined {
  const [hint] = bind(undefTakes, given);
  return new Undefined({
    path: '',
    why: typeof hint === 'string' && hint !== '' ? hint : 'a mandatory variable was not overridden',
  });
}

/** `cycler('odd', 'even')`: `next()` gives one after the other. */
function cycler({positional}: CallArguments): PyRecord {
  if (positional.length === 0) throw new Fault('it needs at least one item');
  let index = 0;
  const next = new PyFunction('next', () => positional[index++ % positional.length]);
  const reset = new PyFunction('reset', () => {
    index = 0;
    return null;
  });
  return new PyRecord('Cycler', (name) =>
    name === 'next'
      ? next
      : name === 'reset'
        ? reset
        : name === 'current'
          ? positional[index % positional.length]
          : undefined,
  );
}

/** `joiner(', ')`: nothing the first time, the separator from then on. */
function joiner({positional}: CallArguments): PyFunction {
  let used = false;
  return new PyFunction('joiner', () => {
    const text = used ? (positional[0] ?? ', ') : '';
    used = true;
    return text;
  });
}

export function globalFunctions(runtime: Runtime): ReadonlyMap<string, PyFunction> {
  const made = (
    name: string,
    call: (given: CallArguments) => unknown,
    takesUndefined = false,
  ): [string, PyFunction] => [
    name,
    new PyFunction(name, (given) => attributed(`function '${name}'`, () => call(given)), takesUndefined),
  ];
  return new Map([
    made('range', ({positional}) => rangeList(positional)),
    made('dict', dict),
    made('namespace', namespace, true),
    made('lookup', (given) => lookup(runtime, given, false), true),
    made('query', (given) => lookup(runtime, given, true), true),
    made('q', (given) => lookup(runtime, given, true), true),
    made('now', (given) => now(runtime, given)),
    made('undef', undef, true),
    made('cycler', cycler),
    made('joiner', joiner),
  ]);
}

/**
 * From a variable to its value. Templates in it are rendered when that very part is used, not before: of
 * `config: {a: "{{ undefined_name }}", b: 1}` the member `b` can be read. Data is handed on as it is.
 */
import {UnsafeString, VaultString} from '../../yaml/types.js';
import {Fault, UndefinedFault} from '../python/faults.js';
import {LazyDict, PyObject, PyTuple, tuple, unbox} from '../python/kinds.js';
import {isMapping, setOwn} from '../python/mapping.js';
import {Undefined} from '../python/undefined.js';
import {isTemplate} from '../syntax/compile.js';
import {type LazyMap, lazyMap, type Variable, type VariableSource} from '../types.js';
import type {Found} from './members.js';
import {keySuffix} from './paths.js';
import type {Step, World} from './world.js';

/** Variables that need variables that need ...: deeper than this is a mistake even if it is no loop. */
const longestTrail = 100;

interface Place {
  readonly path: string;
  readonly origin: string | undefined;
}

export function readVariable(world: World, name: string): Found | undefined {
  const variable = world.variables.get(name);
  return variable && {value: boundValue(world, variable, name)};
}

function boundValue(world: World, variable: Variable, path: string): unknown {
  const place = {path, origin: variable.origin};
  return variable.template ? lazyValue(world, variable.value, place) : dataValue(world, variable.value, place);
}

const isLazyMap = (value: object): value is LazyMap => lazyMap in value;

function dataValue(world: World, value: unknown, place: Place): unknown {
  if (typeof value !== 'object' || value === null) return value === undefined ? null : value;
  if (isLazyMap(value)) return bindLazyMap(world, value, place.path);
  return value instanceof VaultString ? unseal(world, value, place) : unbox(value);
}

/** A value as written in YAML: strings are templates. */
export function lazyValue(world: World, value: unknown, place: Place): unknown {
  if (typeof value === 'string') return isTemplate(value) ? renderString(world, value, place) : value;
  if (typeof value !== 'object' || value === null) return value === undefined ? null : value;
  if (value instanceof UnsafeString) return value.text;
  if (value instanceof VaultString) return lazyValue(world, unseal(world, value, place), place);
  if (isLazyMap(value)) return bindLazyMap(world, value, place.path);
  if (Array.isArray(value)) return lazyList(world, value, place);
  if (value instanceof PyObject || !isMapping(value)) return unbox(value);
  if (value instanceof Map)
    return new Map([...value].map(([key, item]) => [key, lazyValue(world, item, member(place, key))]));
  return lazyDict(world, value as Readonly<Record<string, unknown>>, place);
}

const member = (place: Place, key: unknown): Place => ({path: place.path + keySuffix(key), origin: place.origin});

/** Needs looking into before it can be handed out. */
const needsCare = (value: unknown): boolean =>
  typeof value === 'string' ? isTemplate(value) : typeof value === 'object' && value !== null;

function lazyList(world: World, items: readonly unknown[], place: Place): unknown[] {
  const view: unknown[] = items instanceof PyTuple ? tuple(items) : [...items];
  items.forEach((item, index) => {
    if (needsCare(item)) defineLazily(view, String(index), () => lazyValue(world, item, member(place, index)));
  });
  return view;
}

function lazyDict(world: World, source: Readonly<Record<string, unknown>>, place: Place): Record<string, unknown> {
  const view: Record<string, unknown> = {};
  for (const key of Object.keys(source)) {
    const item = source[key];
    const name = isTemplate(key) ? keyName(renderString(world, key, place), key) : key;
    if (needsCare(item)) defineLazily(view, name, () => lazyValue(world, item, member(place, key)));
    else setOwn(view, name, item === undefined ? null : item);
  }
  return view;
}

function keyName(rendered: unknown, text: string): string {
  if (rendered instanceof Undefined) throw new UndefinedFault(rendered);
  if (typeof rendered === 'object' && rendered !== null) throw new Fault(`the key '${text}' becomes a list or dict`);
  return String(rendered);
}

/** A member that works itself out when it is first read, and is an ordinary one from then on. */
function defineLazily(target: object, key: string, compute: () => unknown): void {
  Object.defineProperty(target, key, {
    enumerable: true,
    configurable: true,
    get: () => {
      const value = compute();
      Object.defineProperty(target, key, {value, enumerable: true, configurable: true, writable: true});
      return value;
    },
  });
}

function bindLazyMap(world: World, map: LazyMap, path: string): LazyDict {
  const inside = map.scope ? {...world, variables: map.scope} : world;
  const label = map.label ?? path;
  return new LazyDict(
    () => [...map.keys()],
    (key) => {
      const variable = map.get(key);
      return variable && {value: boundValue(inside, variable, label + keySuffix(key))};
    },
    label,
  );
}

function unseal(world: World, sealed: VaultString, place: Place): string {
  if (world.library.unseal) return world.library.unseal(sealed);
  throw new Fault(`'${place.path}' is sealed with a vault`, {hint: 'give the vault password'});
}

const describe = (step: {readonly path: string; readonly origin: string | undefined}): string =>
  `'${step.path}'${step.origin === undefined ? '' : ` (${step.origin})`}`;

/** What a variable's template gives; if that needs something undefined, an undefined value that says so. */
function renderString(world: World, text: string, place: Place): unknown {
  const step: Step = {source: world.variables, ...place};
  checkTrail(world.trail, step);
  const inside: World = {...world, trail: [...world.trail, step], file: undefined};
  try {
    const value = world.library.evaluate(inside, world.library.compile(text, 'text'));
    return value instanceof Undefined && !value.lenient ? value.neededBy(describe(step)) : value;
  } catch (error) {
    if (error instanceof UndefinedFault) return error.subject.neededBy(describe(step));
    if (error instanceof Fault) error.trail.push(describe(step));
    throw error;
  }
}

function checkTrail(trail: readonly Step[], next: Step): void {
  const start = trail.findIndex((step) => step.path === next.path && step.source === next.source);
  if (start !== -1) {
    const loop = [...trail.slice(start), next].map((step) => step.path).join(' -> ');
    throw new Fault(`variables need each other in a loop: ${loop}`, {
      hint: next.origin === undefined ? undefined : `'${next.path}' is set at ${next.origin}`,
    });
  }
  if (trail.length >= longestTrail)
    throw new Fault(
      `variables need each other ${longestTrail} deep: ${trail
        .slice(0, 3)
        .map((step) => step.path)
        .join(' -> ')} -> ...`,
    );
}

/** Names for "did you mean". */
export const variableNames = (source: VariableSource): Iterable<string> => source.names?.() ?? [];

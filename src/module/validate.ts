import {ParamsError, type Where} from '../errors/index.js';
import {nearest} from '../errors/nearest.js';
import {Secret} from '../shell/index.js';
import type {z} from './params.js';
import {type Param, type ParamsShape, shapeOf} from './shape.js';
import type {Data, Module} from './types.js';

/** Where a module's arguments were written, for messages. */
export interface ArgumentPlaces {
  readonly where: Where;
  whereOf(key: string): Where;
}

/**
 * A module's arguments as its schema wants them: aliases resolved, values coerced, defaults filled in.
 * A null counts as not given, as in Ansible. Throws ParamsError that names the first wrong argument, its value and
 * its place in the playbook.
 */
export function validateParams(module: Module, given: Data, places: ArgumentPlaces): object {
  const shape = shapeOf(module.params);
  const written = new Map<string, string>();
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const param = findParam(shape, key);
    if (param === undefined && !shape.open) throw unknownParam(module, shape, key, places);
    const name = param?.name ?? key;
    const other = written.get(name);
    if (other !== undefined)
      throw new ParamsError({
        what: `${module.name}: '${other}' and '${key}' are the same parameter`,
        where: places.whereOf(key),
        hint: `Keep one of them; '${name}' is its name`,
      });
    written.set(name, key);
    if (value === undefined || (value === null && param !== undefined && param.doc?.type !== 'raw')) continue;
    values[name] = value;
  }
  const outcome = module.params.safeParse(values);
  if (outcome.success) return outcome.data;
  throw describeIssues(module, shape, outcome.error.issues, {values, written, places});
}

/** Every secret among validated parameters, so that it can be masked wherever it may show up. */
export function secretsIn(value: unknown): Secret[] {
  if (value instanceof Secret) return [value];
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return Object.values(value).flatMap(secretsIn);
  return [];
}

const findParam = (shape: ParamsShape, key: string): Param | undefined =>
  shape.params.find((param) => param.name === key) ?? shape.params.find((param) => param.doc?.aliases?.includes(key));

function unknownParam(module: Module, shape: ParamsShape, key: string, places: ArgumentPlaces): ParamsError {
  const names = shape.params.flatMap((param) => [param.name, ...(param.doc?.aliases ?? [])]);
  const near = nearest(key, names);
  const listed = shape.params.map((param) => param.name).sort();
  return new ParamsError({
    what: `${module.name} has no parameter '${key}'`,
    where: places.whereOf(key),
    hint:
      near !== undefined
        ? `Did you mean '${near}'?`
        : listed.length === 0
          ? `${module.name} takes no parameters`
          : `It takes: ${listed.join(', ')}`,
  });
}

interface Given {
  readonly values: Data;
  readonly written: ReadonlyMap<string, string>;
  readonly places: ArgumentPlaces;
}

function describeIssues(
  module: Module,
  shape: ParamsShape,
  issues: readonly z.core.$ZodIssue[],
  given: Given,
): ParamsError {
  const described = issues.map((issue) => describeIssue(module, shape, issue, given));
  const [first] = described;
  return new ParamsError({
    what: described.map(({what}) => what).join('; '),
    where: first?.where ?? given.places.where,
    hint: first?.hint,
  });
}

function describeIssue(
  module: Module,
  shape: ParamsShape,
  issue: z.core.$ZodIssue,
  {values, written, places}: Given,
): {what: string; where: Where; hint?: string} {
  const [head] = issue.path;
  if (head === undefined) return {what: `${module.name}: ${issue.message}`, where: places.where};
  const name = String(head);
  const param = shape.params.find((candidate) => candidate.name === name);
  if (values[name] === undefined && issue.code === 'invalid_type') {
    const doc = param?.doc;
    return {
      what: `${module.name} needs '${name}'`,
      where: places.where,
      ...(doc === undefined ? {} : {hint: `${name}: ${doc.doc}`}),
    };
  }
  const shown = written.get(name) ?? name;
  const path = [shown, ...issue.path.slice(1).map(String)].join('.');
  const value = issue.path.reduce<unknown>(memberOf, values);
  const secret = param?.doc?.type === 'secret';
  const shownValue = secret ? '(secret)' : showValue(value);
  const near = issue.code === 'invalid_value' ? nearest(String(value), issue.values.map(String)) : undefined;
  return {
    what: `${module.name}: ${path} ${value === undefined ? 'is missing' : complaint(issue, shownValue, secret)}`,
    where: places.whereOf(shown),
    ...(near === undefined ? {} : {hint: `Did you mean '${near}'?`}),
  };
}

const memberOf = (container: unknown, key: PropertyKey): unknown =>
  container !== null && typeof container === 'object'
    ? (container as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;

const wanted: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

/** What is wrong with a value, as the end of a sentence that begins with its name. */
function complaint(issue: z.core.$ZodIssue, value: string, isSecret: boolean): string {
  switch (issue.code) {
    case 'invalid_type':
      return `is ${value}, not ${wanted[issue.expected] ?? (isSecret ? 'a string' : issue.expected)}`;
    case 'invalid_value':
      return `is ${value}, which is none of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `has unknown keys: ${issue.keys.join(', ')}`;
    case 'custom':
    case 'invalid_format':
      return `is ${value}${/^(is|has|must|needs) /.test(issue.message) ? ', which ' : ': '}${issue.message}`;
    default:
      return `is ${value}: ${issue.message}`;
  }
}

/** A value in a message: short, in the manner of YAML. */
export function showValue(value: unknown): string {
  if (value instanceof Secret) return '(secret)';
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

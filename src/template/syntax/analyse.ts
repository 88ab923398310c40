/** What a template reads and calls, without evaluating it: for syntax checks and for reading ahead. */
import type {Body, Expression, Statement, Target} from './ast.js';
import {bodiesOf, eachExpression, eachExpressionIn, expressionsOf} from './walk.js';

/** Names the language gives; they are no variables unless somebody defines them. */
const globals: ReadonlySet<string> = new Set([
  'lookup',
  'query',
  'q',
  'now',
  'undef',
  'omit',
  'range',
  'dict',
  'namespace',
  'cycler',
  'joiner',
  'loop',
  'caller',
  'varargs',
  'kwargs',
  'self',
  'lipsum',
]);

/** Names read that no enclosing statement is sure to have set; rather too many than too few. */
export function freeNames(body: Body): string[] {
  const free = new Set<string>();
  scan(body, new Set(), free);
  return [...free].sort();
}

function scan(body: Body, outer: ReadonlySet<string>, free: Set<string>): void {
  const bound = new Set(outer);
  for (const statement of body) {
    const inner = new Set(bound);
    if (statement.kind === 'with') scanWith(statement, inner, free);
    else scanExpressions(statement, bound, free);
    for (const name of innerNames(statement)) inner.add(name);
    for (const part of bodiesOf(statement)) scan(part, inner, free);
    for (const name of outerNames(statement)) bound.add(name);
  }
}

function scanExpressions(statement: Statement, bound: ReadonlySet<string>, free: Set<string>): void {
  const condition = statement.kind === 'for' ? statement.condition : undefined;
  for (const expression of expressionsOf(statement)) {
    const known = expression === condition ? new Set([...bound, ...innerNames(statement)]) : bound;
    collect(expression, known, free);
  }
}

function scanWith(statement: Statement & {kind: 'with'}, inner: Set<string>, free: Set<string>): void {
  for (const {target, value} of statement.assignments) {
    collect(value, inner, free);
    for (const name of targetNames(target)) inner.add(name);
  }
}

function collect(expression: Expression, bound: ReadonlySet<string>, free: Set<string>): void {
  eachExpression(expression, (node) => {
    if (node.kind === 'name' && !bound.has(node.name) && !globals.has(node.name)) free.add(node.name);
  });
}

function targetNames(target: Target): readonly string[] {
  if (target.kind === 'tuple') return target.items.flatMap(targetNames);
  return target.kind === 'name' ? [target.name] : [];
}

function innerNames(statement: Statement): readonly string[] {
  if (statement.kind === 'for') return targetNames(statement.target);
  if (statement.kind === 'macro') return [statement.name, ...statement.parameters.map((parameter) => parameter.name)];
  return statement.kind === 'callBlock' ? statement.parameters.map((parameter) => parameter.name) : [];
}

function outerNames(statement: Statement): readonly string[] {
  if (statement.kind === 'set' || statement.kind === 'setBlock') return targetNames(statement.target);
  if (statement.kind === 'macro') return [statement.name];
  if (statement.kind !== 'import') return [];
  return typeof statement.as === 'string' ? [statement.as] : statement.as.map((entry) => entry.as);
}

export const shortName = (name: string): string =>
  name.replace(/^(ansible\.(builtin|legacy|utils|netcommon)|community\.general)\./, '');

const impureLookups: ReadonlySet<string> = new Set([
  'pipe',
  'lines',
  'password',
  'url',
  'random_choice',
  'random_string',
  'random_pet',
  'unvault',
]);
const impureFilters: ReadonlySet<string> = new Set(['random', 'shuffle', 'password_hash']);

/** Calls whose answer may differ each time, or that act: `pipe`, `password`, `now`, `random` ... */
export function impureCalls(body: Body): string[] {
  const found = new Set<string>();
  eachExpressionIn(body, (node) => {
    if (node.kind === 'filter' && impureFilters.has(shortName(node.name))) found.add(shortName(node.name));
    if (node.kind !== 'call' || node.callee.kind !== 'name') return;
    const {name} = node.callee;
    if (name === 'now') found.add('now');
    if (name === 'lookup' || name === 'query' || name === 'q') {
      const lookup = lookupName(node.args.positional[0]);
      if (lookup === undefined) found.add('lookup');
      else if (impureLookups.has(lookup)) found.add(lookup);
    }
  });
  return [...found].sort();
}

const lookupName = (node: Expression | undefined): string | undefined =>
  node?.kind === 'const' && typeof node.value === 'string' ? shortName(node.value) : undefined;

/** Names of all filters, tests and (where written out) lookups, with their places. */
export function calledNames(
  body: Body,
): {readonly kind: 'filter' | 'test' | 'lookup'; readonly name: string; readonly at: number}[] {
  const found: {kind: 'filter' | 'test' | 'lookup'; name: string; at: number}[] = [];
  eachExpressionIn(body, (node) => {
    if (node.kind === 'filter' || node.kind === 'test') found.push({kind: node.kind, name: node.name, at: node.at});
    const isLookup =
      node.kind === 'call' && node.callee.kind === 'name' && ['lookup', 'query', 'q'].includes(node.callee.name);
    const lookup = isLookup ? lookupName(node.args.positional[0]) : undefined;
    if (lookup !== undefined) found.push({kind: 'lookup', name: lookup, at: node.at});
  });
  return found;
}

const mutators: ReadonlySet<string> = new Set([
  'append',
  'extend',
  'insert',
  'remove',
  'pop',
  'popitem',
  'clear',
  'update',
  'setdefault',
  'sort',
  'reverse',
]);

/** Whether a method that changes its object may be called. */
export function callsMutators(body: Body): boolean {
  let found = false;
  eachExpressionIn(body, (node) => {
    if (node.kind === 'call' && node.callee.kind === 'attribute' && mutators.has(node.callee.name)) found = true;
  });
  return found;
}

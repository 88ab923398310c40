/** `{% include %}`, `{% import %}` and `{% from %}`. */
import {Fault} from '../python/faults.js';
import {PyRecord} from '../python/kinds.js';
import {pyStr} from '../python/repr.js';
import {defined, Undefined} from '../python/undefined.js';
import type {Body, Compiled, ImportNode, IncludeNode} from '../syntax/ast.js';
import type {Evaluation} from './evaluation.js';
import {findOnPath} from './files.js';
import {concat} from './output.js';
import {Scope} from './scope.js';
import {deeper, noVariables} from './world.js';

interface Loaded {
  readonly compiled: Compiled;
  readonly path: string;
}

/** The first of the names that is there; undefined if none is. */
function load(evaluation: Evaluation, names: unknown): Loaded | undefined {
  const list = Array.isArray(names) ? names : [names];
  for (const name of list) {
    const path = findOnPath(evaluation, 'templates', pyStr(defined(name)));
    if (path !== undefined)
      return {path, compiled: evaluation.library.compile(evaluation.context.lookups.readFile(path), 'file')};
  }
  return undefined;
}

function required(evaluation: Evaluation, names: unknown): Loaded {
  const loaded = load(evaluation, names);
  if (loaded) return loaded;
  throw new Fault(
    `there is no template ${(Array.isArray(names) ? names : [names]).map((name) => `'${pyStr(name)}'`).join(' or ')}`,
    {
      hint: `looked in ${evaluation.context.lookups.searchPaths('templates').join(', ') || 'no folder'}`,
    },
  );
}

function inner(evaluation: Evaluation, loaded: Loaded, withContext: boolean): Evaluation {
  const variables = withContext ? evaluation.world.variables : noVariables;
  return evaluation.fork({...deeper(evaluation.world, loaded.path), variables, file: loaded.path}, loaded.compiled);
}

function runFile(evaluation: Evaluation, body: Body, scope: Scope, pieces: unknown[]): void {
  try {
    evaluation.run(evaluation, body, scope, pieces);
  } catch (error) {
    if (error instanceof Fault) {
      error.site ??= {text: evaluation.compiled.text, offset: evaluation.at};
      error.trail.push(`in ${evaluation.file}`);
    }
    throw error;
  }
}

export function includeTemplate(evaluation: Evaluation, node: IncludeNode, scope: Scope, pieces: unknown[]): void {
  const names = defined(evaluation.evaluate(node.template, scope));
  evaluation.at = node.at;
  const loaded = node.ignoreMissing ? load(evaluation, names) : required(evaluation, names);
  if (!loaded) return;
  runFile(
    inner(evaluation, loaded, node.withContext),
    loaded.compiled.body,
    new Scope(node.withContext ? scope : undefined),
    pieces,
  );
}

export function importTemplate(evaluation: Evaluation, node: ImportNode, scope: Scope): void {
  const names = defined(evaluation.evaluate(node.template, scope));
  evaluation.at = node.at;
  const loaded = required(evaluation, names);
  const own = new Scope(node.withContext ? scope : undefined);
  const pieces: unknown[] = [];
  runFile(inner(evaluation, loaded, node.withContext), loaded.compiled.body, own, pieces);
  if (typeof node.as === 'string') scope.set(node.as, moduleRecord(own, pieces));
  else
    for (const {name, as} of node.as)
      scope.set(as, exported(own, name) ?? new Undefined({path: name, why: `${loaded.path} does not define it`}));
}

const exported = (scope: Scope, name: string): unknown => (name.startsWith('_') ? undefined : scope.own().get(name));

const moduleRecord = (scope: Scope, pieces: readonly unknown[]): PyRecord =>
  new PyRecord('TemplateModule', (name) => (name === '__text__' ? (concat(pieces) ?? '') : exported(scope, name)));

/** Runs the statements of a template; what they print is collected piece by piece. */
import {Fault} from '../python/faults.js';
import {itemsOf} from '../python/iterate.js';
import {PyNamespace, typeName} from '../python/kinds.js';
import {defined} from '../python/undefined.js';
import type {Body, ForNode, Statement, Target} from '../syntax/ast.js';
import {deepCopy} from './copy.js';
import type {Evaluation} from './evaluation.js';
import {importTemplate, includeTemplate} from './includes.js';
import {loopRecord} from './loop.js';
import {callBlock, macroFunction} from './macros.js';
import {concat} from './output.js';
import {Scope} from './scope.js';

/** Runs a body; what it prints goes to `pieces`. */
export function runInto(evaluation: Evaluation, body: Body, scope: Scope, pieces: unknown[]): void {
  for (const statement of body) runStatement(evaluation, statement, scope, pieces);
}

function runStatement(evaluation: Evaluation, node: Statement, scope: Scope, pieces: unknown[]): void {
  switch (node.kind) {
    case 'text':
      pieces.push(node.text);
      return;
    case 'print': {
      const value = defined(evaluation.evaluate(node.value, scope));
      evaluation.at = node.value.at;
      evaluation.saw(value);
      // Printed as it is now, even if the template changes it later.
      pieces.push(evaluation.mayMutate ? deepCopy(value, undefined) : value);
      return;
    }
    case 'if': {
      const taken = node.branches.find((branch) =>
        evaluation.truth(evaluation.evaluate(branch.condition, scope), branch.condition.at),
      );
      runInto(evaluation, taken?.body ?? node.otherwise, scope, pieces);
      return;
    }
    case 'for':
      runFor(evaluation, node, evaluation.evaluate(node.iterable, scope), scope, pieces, 0);
      return;
    case 'set':
      assign(evaluation, node.target, evaluation.evaluate(node.value, scope), scope);
      return;
    case 'setBlock': {
      const inner = new Scope(scope);
      const text = evaluation.runBody(node.body, inner) ?? '';
      assign(evaluation, node.target, node.filter ? filterChain(evaluation, node.filter, text, inner) : text, scope);
      return;
    }
    case 'filterBlock': {
      const inner = new Scope(scope);
      pieces.push(filterChain(evaluation, node.filter, evaluation.runBody(node.body, inner) ?? '', inner));
      return;
    }
    case 'with': {
      const inner = new Scope(scope);
      for (const {target, value} of node.assignments)
        assign(evaluation, target, evaluation.evaluate(value, inner), inner);
      runInto(evaluation, node.body, inner, pieces);
      return;
    }
    case 'macro':
      scope.set(node.name, macroFunction(evaluation, node, scope));
      return;
    case 'callBlock':
      pieces.push(callBlock(evaluation, node, scope));
      return;
    case 'include':
      includeTemplate(evaluation, node, scope, pieces);
      return;
    case 'import':
      importTemplate(evaluation, node, scope);
      return;
  }
}

type FilterBlock = Extract<Statement, {kind: 'filterBlock'}>['filter'];

/** `{% filter a | b %}`: the innermost filter has no input of its own. */
function filterChain(evaluation: Evaluation, node: FilterBlock, text: unknown, scope: Scope): unknown {
  const input = node.input?.kind === 'filter' ? filterChain(evaluation, node.input, text, scope) : text;
  return evaluation.filterOn(node, input, scope);
}

export function assign(evaluation: Evaluation, target: Target, value: unknown, scope: Scope): void {
  if (target.kind === 'name') scope.set(target.name, value);
  else if (target.kind === 'member') assignMember(evaluation, target, value, scope);
  else unpack(evaluation, target, value, scope);
}

function assignMember(evaluation: Evaluation, target: Target & {kind: 'member'}, value: unknown, scope: Scope): void {
  evaluation.at = target.at;
  const owner = scope.find(target.namespace)?.value;
  if (!(owner instanceof PyNamespace))
    throw new Fault(`'${target.namespace}' is not a namespace: only attributes of namespace() can be set`);
  owner.members.set(target.name, value);
}

function unpack(evaluation: Evaluation, target: Target & {kind: 'tuple'}, value: unknown, scope: Scope): void {
  evaluation.at = target.at;
  const items = itemsOf(value);
  if (items.length !== target.items.length)
    throw new Fault(`${target.items.length} names for a ${typeName(value)} of ${items.length}`);
  target.items.forEach((inner, index) => {
    assign(evaluation, inner, items[index], scope);
  });
}

function runFor(
  evaluation: Evaluation,
  node: ForNode,
  iterable: unknown,
  scope: Scope,
  pieces: unknown[],
  depth: number,
): void {
  evaluation.at = node.iterable.at;
  evaluation.sawMember(iterable);
  const items = chosenItems(evaluation, node, itemsOf(iterable), scope);
  if (items.length === 0) {
    runInto(evaluation, node.otherwise, new Scope(scope), pieces);
    return;
  }
  const recurse = (inner: unknown): unknown => {
    const nested: unknown[] = [];
    runFor(evaluation, node, inner, scope, nested, depth + 1);
    return concat(nested) ?? '';
  };
  const loop = loopRecord(items, depth, node.recursive ? recurse : undefined);
  items.forEach((item, index) => {
    const inner = new Scope(scope);
    loop.moveTo(index);
    inner.set('loop', loop.record);
    assign(evaluation, node.target, item, inner);
    runInto(evaluation, node.body, inner, pieces);
  });
}

function chosenItems(
  evaluation: Evaluation,
  node: ForNode,
  items: readonly unknown[],
  scope: Scope,
): readonly unknown[] {
  const {condition} = node;
  if (!condition) return Array.from(items);
  return Array.from(items).filter((item) => {
    const inner = new Scope(scope);
    assign(evaluation, node.target, item, inner);
    return evaluation.truth(evaluation.evaluate(condition, inner), condition.at);
  });
}

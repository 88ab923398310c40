/** `{% macro %}` and `{% call %}`. */
import {Fault} from '../python/faults.js';
import {type CallArguments, PyFunction, tuple} from '../python/kinds.js';
import {makeDict} from '../python/mapping.js';
import {Undefined} from '../python/undefined.js';
import type {Body, CallBlockNode, Parameter} from '../syntax/ast.js';
import type {Evaluation} from './evaluation.js';
import {Scope} from './scope.js';

/** A macro that calls itself without end must not exhaust the stack. */
const deepestCalls = 100;

interface Definition {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
}

export function macroFunction(evaluation: Evaluation, node: Definition, scope: Scope): PyFunction {
  const names = new Set(mentionedNames(node.body));
  let depth = 0;
  return new PyFunction(
    node.name,
    (given) => {
      if (++depth > deepestCalls)
        throw new Fault(`the macro '${node.name}' calls itself more than ${deepestCalls} deep`);
      try {
        return evaluation.runBody(node.body, bindParameters(evaluation, node, given, scope, names)) ?? '';
      } finally {
        depth--;
      }
    },
    true,
    'Macro',
  );
}

function bindParameters(
  evaluation: Evaluation,
  node: Definition,
  given: CallArguments,
  outer: Scope,
  names: ReadonlySet<string>,
): Scope {
  const scope = new Scope(outer);
  const named = new Map(given.named);
  const caller = named.get('caller');
  if (names.has('caller') || caller !== undefined) {
    scope.set('caller', caller ?? new Undefined({path: 'caller', why: 'the macro was not called with {% call %}'}));
    named.delete('caller');
  }
  node.parameters.forEach((parameter, index) => {
    scope.set(parameter.name, parameterValue(evaluation, node, parameter, index, given, named, scope));
    named.delete(parameter.name);
  });
  const extra = given.positional.slice(node.parameters.length);
  if (extra.length > 0 && !names.has('varargs'))
    throw new Fault(
      `the macro '${node.name}' takes at most ${node.parameters.length} arguments, not ${given.positional.length}`,
    );
  if (named.size > 0 && !names.has('kwargs'))
    throw new Fault(`the macro '${node.name}' has no parameter '${[...named.keys()][0]}'`);
  scope.set('varargs', tuple(extra));
  scope.set('kwargs', makeDict(named));
  return scope;
}

function parameterValue(
  evaluation: Evaluation,
  node: Definition,
  parameter: Parameter,
  index: number,
  given: CallArguments,
  named: ReadonlyMap<string, unknown>,
  scope: Scope,
): unknown {
  if (index < given.positional.length) {
    if (named.has(parameter.name)) throw new Fault(`the macro '${node.name}' got '${parameter.name}' twice`);
    return given.positional[index];
  }
  if (named.has(parameter.name)) return named.get(parameter.name);
  if (parameter.fallback) return evaluation.evaluate(parameter.fallback, scope);
  return new Undefined({path: parameter.name, why: `the macro '${node.name}' was called without it`});
}

/** The names `caller`, `varargs` and `kwargs` where a body mentions them. */
function mentionedNames(body: Body): string[] {
  const text = JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return ['caller', 'varargs', 'kwargs'].filter((name) => text.includes(`"name":"${name}"`));
}

export function callBlock(evaluation: Evaluation, node: CallBlockNode, scope: Scope): unknown {
  const caller = macroFunction(evaluation, {name: 'caller', parameters: node.parameters, body: node.body}, scope);
  const callee = evaluation.evaluate(node.call.callee, scope);
  const given = evaluation.arguments(node.call.args, scope);
  evaluation.at = node.at;
  return evaluation.callValue(
    callee,
    {positional: given.positional, named: new Map([...given.named, ['caller', caller]])},
    'the macro',
  );
}

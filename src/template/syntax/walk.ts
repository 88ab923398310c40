/** Goes over the parts of a template. */
import type {Arguments, Body, Expression, Statement} from './ast.js';

const argumentParts = (args: Arguments): readonly (Expression | undefined)[] => [
  ...args.positional,
  ...args.named.map((entry) => entry.value),
  args.spread,
  args.namedSpread,
];

/** The expressions directly inside an expression. */
export function partsOf(node: Expression): readonly Expression[] {
  const parts = ((): readonly (Expression | undefined)[] => {
    switch (node.kind) {
      case 'const':
      case 'name':
        return [];
      case 'list':
      case 'tuple':
        return node.items;
      case 'dict':
        return node.entries.flat();
      case 'concat':
        return node.parts;
      case 'attribute':
        return [node.object];
      case 'item':
        return [node.object, node.index];
      case 'slice':
        return [node.object, node.start, node.stop, node.step];
      case 'call':
        return [node.callee, ...argumentParts(node.args)];
      case 'filter':
      case 'test':
        return [node.input, ...argumentParts(node.args)];
      case 'compare':
        return [node.first, ...node.rest.map((entry) => entry.right)];
      case 'conditional':
        return [node.condition, node.chosen, node.otherwise];
      case 'negative':
      case 'positive':
      case 'not':
        return [node.operand];
      default:
        return [node.left, node.right];
    }
  })();
  return parts.filter((part) => part !== undefined);
}

export function eachExpression(node: Expression, visit: (node: Expression) => void): void {
  visit(node);
  for (const part of partsOf(node)) eachExpression(part, visit);
}

/** Every expression in every statement, whatever its scope. */
export function eachExpressionIn(body: Body, visit: (node: Expression) => void): void {
  for (const statement of body) {
    for (const expression of expressionsOf(statement)) eachExpression(expression, visit);
    for (const inner of bodiesOf(statement)) eachExpressionIn(inner, visit);
  }
}

export function expressionsOf(node: Statement): readonly Expression[] {
  const fallbacks =
    node.kind === 'macro' || node.kind === 'callBlock' ? node.parameters.map((parameter) => parameter.fallback) : [];
  const parts = ((): readonly (Expression | undefined)[] => {
    switch (node.kind) {
      case 'print':
      case 'set':
        return [node.value];
      case 'if':
        return node.branches.map((branch) => branch.condition);
      case 'for':
        return [node.iterable, node.condition];
      case 'setBlock':
      case 'filterBlock':
        return [node.filter];
      case 'with':
        return node.assignments.map((assignment) => assignment.value);
      case 'callBlock':
        return [node.call];
      case 'include':
      case 'import':
        return [node.template];
      default:
        return [];
    }
  })();
  return [...parts, ...fallbacks].filter((part) => part !== undefined);
}

export function bodiesOf(node: Statement): readonly Body[] {
  switch (node.kind) {
    case 'if':
      return [...node.branches.map((branch) => branch.body), node.otherwise];
    case 'for':
      return [node.body, node.otherwise];
    case 'setBlock':
    case 'filterBlock':
    case 'with':
    case 'macro':
    case 'callBlock':
      return [node.body];
    default:
      return [];
  }
}

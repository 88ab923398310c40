/** How to call an expression in a message: `server_config.tls['san'][0]`. */
import {typeName} from '../python/kinds.js';
import type {Expression} from '../syntax/ast.js';

export function pathText(node: Expression): string {
  switch (node.kind) {
    case 'name':
      return node.name;
    case 'const':
      return shortText(node.value);
    case 'attribute':
      return `${pathText(node.object)}.${node.name}`;
    case 'item':
      return `${pathText(node.object)}[${pathText(node.index)}]`;
    case 'slice':
      return `${pathText(node.object)}[...]`;
    case 'call':
      return `${pathText(node.callee)}(...)`;
    case 'filter':
      return `${node.input ? pathText(node.input) : '...'} | ${node.name}`;
    default:
      return '(...)';
  }
}

function shortText(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const quoted = `'${value}'`;
  return quoted.length > 40 ? `${quoted.slice(0, 37)}...'` : quoted;
}

/** The suffix that a member adds: `.name`, `['x']`, `[0]`. */
export const keySuffix = (key: unknown): string => `[${typeof key === 'object' ? typeName(key) : shortText(key)}]`;

/** `when`, `until`, `failed_when` ...: bare expressions that decide. Lenient where Ansible 2.19 is, with a warning. */
import type {Where} from '../errors/index.js';
import {formatWhere} from '../errors/index.js';
import type {Runner} from './engine.js';
import {complete} from './eval/output.js';
import {omit} from './omit.js';
import {typeName} from './python/kinds.js';
import {pyRepr} from './python/repr.js';
import {truthy} from './python/truth.js';
import {SyntaxFault} from './syntax/faults.js';

/** A text that is templates from its first character to its last. */
const allTemplate = /^\{[{%#][\s\S]*[}%#]\}$/;

export function decide(run: Runner, expression: unknown, where: Where | undefined): boolean {
  if (typeof expression === 'boolean') return expression;
  const warn = (message: string): void => run.warnOnce(where ? `${message} (${formatWhere(where)})` : message);
  if (expression === null || expression === undefined || expression === '') {
    warn('an empty condition counts as true');
    return true;
  }
  if (typeof expression !== 'string') return outcome(run.render(expression), String(expression), warn);
  const text = expression.trim();
  if (!allTemplate.test(text)) return outcome(evaluateBare(run, text, warn), text, warn);
  warn(`a condition is an expression already: write it without braces: '${text}'`);
  return wordOutcome(run.render(text), text, warn);
}

/** Braces somewhere inside a condition are dropped: `{{ a }} == 1` means `(a) == 1`. */
function evaluateBare(run: Runner, text: string, warn: (message: string) => void): unknown {
  try {
    return run.condition(text);
  } catch (error) {
    if (!(error instanceof SyntaxFault) || !text.includes('{{')) throw error;
    warn(`a condition is an expression already: write it without braces: '${text}'`);
    return run.condition(text.replace(/\{\{[-+]?/g, '(').replace(/-?\}\}/g, ')'));
  }
}

function outcome(value: unknown, text: string, warn: (message: string) => void): boolean {
  const result = value === omit ? false : truthy(value);
  if (typeof value !== 'boolean') {
    const shown = pyRepr(complete(value));
    const hint =
      typeof value === 'string' && /^(no|false|off)$/i.test(value)
        ? '; text that is not empty counts as true: add `| bool`'
        : '';
    warn(
      `the condition '${text}' is no boolean but ${shown.length > 40 ? `${shown.slice(0, 37)}...` : shown} (${typeName(value)}), which counts as ${result}${hint}`,
    );
  }
  return result;
}

/** What a template gives may be a word for true or false. */
function wordOutcome(value: unknown, text: string, warn: (message: string) => void): boolean {
  if (typeof value === 'string' && /^(no|false|off|0|none)?$/i.test(value.trim())) return false;
  if (typeof value === 'string' && /^(yes|true|on|1)$/i.test(value.trim())) return true;
  return outcome(value, text, warn);
}

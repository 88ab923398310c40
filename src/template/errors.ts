/** From a fault inside a template to an error a person can act on: what, where, the line with a caret, the way out. */
import {TemplateError, UndefinedVariableError, type Where} from '../errors/index.js';
import {type Fault, UndefinedFault} from './python/faults.js';
import type {Site} from './python/undefined.js';
import {SyntaxFault} from './syntax/faults.js';

/** Longest line shown; a longer one is cut around the caret. */
const widestLine = 110;

export function templateError(fault: Fault, where: Where | undefined, file: string | undefined): TemplateError {
  const parts = {
    what: whatOf(fault),
    where: placeOf(fault, where, file),
    hint: fault.hint,
    excerpt: fault.site && excerpt(fault.site),
    cause: fault.cause,
  };
  return fault instanceof UndefinedFault ? new UndefinedVariableError(parts) : new TemplateError(parts);
}

function whatOf(fault: Fault): string {
  const kind = fault instanceof SyntaxFault ? 'not a template: ' : '';
  // What an undefined value was needed by is part of its own message.
  const trail = fault instanceof UndefinedFault ? fault.trail.filter((step) => step.startsWith('in ')) : fault.trail;
  const needed = trail.map((step) => (step.startsWith('in ') ? ` (${step})` : `, needed by variable ${step}`)).join('');
  return kind + fault.message + needed;
}

/** In a template file the place is exact; else it is where the text stands in YAML. */
function placeOf(fault: Fault, where: Where | undefined, file: string | undefined): Where | undefined {
  if (file === undefined || !fault.site || fault.trail.length > 0) return where;
  const {line, column} = lineAt(fault.site);
  return {file, line, column};
}

function lineAt({text, offset}: Site): {line: number; column: number; shown: string} {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return {
    line: text.slice(0, start).split('\n').length,
    column: offset - start + 1,
    shown: text.slice(start, end === -1 ? text.length : end),
  };
}

/** The line the fault is in, and a caret under the place. */
export function excerpt(site: Site): string {
  const {column, shown} = lineAt(site);
  const from = column > widestLine - 20 ? column - 40 : 0;
  const cut = shown.slice(from, from + widestLine);
  const [before, after] = [from > 0 ? '... ' : '', from + widestLine < shown.length ? ' ...' : ''];
  const blanks = cut.slice(0, column - 1 - from).replace(/[^\t]/g, ' ');
  return `${before}${cut}${after}\n${' '.repeat(before.length)}${blanks}^`;
}

/** From text to something that can be evaluated. */

import {callsMutators} from './analyse.js';
import type {Body, Compiled, Expression} from './ast.js';
import {ExpressionParser} from './expressions.js';
import {lexExpression, lexTemplate} from './lexer.js';
import {ansibleSettings, headerMark, readHeader} from './settings.js';
import {TemplateParser} from './statements.js';
import {TokenStream} from './stream.js';

/**
 * How a text is read:
 * - `text`: a template in a playbook or variable file; strings in `{{ }}` keep their backslashes.
 * - `file`: a `.j2` file, or a template found by a lookup; ordinary Jinja escapes everywhere.
 * - `expression`: bare, strings keep their backslashes. `condition`: bare, ordinary escapes.
 */
export type TextKind = 'text' | 'file' | 'expression' | 'condition';

const starts = /\{[{%#]/;

/** Whether a string needs rendering at all. */
export const isTemplate = (text: string): boolean => starts.test(text) || text.startsWith(headerMark);

export function compile(text: string, kind: TextKind): Compiled {
  if (kind === 'expression' || kind === 'condition') return compileExpression(text, kind === 'expression');
  const unified = text.replace(/\r\n?/g, '\n');
  const {settings, skipped} = readHeader(unified, ansibleSettings);
  const source = settings.keepTrailingNewline ? unified : unified.replace(/\n$/, '');
  const tokens = lexTemplate(source, {settings, rawVariableStrings: kind === 'text'}, Math.min(skipped, source.length));
  const body = new TemplateParser(new TokenStream(tokens)).parse();
  const only = body.length === 1 ? body[0] : undefined;
  return made(text, body, only?.kind === 'print' ? only.value : undefined, settings.newline);
}

function compileExpression(text: string, rawStrings: boolean): Compiled {
  const stream = new TokenStream(lexExpression(text, rawStrings));
  const single = new ExpressionParser(stream).parse();
  if (stream.current.kind !== 'end') throw stream.unexpected('the end of the expression');
  return made(text, [{kind: 'print', at: single.at, value: single}], single, '\n');
}

const made = (text: string, body: Body, single: Expression | undefined, newline: string): Compiled => ({
  text,
  body,
  single,
  finalNewlines: countFinalNewlines(text),
  newline,
  mutates: callsMutators(body),
});

export function countFinalNewlines(text: string): number {
  let count = 0;
  while (count < text.length && text[text.length - 1 - count] === '\n') count++;
  return count;
}

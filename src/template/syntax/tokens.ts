/** The words of an expression. */
import {toFloat} from '../python/kinds.js';
import {toInt} from '../python/numbers.js';
import {SyntaxFault} from './faults.js';
import {readEscapes} from './strings.js';

export type TokenKind =
  | 'data'
  | 'variableBegin'
  | 'variableEnd'
  | 'blockBegin'
  | 'blockEnd'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'sign'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Name, sign, or text. */
  readonly text: string;
  /** Of strings and numbers. */
  readonly value?: unknown;
  readonly at: number;
}

const name = /[\p{L}\p{Nl}_][\p{L}\p{N}\p{M}_]*/uy;
const float = /(?<!\.)\d+(?:_\d+)*(?:(?:\.\d+(?:_\d+)*)?[eE][+-]?\d+(?:_\d+)*|\.\d+(?:_\d+)*)/y;
const integer = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y;
const string = /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const sign = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;
const space = /\s+/y;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

export const skipSpace = (text: string, at: number): number => at + (matchAt(space, text, at)?.length ?? 0);

/**
 * The token that begins at an offset.
 * @param rawStrings backslashes in strings stand for themselves (`{{ }}` in a playbook: YAML has read them already).
 */
export function readToken(text: string, at: number, rawStrings: boolean): {token: Token; end: number} {
  const found = (kind: TokenKind, raw: string, value?: unknown): {token: Token; end: number} => ({
    token: {kind, text: raw, value, at},
    end: at + raw.length,
  });
  const asFloat = matchAt(float, text, at);
  if (asFloat !== undefined) return found('float', asFloat, toFloat(Number(asFloat.replaceAll('_', ''))));
  const asInteger = matchAt(integer, text, at);
  if (asInteger !== undefined) return found('integer', asInteger, toInt(BigInt(asInteger.replaceAll('_', ''))));
  const asName = matchAt(name, text, at);
  if (asName !== undefined) return found('name', asName);
  const asString = matchAt(string, text, at);
  if (asString !== undefined) return found('string', asString, stringValue(asString.slice(1, -1), at, rawStrings));
  const asSign = matchAt(sign, text, at);
  if (asSign !== undefined) return found('sign', asSign);
  throw unexpected(text, at);
}

const stringValue = (literal: string, at: number, raw: boolean): string => {
  const unified = literal.replace(/\r\n?/g, '\n');
  return raw ? unified : readEscapes(unified, at);
};

function unexpected(text: string, at: number): SyntaxFault {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (character === '"' || character === "'") return new SyntaxFault('a string is not closed', at);
  const hint = {
    '!': 'write `not`, or `!=`',
    '&': 'write `and`',
    '?': 'write `a if condition else b`',
    '`': "quote strings with '",
  }[character];
  return new SyntaxFault(`unexpected '${character}'`, at, hint);
}

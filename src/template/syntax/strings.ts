/** Escapes in string literals, as Python's `unicode-escape` reads them: an unknown escape keeps its backslash. */
import {SyntaxFault} from './faults.js';

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

const form = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g;

/** @param at where the literal stands, for the message. */
export function readEscapes(literal: string, at: number): string {
  if (!literal.includes('\\')) return literal;
  return literal.replace(
    form,
    (whole: string, x?: string, u?: string, long?: string, octal?: string, other?: string) => {
      const digits = x ?? u ?? long;
      if (digits !== undefined) return codePoint(Number.parseInt(digits, 16), whole, at);
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (other !== undefined && 'xuU'.includes(other))
        throw new SyntaxFault(`'${whole}' is not a complete escape`, at, 'write two backslashes for one');
      return simple[other ?? ''] ?? whole;
    },
  );
}

function codePoint(code: number, whole: string, at: number): string {
  if (code > 0x10ffff) throw new SyntaxFault(`'${whole}' is not a character`, at);
  return String.fromCodePoint(code);
}

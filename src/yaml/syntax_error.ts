import {parseEvents, YAMLException} from 'js-yaml';
import {messageOf, type Where, YamlError} from '../errors/index.js';

/** Lines looked back over for the place where an unclosed quote or bracket was opened. */
const furthestLookBack = 400;

export interface SyntaxFailure {
  readonly reason: string;
  readonly offset: number;
  /** Where the judged text was cut; the whole text without it. */
  readonly end?: number;
}

/** The parser's complaint, or undefined if the text is well formed. */
export function syntaxFailure(text: string): SyntaxFailure | undefined {
  try {
    parseEvents(text, {});
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}

export function failureOf(error: unknown): SyntaxFailure {
  if (error instanceof YAMLException) return {reason: error.reason, offset: error.mark?.position ?? 0};
  return {reason: messageOf(error), offset: 0};
}

export const isUnclosed = (reason: string): boolean => /within a (single quoted|double quoted|flow)/.test(reason);

/**
 * Offset where what is never closed was opened: the first line after which the text, cut there, is still whole.
 * `reason` is the complaint about the text up to `end`.
 */
export function openedAt(text: string, end: number, reason: string): number | undefined {
  let cut = end;
  for (let back = 0; back < furthestLookBack && cut > 0; back++) {
    const lineStart = text.lastIndexOf('\n', cut - 2) + 1;
    if (syntaxFailure(text.slice(0, Math.max(lineStart - 1, 0)))?.reason !== reason) {
      const line = text.slice(lineStart, cut);
      const column = reason.includes('double')
        ? line.indexOf('"')
        : reason.includes('single')
          ? line.indexOf("'")
          : line.search(/[[{]/);
      return lineStart + Math.max(column, 0);
    }
    cut = lineStart;
  }
  return undefined;
}

const wording: readonly (readonly [RegExp, string])[] = [
  [/^tab characters must not/, 'a tab stands where YAML wants spaces'],
  [/within a double quoted scalar/, 'a double quote that opens here is never closed'],
  [/within a single quoted scalar/, 'a single quote that opens here is never closed'],
  [/within a flow collection/, 'a bracket that opens here is never closed'],
  [/^unknown escape sequence/, 'a backslash sequence in double quotes that YAML does not know'],
  [/^deficient indentation/, 'this line is not indented deeply enough for what it continues'],
  [/^bad indentation of a mapping entry/, 'this does not fit into the mapping around it'],
  [/^bad indentation of a sequence entry/, 'this does not fit into the list around it'],
  [/^end of the stream or a document separator/, 'this line does not fit what stands above it'],
  [/multiline key may not be an implicit key/, 'a key without a colon'],
];

/** How the classic mistakes are mended, judged by the line the parser stopped at. */
function hintFor(reason: string, line: string, previous: string): string | undefined {
  const content = line.trim();
  if (/^tab/.test(reason) || /^ *\t/.test(line)) return 'indent with spaces only';
  if (/(?::|^-|\s-)\s+\{\{/.test(line) || content.startsWith('{{'))
    return 'a value that begins with {{ must be quoted as a whole: "{{ name }}/more"';
  if (/escape/.test(reason)) return 'write the backslash twice, or use single quotes';
  if (isUnclosed(reason)) return undefined;
  const value = /^\s*(?:- +)?[^\s"'#][^:#]*:\s+(.*)$/.exec(line)?.[1] ?? '';
  if (/^(["']).*?\1\s*[^\s#,\]}:]/.test(value)) return 'quote the whole value, not only its beginning';
  if (/^[@`%]/.test(value)) return `a value that begins with '${value.charAt(0)}' must be quoted`;
  if (/^- /.test(value)) return 'a list begins on the line below its key, or stands in brackets: [a, b]';
  if (/^[^"'[{|>].*:(\s|$)/.test(value)) return 'a value with a colon followed by a space must be quoted';
  if (/^\s*[\w.-]+:[^\s/]/.test(previous) || /^\s*[\w.-]+:[^\s/]/.test(line))
    return 'a space is needed after the colon';
  if (/indentation|end of the stream/.test(reason))
    return 'members of one mapping or list begin in the same column; compare with the lines above';
  return undefined;
}

/** The parser's failure as an error with place, source line and the usual way out. */
export function syntaxError(text: string, failure: SyntaxFailure, where: (offset: number) => Where): YamlError {
  const opened = isUnclosed(failure.reason) ? openedAt(text, failure.end ?? text.length, failure.reason) : undefined;
  const offset = opened ?? Math.min(failure.offset, text.length);
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd);
  const previous = text.slice(text.lastIndexOf('\n', lineStart - 2) + 1, Math.max(lineStart - 1, 0));
  const worded = wording.find(([pattern]) => pattern.test(failure.reason))?.[1];
  return new YamlError({
    what: worded ?? `not valid YAML: ${failure.reason}`,
    where: where(offset),
    excerpt: line.replaceAll('\t', ' '),
    hint: hintFor(failure.reason, line, previous),
  });
}

import {readFileSync} from 'node:fs';
import {type Event, parseEvents} from 'js-yaml';
import {messageOf, type Where, YamlError} from '../errors/index.js';
import {Composer} from './compose.js';
import {LineIndex, PositionMap} from './positions.js';
import {failureOf, isUnclosed, type SyntaxFailure, syntaxError, syntaxFailure} from './syntax_error.js';
import type {YamlDocument, YamlWarning} from './types.js';

export interface ParseOptions {
  /** Named in errors and positions. */
  readonly file?: string;
  /** Where positions are kept; without it each call has its own. */
  readonly positions?: PositionMap;
}

/** Lines that may be indented again in one file before its first complaint is taken at its word. */
const mostReindents = 200;

interface Parsed {
  readonly events: readonly Event[];
  readonly source: string;
  /** Offset in the text as written, of an offset in `source`. */
  readonly written: (offset: number) => number;
}

/**
 * Parses leniently as PyYAML: a quoted text or bracket may go on, and close, at column 0. The parser refuses that,
 * so such lines are indented (white space there has no meaning) and the text is tried again.
 */
function parseLeniently(text: string, where: (offset: number) => Where): Parsed {
  const inserted: number[] = [];
  let source = text;
  let width = 0;
  const written = (offset: number): number => {
    let shift = 0;
    for (const at of inserted) if (offset > at + shift) shift += Math.min(width, offset - at - shift);
    return offset - shift;
  };
  let first: SyntaxFailure | undefined;
  for (;;) {
    try {
      return {events: parseEvents(source, {maxDepth: 200}), source, written};
    } catch (error) {
      const failure = failureOf(error);
      first ??= failure;
      const canMend = failure.reason.startsWith('deficient indentation') && inserted.length < mostReindents;
      if (!canMend) throw syntaxError(text, inserted.length > 0 ? atOpening(text, first) : failure, where);
      if (width === 0) width = deepestIndent(text) + 1;
      const lineStart = source.lastIndexOf('\n', failure.offset - 1) + 1;
      const at = written(lineStart);
      inserted.push(at);
      inserted.sort((a, b) => a - b);
      source = `${source.slice(0, lineStart)}${' '.repeat(width)}${source.slice(lineStart)}`;
    }
  }
}

/** Mending did not help: what is open at the first complaint is the mistake, so the text is judged up to there. */
function atOpening(text: string, first: SyntaxFailure): SyntaxFailure {
  const end = text.lastIndexOf('\n', first.offset - 1) + 1;
  const failure = syntaxFailure(text.slice(0, Math.max(end - 1, 0)));
  return failure && isUnclosed(failure.reason) ? {...failure, end} : first;
}

const deepestIndent = (text: string): number =>
  text.split('\n').reduce((deepest, line) => Math.max(deepest, /^ */.exec(line)?.[0].length ?? 0), 0);

/** All documents of a text. Throws YamlError. */
export function parseYamlDocuments(text: string, options: ParseOptions = {}): YamlDocument[] {
  const clean = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = new LineIndex(options.file ?? '<text>', clean);
  const positions = options.positions ?? new PositionMap();
  const parsed = parseLeniently(clean, (offset) => lines.where(offset));
  const where = (offset: number): Where => lines.where(parsed.written(offset));
  const warnings: YamlWarning[] = [];
  const composer = new Composer(parsed.events, {
    source: parsed.source,
    where,
    positions,
    warn: (warning) => warnings.push(warning),
  });
  return composer.documents().map(({value, offset}) => ({
    file: lines.file,
    value,
    where: where(offset),
    at: (container, key) => positions.at(container, key) ?? positions.at(container) ?? where(offset),
    keyAt: (container, key) => positions.keyAt(container, key) ?? positions.at(container) ?? where(offset),
    warnings,
  }));
}

/** The one document of a text; an empty text is null. Throws YamlError. */
export function parseYaml(text: string, options: ParseOptions = {}): YamlDocument {
  const [document, second] = parseYamlDocuments(text, options);
  if (second)
    throw new YamlError({
      what: 'a second document begins here, and only one is expected',
      where: second.where,
      hint: "take out the '---' between them, or put them into two files",
    });
  if (document) return document;
  const where = {file: options.file ?? '<text>', line: 1, column: 1};
  return {file: where.file, value: null, where, at: () => where, keyAt: () => where, warnings: []};
}

/** Reads and parses a file; `decode` sees its text first (whole-file vaults). Throws YamlError, also if it cannot be read. */
export function readYamlFile(
  file: string,
  options: Omit<ParseOptions, 'file'> & {readonly decode?: (text: string, file: string) => string} = {},
): YamlDocument {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new YamlError({what: `${file} cannot be read: ${messageOf(error)}`, cause: error});
  }
  const decoded = options.decode ? options.decode(text, file) : text;
  return parseYaml(decoded, {file, ...(options.positions ? {positions: options.positions} : {})});
}

/** Plain value of a YAML text, for the `from_yaml` filter. */
export const parseYamlValue = (text: string): unknown => parseYaml(text).value;

/** Plain values of all documents of a text, for `from_yaml_all`. */
export const parseYamlValues = (text: string): unknown[] => parseYamlDocuments(text).map((document) => document.value);

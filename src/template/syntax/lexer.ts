/** Takes a template's text apart into data, delimiters and the tokens between them. */
import {SyntaxFault} from './faults.js';
import type {Settings} from './settings.js';
import {readToken, skipSpace, type Token, type TokenKind} from './tokens.js';

export interface LexOptions {
  readonly settings: Settings;
  /** Strings inside `{{ }}` keep their backslashes (templates in playbooks). */
  readonly rawVariableStrings: boolean;
}

const escapeText = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const closers: Readonly<Record<string, string>> = {'(': ')', '[': ']', '{': '}'};

/** Tokens of a bare expression. */
export function lexExpression(text: string, rawStrings: boolean): Token[] {
  const tokens: Token[] = [];
  for (let at = skipSpace(text, 0); at < text.length; ) {
    const {token, end} = readToken(text, at, rawStrings);
    tokens.push(token);
    at = skipSpace(text, end);
  }
  tokens.push({kind: 'end', text: '', at: text.length});
  return tokens;
}

/** @param text with `\n` as its only line end; @param from where to begin (after a header line). */
export function lexTemplate(text: string, options: LexOptions, from = 0): Token[] {
  return new Lexer(text, options, from).run();
}

class Lexer {
  readonly #tokens: Token[] = [];
  readonly #opening: RegExp;
  readonly #settings: Settings;
  #at: number;
  /** The last token ended with a line feed, or nothing was read yet. */
  #lineStart = true;

  constructor(
    readonly text: string,
    readonly options: LexOptions,
    from: number,
  ) {
    this.#settings = options.settings;
    this.#at = from;
    const {blockStart, blockEnd, variableStart, commentStart} = options.settings;
    // The longest delimiter wins where one begins another.
    const starts = [blockStart, variableStart, commentStart].sort((a, b) => b.length - a.length).map(escapeText);
    const raw = `${escapeText(blockStart)}[-+]?\\s*raw\\s*-?${escapeText(blockEnd)}`;
    this.#opening = new RegExp(`(?<raw>${raw})|(?<start>${starts.join('|')})`, 'g');
  }

  run(): Token[] {
    while (this.#at < this.text.length) {
      this.#opening.lastIndex = this.#at;
      const match = this.#opening.exec(this.text);
      if (!match) {
        this.#data(this.text.slice(this.#at), this.#at);
        break;
      }
      this.#open(match);
    }
    this.#push('end', '', this.text.length);
    return this.#tokens;
  }

  #push(kind: TokenKind, text: string, at: number): void {
    this.#tokens.push({kind, text, at});
  }

  #data(text: string, at: number): void {
    if (text !== '') this.#push('data', text, at);
  }

  #open(match: RegExpExecArray): void {
    const {blockStart, blockEnd, variableStart} = this.#settings;
    const start = match.groups?.start ?? blockStart;
    const after = match.index + start.length;
    const signText = this.text[after] ?? '';
    const sign = signText === '-' || signText === '+' ? signText : '';
    this.#data(this.#stripBefore(this.text.slice(this.#at, match.index), sign, start === variableStart), this.#at);
    const raw = match.groups?.raw;
    if (raw !== undefined) this.#raw(match.index, match.index + raw.length, raw.endsWith(`-${blockEnd}`));
    else if (start === blockStart) this.#expression('block', match.index, after + sign.length);
    else if (start === variableStart) this.#expression('variable', match.index, after + sign.length);
    else this.#comment(match.index, after);
  }

  #stripBefore(data: string, sign: string, variable: boolean): string {
    if (sign === '-') return data.trimEnd();
    if (!this.#settings.lstripBlocks || sign === '+' || variable) return data;
    const lineAt = data.lastIndexOf('\n') + 1;
    const blank = (lineAt > 0 || this.#lineStart) && data.slice(lineAt).trim() === '';
    return blank ? data.slice(0, lineAt) : data;
  }

  /** Moves behind an end delimiter and the white space it takes along. */
  #close(end: number, sign: string, trims: boolean): void {
    if (sign === '-') this.#at = skipSpace(this.text, end);
    else this.#at = trims && sign !== '+' && this.text[end] === '\n' ? end + 1 : end;
    this.#lineStart = this.text[this.#at - 1] === '\n';
  }

  #comment(open: number, from: number): void {
    const {commentEnd, trimBlocks} = this.#settings;
    const end = this.text.indexOf(commentEnd, from);
    if (end === -1) throw new SyntaxFault(`the comment is not closed with '${commentEnd}'`, open);
    const before = end > from ? (this.text[end - 1] ?? '') : '';
    this.#close(end + commentEnd.length, before === '-' || before === '+' ? before : '', trimBlocks);
  }

  #raw(open: number, from: number, strips: boolean): void {
    const {blockStart, blockEnd, trimBlocks} = this.#settings;
    const start = strips ? skipSpace(this.text, from) : from;
    const ending = new RegExp(`${escapeText(blockStart)}([-+]?)\\s*endraw\\s*([-+]?)${escapeText(blockEnd)}`, 'g');
    ending.lastIndex = start;
    const match = ending.exec(this.text);
    if (!match) throw new SyntaxFault("the raw block is not closed with 'endraw'", open);
    this.#lineStart = this.text[start - 1] === '\n';
    this.#data(this.#stripBefore(this.text.slice(start, match.index), match[1] ?? '', false), start);
    this.#close(match.index + match[0].length, match[2] ?? '', trimBlocks);
  }

  #expression(kind: 'block' | 'variable', open: number, from: number): void {
    const ending = kind === 'block' ? this.#settings.blockEnd : this.#settings.variableEnd;
    const raw = kind === 'variable' && this.options.rawVariableStrings;
    this.#push(kind === 'block' ? 'blockBegin' : 'variableBegin', this.text.slice(open, from), open);
    const brackets: Token[] = [];
    for (let at = skipSpace(this.text, from); ; ) {
      if (at >= this.text.length)
        throw new SyntaxFault(`'${this.text.slice(open, from)}' is not closed with '${ending}'`, open);
      const sign = brackets.length === 0 ? this.#endingAt(at, ending, kind) : undefined;
      if (sign !== undefined) {
        this.#push(kind === 'block' ? 'blockEnd' : 'variableEnd', ending, at);
        this.#close(at + sign.length + ending.length, sign, kind === 'block' && this.#settings.trimBlocks);
        return;
      }
      const {token, end} = readToken(this.text, at, raw);
      balance(brackets, token);
      this.#tokens.push(token);
      at = skipSpace(this.text, end);
    }
  }

  /** The sign before the end delimiter, if it stands here. */
  #endingAt(at: number, ending: string, kind: 'block' | 'variable'): string | undefined {
    if (this.text.startsWith(ending, at)) return '';
    const sign = this.text[at] ?? '';
    return (sign === '-' || (sign === '+' && kind === 'block')) && this.text.startsWith(ending, at + 1)
      ? sign
      : undefined;
  }
}

/** Inside brackets `}}` closes two dicts, not the expression. */
function balance(open: Token[], token: Token): void {
  if (token.kind !== 'sign') return;
  if (token.text in closers) open.push(token);
  else if (')]}'.includes(token.text)) {
    const last = open.pop();
    const expected = last && closers[last.text];
    if (expected === undefined) throw new SyntaxFault(`unexpected '${token.text}'`, token.at);
    if (expected !== token.text) throw new SyntaxFault(`'${token.text}' where '${expected}' is expected`, token.at);
  }
}

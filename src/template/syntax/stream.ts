/** The tokens, one at a time. */
import {SyntaxFault} from './faults.js';
import type {Token, TokenKind} from './tokens.js';

const readable: Readonly<Partial<Record<TokenKind, string>>> = {
  end: 'the end of the template',
  variableEnd: 'the end of the expression',
  blockEnd: 'the end of the statement',
};

export class TokenStream {
  #index = 0;
  constructor(readonly tokens: readonly Token[]) {}

  get current(): Token {
    return this.tokens[this.#index] ?? {kind: 'end', text: '', at: 0};
  }

  /** The token after the current one. */
  get following(): Token {
    return this.tokens[this.#index + 1] ?? {kind: 'end', text: '', at: 0};
  }

  next(): Token {
    const token = this.current;
    this.#index++;
    return token;
  }

  isSign(...texts: readonly string[]): boolean {
    return this.current.kind === 'sign' && texts.includes(this.current.text);
  }

  isName(...texts: readonly string[]): boolean {
    return this.current.kind === 'name' && texts.includes(this.current.text);
  }

  /** Takes the sign if it stands here. */
  skipSign(text: string): boolean {
    if (!this.isSign(text)) return false;
    this.#index++;
    return true;
  }

  skipName(text: string): boolean {
    if (!this.isName(text)) return false;
    this.#index++;
    return true;
  }

  expectSign(text: string): Token {
    if (!this.isSign(text)) throw this.unexpected(`'${text}'`);
    return this.next();
  }

  expect(kind: TokenKind, what: string): Token {
    if (this.current.kind !== kind) throw this.unexpected(what);
    return this.next();
  }

  unexpected(wanted?: string): SyntaxFault {
    const {kind, text, at} = this.current;
    const found = readable[kind] ?? `'${text}'`;
    return new SyntaxFault(`unexpected ${found}${wanted === undefined ? '' : `, expected ${wanted}`}`, at);
  }
}

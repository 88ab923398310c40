/** Reads what stands between the signs of an expression: literals, names, and what follows them. */
import type {Arguments, CallNode, Expression, FilterNode} from './ast.js';
import {SyntaxFault} from './faults.js';
import type {TokenStream} from './stream.js';

const constants: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

export abstract class OperandParser {
  constructor(readonly stream: TokenStream) {}

  /** A whole expression, inline `if` included. */
  abstract parse(): Expression;

  parsePrimary(): Expression {
    const {stream} = this;
    const {kind, text, at} = stream.current;
    if (kind === 'name') {
      stream.next();
      return constants.has(text) ? {kind: 'const', at, value: constants.get(text)} : {kind: 'name', at, name: text};
    }
    if (kind === 'string') return this.#strings(at);
    if (kind === 'integer' || kind === 'float') return {kind: 'const', at, value: stream.next().value};
    if (stream.isSign('(')) return this.#parenthesis();
    if (stream.isSign('[')) return this.#list();
    if (stream.isSign('{')) return this.#dict();
    throw stream.unexpected();
  }

  /** Strings side by side are one. */
  #strings(at: number): Expression {
    let value = '';
    while (this.stream.current.kind === 'string') value += String(this.stream.next().value);
    return {kind: 'const', at, value};
  }

  #parenthesis(): Expression {
    const {at} = this.stream.expectSign('(');
    if (this.stream.skipSign(')')) return {kind: 'tuple', at, items: []};
    const value = this.parseTuple();
    this.stream.expectSign(')');
    return value;
  }

  /** `a`, or `a, b` without parentheses. */
  parseTuple(): Expression {
    const first = this.parse();
    if (!this.stream.isSign(',')) return first;
    const items = [first];
    while (this.stream.skipSign(',')) {
      if (this.stream.isSign(')') || ['variableEnd', 'blockEnd', 'end'].includes(this.stream.current.kind)) break;
      items.push(this.parse());
    }
    return {kind: 'tuple', at: first.at, items};
  }

  #list(): Expression {
    const {at} = this.stream.expectSign('[');
    const items: Expression[] = [];
    while (!this.stream.isSign(']')) {
      items.push(this.parse());
      if (!this.stream.skipSign(',')) break;
    }
    this.stream.expectSign(']');
    return {kind: 'list', at, items};
  }

  #dict(): Expression {
    const {at} = this.stream.expectSign('{');
    const entries: (readonly [Expression, Expression])[] = [];
    while (!this.stream.isSign('}')) {
      const key = this.parse();
      this.stream.expectSign(':');
      entries.push([key, this.parse()]);
      if (!this.stream.skipSign(',')) break;
    }
    this.stream.expectSign('}');
    return {kind: 'dict', at, entries};
  }

  protected postfix(value: Expression): Expression {
    const {stream} = this;
    let result = value;
    for (;;) {
      if (stream.isSign('.')) result = this.#attribute(result);
      else if (stream.isSign('[')) result = this.#subscript(result);
      else if (stream.isSign('(')) result = this.parseCall(result);
      else return result;
    }
  }

  #attribute(object: Expression): Expression {
    const {at} = this.stream.expectSign('.');
    const {kind, text, value} = this.stream.current;
    if (kind === 'integer') {
      this.stream.next();
      return {kind: 'item', at, object, index: {kind: 'const', at, value}};
    }
    if (kind !== 'name') throw this.stream.unexpected('a name after the dot');
    this.stream.next();
    return {kind: 'attribute', at, object, name: text};
  }

  #subscript(object: Expression): Expression {
    const {stream} = this;
    const {at} = stream.expectSign('[');
    if (stream.isSign(':')) return this.#sliceFrom(object, undefined, at);
    const index = this.parse();
    if (stream.isSign(':')) return this.#sliceFrom(object, index, at);
    const items = [index];
    while (stream.skipSign(',')) items.push(this.parse());
    stream.expectSign(']');
    return {kind: 'item', at, object, index: items.length === 1 ? index : {kind: 'tuple', at, items}};
  }

  #sliceFrom(object: Expression, start: Expression | undefined, at: number): Expression {
    const {stream} = this;
    const part = (): Expression | undefined =>
      stream.skipSign(':') && !stream.isSign(':', ']') ? this.parse() : undefined;
    const stop = part();
    const step = part();
    stream.expectSign(']');
    return {kind: 'slice', at, object, start, stop, step};
  }

  parseCall(callee: Expression): CallNode {
    const {at} = this.stream.current;
    return {kind: 'call', at, callee, args: this.parseArguments()};
  }

  parseArguments(): Arguments {
    const {stream} = this;
    stream.expectSign('(');
    const positional: Expression[] = [];
    const named: {name: string; value: Expression}[] = [];
    let spread: Expression | undefined;
    let namedSpread: Expression | undefined;
    while (!stream.isSign(')')) {
      if (namedSpread) throw stream.unexpected("')'");
      if (stream.skipSign('**')) namedSpread = this.parse();
      else if (!spread && stream.skipSign('*')) spread = this.parse();
      else if (stream.current.kind === 'name' && stream.following.kind === 'sign' && stream.following.text === '=') {
        const {text} = stream.next();
        stream.next();
        named.push({name: text, value: this.parse()});
      } else if (spread || named.length > 0)
        throw new SyntaxFault('a positional argument after a named one', stream.current.at);
      else positional.push(this.parse());
      if (!stream.skipSign(',')) break;
    }
    stream.expectSign(')');
    return {positional, named, spread, namedSpread};
  }

  /** Filters, tests and further calls after a value. */
  protected filters(value: Expression): Expression {
    const {stream} = this;
    let result = value;
    for (;;) {
      if (stream.skipSign('|')) result = this.parseFilter(result);
      else if (stream.isName('is')) result = this.#test(result);
      else if (stream.isSign('(')) result = this.parseCall(result);
      else return result;
    }
  }

  #dottedName(what: string): {name: string; at: number} {
    const first = this.stream.expect('name', what);
    let name = first.text;
    while (this.stream.skipSign('.')) name += `.${this.stream.expect('name', what).text}`;
    return {name, at: first.at};
  }

  /** After the `|`; also the filter chain of `{% filter a | b %}`, which begins without one. */
  parseFilter(input: Expression | undefined): FilterNode {
    const {name, at} = this.#dottedName('the name of a filter');
    const args = this.stream.isSign('(') ? this.parseArguments() : {positional: [], named: []};
    return {kind: 'filter', at, input, name, args};
  }

  #test(input: Expression): Expression {
    const {stream} = this;
    stream.next();
    const not = stream.isName('not') ? stream.next() : undefined;
    const {name, at} = this.#dottedName('the name of a test');
    const test: Expression = {kind: 'test', at, input, name, args: this.#testArguments()};
    return not ? {kind: 'not', at: not.at, operand: test} : test;
  }

  /** A single argument needs no parentheses: `x is divisibleby 3`. */
  #testArguments(): Arguments {
    const {stream} = this;
    if (stream.isSign('(')) return this.parseArguments();
    const begins = ['name', 'string', 'integer', 'float'].includes(stream.current.kind) || stream.isSign('[', '{');
    if (!begins || stream.isName('else', 'or', 'and', 'if')) return {positional: [], named: []};
    if (stream.isName('is'))
      throw new SyntaxFault("tests cannot be chained with 'is'", stream.current.at, 'join them with `and`');
    return {positional: [this.postfix(this.parsePrimary())], named: []};
  }
}

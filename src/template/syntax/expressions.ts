/** Reads expressions: a Pratt parser with Jinja's precedences. */
import type {ArithmeticSign} from '../python/arithmetic.js';
import type {Arguments, CallNode, CompareNode, CompareSign, Expression, FilterNode} from './ast.js';
import {SyntaxFault} from './faults.js';
import type {TokenStream} from './stream.js';

/** Binding powers of the arithmetic signs; `~` binds tighter than `+`, `**` is read from the left. */
const powers: Readonly<Record<string, number>> = {'+': 1, '-': 1, '~': 2, '*': 3, '/': 3, '//': 3, '%': 3, '**': 4};

const constants: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true], ['True', true], ['false', false], ['False', false], ['none', null], ['None', null],
]);

const compareSigns = ['==', '!=', '<', '<=', '>', '>='];

/** Deeper nesting than anyone writes; keeps a hostile text from exhausting the stack. */
const deepest = 250;

export class ExpressionParser {
  #depth = 0;
  constructor(readonly stream: TokenStream) {}

  /** A whole expression, inline `if` included. */
  parse(): Expression {
    if (++this.#depth > deepest) throw new SyntaxFault('the expression is nested too deeply', this.stream.current.at);
    const expression = this.#conditional();
    this.#depth--;
    return expression;
  }

  #conditional(): Expression {
    const {stream} = this;
    let value = this.#or();
    while (stream.isName('if')) {
      const {at} = stream.next();
      const condition = this.#or();
      const otherwise = stream.skipName('else') ? this.parse() : undefined;
      value = {kind: 'conditional', condition, then: value, otherwise, at};
    }
    return value;
  }

  /** As `for` reads what it iterates over: an `if` after it belongs to the loop. */
  parseWithoutConditional(): Expression {
    return this.#or();
  }

  #or(): Expression {
    let left = this.#and();
    while (this.stream.isName('or')) left = {kind: 'or', at: this.stream.next().at, left, right: this.#and()};
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.stream.isName('and')) left = {kind: 'and', at: this.stream.next().at, left, right: this.#not()};
    return left;
  }

  #not(): Expression {
    if (!this.stream.isName('not')) return this.#compare();
    const {at} = this.stream.next();
    if (++this.#depth > deepest) throw new SyntaxFault('the expression is nested too deeply', at);
    const operand = this.#not();
    this.#depth--;
    return {kind: 'not', at, operand};
  }

  #compare(): Expression {
    const first = this.#arithmetic(1);
    const rest: CompareNode['rest'][number][] = [];
    for (let sign = this.#compareSign(); sign; sign = this.#compareSign()) rest.push({...sign, right: this.#arithmetic(1)});
    return rest.length === 0 ? first : {kind: 'compare', first, rest, at: first.at};
  }

  #compareSign(): {sign: CompareSign; at: number} | undefined {
    const {stream} = this;
    const {at, text} = stream.current;
    if (stream.isSign(...compareSigns)) {
      stream.next();
      return {sign: text as CompareSign, at};
    }
    if (stream.skipName('in')) return {sign: 'in', at};
    if (!stream.isName('not') || stream.following.text !== 'in') return undefined;
    stream.next();
    stream.next();
    return {sign: 'not in', at};
  }

  #arithmetic(minimum: number): Expression {
    const {stream} = this;
    let left = this.#unary(true);
    for (;;) {
      const power = stream.current.kind === 'sign' ? powers[stream.current.text] : undefined;
      if (power === undefined || power < minimum) return left;
      const {text, at} = stream.next();
      const right = this.#arithmetic(power + 1);
      left = text === '~' ? {kind: 'concat', at, parts: left.kind === 'concat' ? [...left.parts, right] : [left, right]} : {kind: 'binary', at, sign: text as ArithmeticSign, left, right};
    }
  }

  /** Filters bind looser than a sign before the value: `-1 | abs` is 1. */
  #unary(withFilters: boolean): Expression {
    const {stream} = this;
    let value: Expression;
    if (stream.isSign('-', '+')) {
      const {text, at} = stream.next();
      if (++this.#depth > deepest) throw new SyntaxFault('the expression is nested too deeply', at);
      value = {kind: text === '-' ? 'negative' : 'positive', at, operand: this.#unary(false)};
      this.#depth--;
    } else value = this.parsePrimary();
    value = this.#postfix(value);
    return withFilters ? this.#filters(value) : value;
  }

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

  #postfix(value: Expression): Expression {
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
    const slice = this.#slice(object, at);
    if (slice) return slice;
    const index = this.parse();
    if (stream.isSign(':')) return this.#sliceFrom(object, index, at);
    const items = [index];
    while (stream.skipSign(',')) items.push(this.parse());
    stream.expectSign(']');
    return {kind: 'item', at, object, index: items.length === 1 ? index : {kind: 'tuple', at, items}};
  }

  #slice(object: Expression, at: number): Expression | undefined {
    return this.stream.isSign(':') ? this.#sliceFrom(object, undefined, at) : undefined;
  }

  #sliceFrom(object: Expression, start: Expression | undefined, at: number): Expression {
    const {stream} = this;
    const part = (): Expression | undefined => (stream.skipSign(':') && !stream.isSign(':', ']') ? this.parse() : undefined);
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
      } else if (spread || named.length > 0) throw new SyntaxFault('a positional argument after a named one', stream.current.at);
      else positional.push(this.parse());
      if (!stream.skipSign(',')) break;
    }
    stream.expectSign(')');
    return {positional, named, spread, namedSpread};
  }

  /** Filters, tests and further calls after a value. */
  #filters(value: Expression): Expression {
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
    if (stream.isName('is')) throw new SyntaxFault("tests cannot be chained with 'is'", stream.current.at, 'join them with `and`');
    return {positional: [this.#postfix(this.parsePrimary())], named: []};
  }
}

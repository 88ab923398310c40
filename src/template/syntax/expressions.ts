/** Reads expressions: a Pratt parser with Jinja's precedences. */
import type {ArithmeticSign} from '../python/arithmetic.js';
import type {CompareNode, CompareSign, Expression} from './ast.js';
import {SyntaxFault} from './faults.js';
import {OperandParser} from './operands.js';

/** Binding powers of the arithmetic signs; `~` binds tighter than `+`, `**` is read from the left. */
const powers: Readonly<Record<string, number>> = {'+': 1, '-': 1, '~': 2, '*': 3, '/': 3, '//': 3, '%': 3, '**': 4};

const compareSigns = ['==', '!=', '<', '<=', '>', '>='];

/** Deeper nesting than anyone writes; keeps a hostile text from exhausting the stack. */
const deepest = 250;

export class ExpressionParser extends OperandParser {
  #depth = 0;

  override parse(): Expression {
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
      value = {kind: 'conditional', condition, chosen: value, otherwise, at};
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
    for (let sign = this.#compareSign(); sign; sign = this.#compareSign())
      rest.push({...sign, right: this.#arithmetic(1)});
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
      left =
        text === '~'
          ? {kind: 'concat', at, parts: left.kind === 'concat' ? [...left.parts, right] : [left, right]}
          : {kind: 'binary', at, sign: text as ArithmeticSign, left, right};
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
    value = this.postfix(value);
    return withFilters ? this.filters(value) : value;
  }
}

/** Reads the statements of a template: `{% if %}`, `{% for %}`, `{% set %}` and their like. */
import type {
  Body,
  Expression,
  FilterNode,
  ForNode,
  ImportNode,
  IncludeNode,
  Parameter,
  Statement,
  Target,
} from './ast.js';
import {ExpressionParser} from './expressions.js';
import {SyntaxFault} from './faults.js';
import type {TokenStream} from './stream.js';

const notSupported: Readonly<Record<string, string>> = {
  extends: 'template inheritance is not supported: use `include` or `import`',
  block: 'template inheritance is not supported: use `include` or `import`',
  do: 'use `{% set _ = ... %}`',
  break: 'add an `if` to the `for`',
  continue: 'add an `if` to the `for`',
};

/** Blocks inside blocks; keeps a hostile text from exhausting the stack. */
const deepest = 200;

export class TemplateParser {
  readonly #expressions: ExpressionParser;
  #depth = 0;

  constructor(readonly stream: TokenStream) {
    this.#expressions = new ExpressionParser(stream);
  }

  parse(): Body {
    const body = this.#body([]);
    if (this.stream.current.kind !== 'end') throw this.stream.unexpected();
    return body;
  }

  /** Statements up to one of these words, which stays unread. */
  #body(ends: readonly string[]): Body {
    const {stream} = this;
    const body: Statement[] = [];
    for (;;) {
      const {kind, text, at} = stream.current;
      if (kind === 'end') return body;
      if (kind === 'data') body.push({kind: 'text', at, text: stream.next().text});
      else if (kind === 'variableBegin') {
        stream.next();
        body.push({kind: 'print', at, value: this.#expressions.parseTuple()});
        stream.expect('variableEnd', `'}}'`);
      } else if (kind === 'blockBegin') {
        const word = stream.following;
        if (word.kind === 'name' && ends.includes(word.text)) return body;
        stream.next();
        body.push(this.#statement(ends));
      } else throw new SyntaxFault(`unexpected '${text}'`, at);
    }
  }

  #statement(ends: readonly string[]): Statement {
    const {text, at} = this.stream.expect('name', 'the name of a statement');
    if (++this.#depth > deepest) throw new SyntaxFault('statements are nested too deeply', at);
    const statement = this.#named(text, at, ends);
    this.#depth--;
    this.stream.expect('blockEnd', "the end of the statement, '%}'");
    return statement;
  }

  #named(word: string, at: number, ends: readonly string[]): Statement {
    switch (word) {
      case 'if':
        return this.#if(at);
      case 'for':
        return this.#for(at);
      case 'set':
        return this.#set(at);
      case 'with':
        return this.#with(at);
      case 'filter':
        return this.#filter(at);
      case 'macro':
        return this.#macro(at);
      case 'call':
        return this.#call(at);
      case 'include':
        return this.#include(at);
      case 'import':
        return this.#import(at);
      case 'from':
        return this.#from(at);
      default:
        throw new SyntaxFault(unknown(word, ends), at, notSupported[word]);
    }
  }

  /** The end of the opening tag, the body, and the word that ends it. */
  #block(...ends: readonly string[]): {body: Body; end: string} {
    const opened = this.stream.current.at;
    this.stream.expect('blockEnd', "the end of the statement, '%}'");
    const body = this.#body(ends);
    if (this.stream.current.kind === 'end')
      throw new SyntaxFault(`the block is not closed: '${ends.at(-1)}' is missing`, opened);
    this.stream.next();
    return {body, end: this.stream.next().text};
  }

  #if(at: number): Statement {
    const branches: {condition: Expression; body: Body}[] = [];
    let condition = this.#expressions.parseTuple();
    for (;;) {
      const {body, end} = this.#block('elif', 'else', 'endif');
      branches.push({condition, body});
      if (end === 'elif') condition = this.#expressions.parseTuple();
      else return {kind: 'if', at, branches, otherwise: end === 'else' ? this.#block('endif').body : []};
    }
  }

  #for(at: number): ForNode {
    const {stream} = this;
    const target = this.#target();
    if (!stream.skipName('in')) throw stream.unexpected("'in'");
    const iterable = this.#loopTuple();
    const condition = stream.skipName('if') ? this.#expressions.parse() : undefined;
    const recursive = stream.skipName('recursive');
    const {body, end} = this.#block('else', 'endfor');
    const otherwise = end === 'else' ? this.#block('endfor').body : [];
    return {kind: 'for', at, target, iterable, condition, recursive, body, otherwise};
  }

  /** `for x in a, b` goes over both; an `if` belongs to the loop. */
  #loopTuple(): Expression {
    const first = this.#expressions.parseWithoutConditional();
    if (!this.stream.isSign(',')) return first;
    const items = [first];
    while (this.stream.skipSign(',')) items.push(this.#expressions.parseWithoutConditional());
    return {kind: 'tuple', at: first.at, items};
  }

  #target(): Target {
    const first = this.#singleTarget();
    if (!this.stream.isSign(',')) return first;
    const items = [first];
    while (this.stream.skipSign(',') && !this.stream.isName('in') && !this.stream.isSign('='))
      items.push(this.#singleTarget());
    return {kind: 'tuple', at: first.at, items};
  }

  #singleTarget(): Target {
    const {stream} = this;
    if (stream.skipSign('(')) {
      const inner = this.#target();
      stream.expectSign(')');
      return inner;
    }
    const {text, at} = stream.expect('name', 'a name to assign to');
    if (['true', 'false', 'none', 'True', 'False', 'None'].includes(text))
      throw new SyntaxFault(`cannot assign to '${text}'`, at);
    return {kind: 'name', at, name: text};
  }

  #set(at: number): Statement {
    const {stream} = this;
    const target = this.#setTarget();
    if (stream.skipSign('=')) return {kind: 'set', at, target, value: this.#expressions.parseTuple()};
    const filter = stream.skipSign('|') ? this.#filterChain() : undefined;
    return {kind: 'setBlock', at, target, filter, body: this.#block('endset').body};
  }

  #setTarget(): Target {
    const {stream} = this;
    if (stream.following.text !== '.') return this.#target();
    const {text, at} = stream.expect('name', 'a name to assign to');
    stream.expectSign('.');
    return {kind: 'member', at, namespace: text, name: stream.expect('name', 'the name of an attribute').text};
  }

  /** `a | b(c)`, after the first sign. */
  #filterChain(): FilterNode {
    let filter = this.#expressions.parseFilter(undefined);
    while (this.stream.skipSign('|')) filter = this.#expressions.parseFilter(filter);
    return filter;
  }

  #filter(at: number): Statement {
    const filter = this.#filterChain();
    return {kind: 'filterBlock', at, filter, body: this.#block('endfilter').body};
  }

  #with(at: number): Statement {
    const assignments: {target: Target; value: Expression}[] = [];
    while (this.stream.current.kind !== 'blockEnd') {
      if (assignments.length > 0) this.stream.expectSign(',');
      const target = this.#singleTarget();
      this.stream.expectSign('=');
      assignments.push({target, value: this.#expressions.parse()});
    }
    return {kind: 'with', at, assignments, body: this.#block('endwith').body};
  }

  #parameters(): Parameter[] {
    const {stream} = this;
    const parameters: Parameter[] = [];
    stream.expectSign('(');
    while (!stream.isSign(')')) {
      const {text, at} = stream.expect('name', 'the name of a parameter');
      const fallback = stream.skipSign('=') ? this.#expressions.parse() : undefined;
      if (!fallback && parameters.some((parameter) => parameter.fallback))
        throw new SyntaxFault(`parameter '${text}' without a default after one with a default`, at);
      parameters.push({name: text, fallback});
      if (!stream.skipSign(',')) break;
    }
    stream.expectSign(')');
    return parameters;
  }

  #macro(at: number): Statement {
    const {text} = this.stream.expect('name', 'the name of the macro');
    const parameters = this.#parameters();
    return {kind: 'macro', at, name: text, parameters, body: this.#block('endmacro').body};
  }

  #call(at: number): Statement {
    const parameters = this.stream.isSign('(') ? this.#parameters() : [];
    const call = this.#expressions.parse();
    if (call.kind !== 'call') throw new SyntaxFault("'call' needs the call of a macro", at);
    return {kind: 'callBlock', at, call, parameters, body: this.#block('endcall').body};
  }

  #withContext(otherwise: boolean): boolean {
    const {stream} = this;
    if (!stream.isName('with', 'without') || stream.following.text !== 'context') return otherwise;
    const {text} = stream.next();
    stream.next();
    return text === 'with';
  }

  #include(at: number): IncludeNode {
    const template = this.#expressions.parse();
    const ignoreMissing = this.stream.isName('ignore') && this.stream.following.text === 'missing';
    if (ignoreMissing) {
      this.stream.next();
      this.stream.next();
    }
    return {kind: 'include', at, template, ignoreMissing, withContext: this.#withContext(true)};
  }

  #import(at: number): ImportNode {
    const template = this.#expressions.parse();
    if (!this.stream.skipName('as')) throw this.stream.unexpected("'as'");
    const {text} = this.stream.expect('name', 'a name for the template');
    return {kind: 'import', at, template, as: text, withContext: this.#withContext(false)};
  }

  #from(at: number): ImportNode {
    const {stream} = this;
    const template = this.#expressions.parse();
    if (!stream.skipName('import')) throw stream.unexpected("'import'");
    const names: {name: string; as: string}[] = [];
    let withContext = false;
    for (;;) {
      const before = stream.current;
      withContext = this.#withContext(withContext);
      if (stream.current !== before) break;
      const {text} = stream.expect('name', 'a name to import');
      names.push({name: text, as: stream.skipName('as') ? stream.expect('name', 'a name').text : text});
      if (!stream.skipSign(',')) {
        withContext = this.#withContext(withContext);
        break;
      }
    }
    return {kind: 'import', at, template, as: names, withContext};
  }
}

function unknown(word: string, ends: readonly string[]): string {
  if (word.startsWith('end') || word === 'else' || word === 'elif')
    return ends.length === 0
      ? `'${word}' without a block that it could end`
      : `'${word}' where ${ends.map((end) => `'${end}'`).join(' or ')} is expected`;
  return `there is no statement '${word}'`;
}

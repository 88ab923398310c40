/** Walks a template's tree. One for each template being rendered; filters and lookups see it as their `Runtime`. */

import {arithmetic, negate, positive} from '../python/arithmetic.js';
import {type CallArguments, tuple} from '../python/kinds.js';
import {makeDict} from '../python/mapping.js';
import {sliceValue} from '../python/slices.js';
import {truthy} from '../python/truth.js';
import {defined, Undefined} from '../python/undefined.js';
import type {
  Arguments,
  AttributeNode,
  Body,
  CallNode,
  CompareNode,
  Compiled,
  Expression,
  FilterNode,
  ItemNode,
  SliceNode,
  TestNode,
} from '../syntax/ast.js';
import {evaluateArguments, invokeFilter, invokeTest, invokeValue} from './calls.js';
import {sawShallow} from './marks.js';
import {findAttribute, findItem} from './members.js';
import {missingMember, missingName, noElse} from './missing.js';
import {Names} from './names.js';
import {compareValues, concatText} from './operators.js';
import {concat} from './output.js';
import {keySuffix, pathText} from './paths.js';
import type {EvaluateOptions} from './runtime.js';
import type {Scope} from './scope.js';
import {Surroundings} from './surroundings.js';
import type {World} from './world.js';

export type RunStatements = (evaluation: Evaluation, body: Body, scope: Scope, pieces: unknown[]) => void;

/** Delimiters in pairs; a lone `{{` in a pattern is no template. */
const wholeTemplate = /\{\{[\s\S]*\}\}|\{%[\s\S]*%\}/;

const lookupFunctions: ReadonlySet<string> = new Set(['lookup', 'query', 'q']);

export class Evaluation extends Surroundings {
  #renderConstants: boolean;
  readonly #names: Names;

  constructor(
    world: World,
    compiled: Compiled,
    /** Runs statements, collecting what they print; given from above, since statements need this class. */
    readonly run: RunStatements,
    options: EvaluateOptions = {},
  ) {
    super(world, compiled);
    this.#renderConstants = options.renderConstants ?? false;
    this.#names = new Names(this, world);
  }

  /** The value of an expression; undefined names and members give an `Undefined`. */
  evaluate(node: Expression, scope: Scope): unknown {
    switch (node.kind) {
      case 'const':
        return this.#constant(node.value, node.at);
      case 'name':
        return this.#name(node.name, node.at, scope);
      case 'attribute':
        return this.#attribute(node, scope);
      case 'item':
        return this.#item(node, scope);
      case 'slice':
        return this.#slice(node, scope);
      case 'call':
        return this.#call(node, scope);
      case 'filter':
        return this.filterOn(node, node.input ? this.evaluate(node.input, scope) : '', scope);
      case 'test':
        return this.#test(node, scope);
      case 'compare':
        return this.#compare(node, scope);
      case 'and': {
        const left = this.evaluate(node.left, scope);
        return this.truth(left, node.at) ? this.evaluate(node.right, scope) : left;
      }
      case 'or': {
        const left = this.evaluate(node.left, scope);
        return this.truth(left, node.at) ? left : this.evaluate(node.right, scope);
      }
      case 'not':
        return !this.truth(this.evaluate(node.operand, scope), node.at);
      case 'conditional':
        if (this.truth(this.evaluate(node.condition, scope), node.at)) return this.evaluate(node.chosen, scope);
        return node.otherwise ? this.evaluate(node.otherwise, scope) : this.#noElse(node.at);
      case 'list':
        return node.items.map((item) => this.evaluate(item, scope));
      case 'tuple':
        return tuple(node.items.map((item) => this.evaluate(item, scope)));
      case 'dict':
        return makeDict(node.entries.map(([key, value]) => [this.evaluate(key, scope), this.evaluate(value, scope)]));
      case 'concat':
        return this.#concat(node.parts, node.at, scope);
      case 'binary': {
        const [left, right] = [this.evaluate(node.left, scope), this.evaluate(node.right, scope)];
        this.at = node.at;
        this.saw(left, right);
        return arithmetic(node.sign, left, right);
      }
      case 'negative':
      case 'positive': {
        const operand = this.evaluate(node.operand, scope);
        this.at = node.at;
        return node.kind === 'negative' ? negate(operand) : positive(operand);
      }
    }
  }

  /** Output of statements as one value: a text, or what its only piece is. */
  runBody(body: Body, scope: Scope): unknown {
    const pieces: unknown[] = [];
    this.run(this, body, scope, pieces);
    return concat(pieces);
  }

  /** An evaluation of another template's text. */
  fork(world: World, compiled: Compiled): Evaluation {
    return new Evaluation(world, compiled, this.run);
  }

  /** Python's truth of a value that a decision hangs on. */
  truth(value: unknown, at: number): boolean {
    this.at = at;
    if (this.context.marks) sawShallow(this.context.marks, value);
    return truthy(value);
  }

  #constant(value: unknown, at: number): unknown {
    if (!this.#renderConstants || typeof value !== 'string' || !wholeTemplate.test(value)) return value;
    this.at = at;
    this.warnOnce(`braces inside an expression are not needed: write the variable's name instead of '${value}'`);
    return this.render(value, 'text');
  }

  #noElse(at: number): Undefined {
    this.at = at;
    return noElse(this.site);
  }

  #name(name: string, at: number, scope: Scope): unknown {
    this.at = at;
    const found = this.#names.find(name, scope);
    return found ? found.value : missingName(this.site, name, () => this.#names.all());
  }

  #attribute(node: AttributeNode, scope: Scope): unknown {
    const object = this.evaluate(node.object, scope);
    this.at = node.at;
    if (object instanceof Undefined) return object.member(`.${node.name}`);
    this.sawMember(object);
    const found = findAttribute(this, object, node.name);
    return found ? found.value : missingMember(this.site, pathText(node.object), `.${node.name}`, object, node.name);
  }

  #item(node: ItemNode, scope: Scope): unknown {
    const object = this.evaluate(node.object, scope);
    const key = this.evaluate(node.index, scope);
    this.at = node.at;
    if (object instanceof Undefined) return object.member(keySuffix(key));
    if (key instanceof Undefined) return key;
    this.sawMember(object);
    const found = findItem(this, object, key);
    return found ? found.value : missingMember(this.site, pathText(node.object), keySuffix(key), object, key);
  }

  #slice(node: SliceNode, scope: Scope): unknown {
    const object = this.evaluate(node.object, scope);
    const part = (expression: Expression | undefined): unknown =>
      expression ? defined(this.evaluate(expression, scope)) : null;
    const bounds = {start: part(node.start), stop: part(node.stop), step: part(node.step)};
    this.at = node.at;
    if (object instanceof Undefined) return object.member('[...]');
    this.sawMember(object);
    const taken = sliceValue(object, bounds);
    return taken === undefined ? missingMember(this.site, pathText(node.object), '[...]', object, 'slice') : taken;
  }

  #concat(parts: readonly Expression[], at: number, scope: Scope): string {
    const values = parts.map((part) => this.evaluate(part, scope));
    this.at = at;
    this.saw(...values);
    return values.map(concatText).join('');
  }

  #compare(node: CompareNode, scope: Scope): boolean {
    let left = this.evaluate(node.first, scope);
    for (const {sign, right: rightNode, at} of node.rest) {
      const right = this.evaluate(rightNode, scope);
      this.at = at;
      this.saw(left, right);
      if (!compareValues(sign, left, right)) return false;
      left = right;
    }
    return true;
  }

  /** Positional and named values of a call. */
  arguments(args: Arguments, scope: Scope): CallArguments {
    return evaluateArguments(args, (node) => this.evaluate(node, scope));
  }

  #call(node: CallNode, scope: Scope): unknown {
    const callee = this.evaluate(node.callee, scope);
    const isLookup = node.callee.kind === 'name' && lookupFunctions.has(node.callee.name);
    const given = isLookup ? this.#lookupArguments(node.args, scope) : this.arguments(node.args, scope);
    this.at = node.at;
    return this.callValue(callee, given, pathText(node.callee));
  }

  /** Terms written out in a lookup may contain templates. */
  #lookupArguments(args: Arguments, scope: Scope): CallArguments {
    const before = this.#renderConstants;
    this.#renderConstants = true;
    try {
      return this.arguments(args, scope);
    } finally {
      this.#renderConstants = before;
    }
  }

  callValue(callee: unknown, given: CallArguments, path: string): unknown {
    this.saw(...given.positional, ...given.named.values());
    return invokeValue(callee, given, path);
  }

  /** A filter on a value that is already there: a block's text, or the evaluated input. */
  filterOn(node: FilterNode, input: unknown, scope: Scope): unknown {
    const given = this.arguments(node.args, scope);
    this.at = node.at;
    return invokeFilter(this, node.name, input, given);
  }

  #test(node: TestNode, scope: Scope): unknown {
    const input = this.evaluate(node.input, scope);
    const given = this.arguments(node.args, scope);
    this.at = node.at;
    return invokeTest(this, node.name, input, given);
  }
}

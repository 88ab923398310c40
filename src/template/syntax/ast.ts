/** What a template is once it is read. `at` is an offset into the template's text, for messages. */
import type {ArithmeticSign} from '../python/arithmetic.js';

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: readonly {readonly name: string; readonly value: Expression}[];
  /** `*list` */
  readonly spread?: Expression | undefined;
  /** `**dict` */
  readonly namedSpread?: Expression | undefined;
}

export type CompareSign = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

interface Node<Kind extends string> {
  readonly kind: Kind;
  readonly at: number;
}

export interface ConstNode extends Node<'const'> {
  readonly value: unknown;
}
export interface NameNode extends Node<'name'> {
  readonly name: string;
}
export interface AttributeNode extends Node<'attribute'> {
  readonly object: Expression;
  readonly name: string;
}
export interface ItemNode extends Node<'item'> {
  readonly object: Expression;
  readonly index: Expression;
}
export interface SliceNode extends Node<'slice'> {
  readonly object: Expression;
  readonly start: Expression | undefined;
  readonly stop: Expression | undefined;
  readonly step: Expression | undefined;
}
export interface CallNode extends Node<'call'> {
  readonly callee: Expression;
  readonly args: Arguments;
}
export interface FilterNode extends Node<'filter'> {
  /** Missing in `{% filter %}` and `{% set x | f %}`: there the block's text is the input. */
  readonly input: Expression | undefined;
  readonly name: string;
  readonly args: Arguments;
}
export interface TestNode extends Node<'test'> {
  readonly input: Expression;
  readonly name: string;
  readonly args: Arguments;
}
export interface CompareNode extends Node<'compare'> {
  readonly first: Expression;
  readonly rest: readonly {readonly sign: CompareSign; readonly right: Expression; readonly at: number}[];
}
export interface ConditionalNode extends Node<'conditional'> {
  readonly condition: Expression;
  readonly chosen: Expression;
  readonly otherwise: Expression | undefined;
}

export type Expression =
  | ConstNode
  | NameNode
  | AttributeNode
  | ItemNode
  | SliceNode
  | CallNode
  | FilterNode
  | TestNode
  | CompareNode
  | ConditionalNode
  | (Node<'list'> & {readonly items: readonly Expression[]})
  | (Node<'tuple'> & {readonly items: readonly Expression[]})
  | (Node<'dict'> & {readonly entries: readonly (readonly [Expression, Expression])[]})
  | (Node<'concat'> & {readonly parts: readonly Expression[]})
  | (Node<'binary'> & {readonly sign: ArithmeticSign; readonly left: Expression; readonly right: Expression})
  | (Node<'negative'> & {readonly operand: Expression})
  | (Node<'positive'> & {readonly operand: Expression})
  | (Node<'not'> & {readonly operand: Expression})
  | (Node<'and'> & {readonly left: Expression; readonly right: Expression})
  | (Node<'or'> & {readonly left: Expression; readonly right: Expression});

/** What `for`, `set` and `with` assign to. */
export type Target =
  | (Node<'name'> & {readonly name: string})
  | (Node<'tuple'> & {readonly items: readonly Target[]})
  | (Node<'member'> & {readonly namespace: string; readonly name: string});

export interface Parameter {
  readonly name: string;
  readonly fallback: Expression | undefined;
}

export interface ForNode extends Node<'for'> {
  readonly target: Target;
  readonly iterable: Expression;
  readonly condition: Expression | undefined;
  readonly recursive: boolean;
  readonly body: Body;
  readonly otherwise: Body;
}
export interface MacroNode extends Node<'macro'> {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
}
export interface CallBlockNode extends Node<'callBlock'> {
  readonly call: CallNode;
  readonly parameters: readonly Parameter[];
  readonly body: Body;
}
export interface IncludeNode extends Node<'include'> {
  readonly template: Expression;
  readonly ignoreMissing: boolean;
  readonly withContext: boolean;
}
export interface ImportNode extends Node<'import'> {
  readonly template: Expression;
  /** The name of the whole template; or the names taken from it. */
  readonly as: string | readonly {readonly name: string; readonly as: string}[];
  readonly withContext: boolean;
}

export type Statement =
  | ForNode
  | MacroNode
  | CallBlockNode
  | IncludeNode
  | ImportNode
  | (Node<'text'> & {readonly text: string})
  | (Node<'print'> & {readonly value: Expression})
  | (Node<'if'> & {
      readonly branches: readonly {readonly condition: Expression; readonly body: Body}[];
      readonly otherwise: Body;
    })
  | (Node<'set'> & {readonly target: Target; readonly value: Expression})
  | (Node<'setBlock'> & {readonly target: Target; readonly filter: FilterNode | undefined; readonly body: Body})
  | (Node<'filterBlock'> & {readonly filter: FilterNode; readonly body: Body})
  | (Node<'with'> & {
      readonly assignments: readonly {readonly target: Target; readonly value: Expression}[];
      readonly body: Body;
    });

export type Body = readonly Statement[];

/** A template or expression ready to be evaluated. */
export interface Compiled {
  readonly text: string;
  readonly body: Body;
  /** The text is one `{{ expression }}` and nothing else (or a bare expression). */
  readonly single: Expression | undefined;
  /** Line feeds at the end of the text, of which the result keeps as many. */
  readonly finalNewlines: number;
  readonly newline: string;
  /** Calls a method that changes a list or dict in place: variables are copied when read. */
  readonly mutates: boolean;
}

/** YAML as PyYAML (with libyaml) writes it: sorted keys, lists not indented under their key, texts folded at a width. */

import {DateTime, TimeDelta} from '../python/datetime.js';
import {Fault} from '../python/faults.js';
import {floatOf, isFloat, isNumber, typeName, unbox} from '../python/kinds.js';
import {entriesOf, isMapping} from '../python/mapping.js';
import {floatText} from '../python/numbers.js';
import {pySorted} from '../python/ordering.js';
import {defined, Undefined} from '../python/undefined.js';
import {YamlOutput} from './yaml_output.js';
import {analyse, chooseStyle} from './yaml_scalar.js';

export interface YamlStyle {
  readonly indent: number;
  readonly width: number;
  readonly sortKeys: boolean;
  /** Brackets: always, never, or (undefined) for collections that hold only plain scalars. */
  readonly flow: boolean | undefined;
  readonly explicitStart: boolean;
  readonly explicitEnd: boolean;
  /** Quotes for every text. */
  readonly quotes?: 'single' | 'double' | undefined;
}

type Node =
  | {readonly kind: 'scalar'; readonly text: string; readonly isText: boolean}
  | {readonly kind: 'list'; readonly items: readonly Node[]; readonly flow: boolean}
  | {readonly kind: 'dict'; readonly entries: readonly (readonly [Node, Node])[]; readonly flow: boolean};

const deepest = 300;

/** Keys of more bytes, and keys of several lines, are written with `?`. */
const longestKey = 128;

export function writeYaml(value: unknown, style: YamlStyle): string {
  const root = represent(value, style, 0);
  const output = new YamlOutput(style.width > style.indent * 2 ? style.width : 80);
  if (style.explicitStart) output.indicator('---', true);
  const writer = new Writer(output, style);
  writer.root(root);
  return output.text;
}

function represent(boxed: unknown, style: YamlStyle, depth: number): Node {
  const value = defined(unbox(boxed));
  if (depth > deepest) throw new Fault('the value is nested too deeply');
  if (typeof value === 'string') return {kind: 'scalar', text: value, isText: true};
  if (value === null || value === undefined) return {kind: 'scalar', text: 'null', isText: false};
  if (typeof value === 'boolean') return {kind: 'scalar', text: String(value), isText: false};
  if (isNumber(value)) return {kind: 'scalar', text: numberForm(value), isText: false};
  if (value instanceof DateTime || value instanceof TimeDelta)
    return {kind: 'scalar', text: value.text(), isText: value instanceof TimeDelta};
  if (value instanceof Undefined) return {kind: 'scalar', text: '', isText: true};
  if (Array.isArray(value)) {
    const items = Array.from(value, (item) => represent(item, style, depth + 1));
    return {kind: 'list', items, flow: style.flow ?? items.every((item) => isPlainScalar(item, style))};
  }
  if (isMapping(value)) return representDict(entriesOf(value), style, depth);
  throw new Fault(`a ${typeName(value)} cannot be written as YAML`);
}

const isPlainScalar = (node: Node, style: YamlStyle): boolean => node.kind === 'scalar' && style.quotes === undefined;

function representDict(entries: readonly (readonly [unknown, unknown])[], style: YamlStyle, depth: number): Node {
  const nodes = (style.sortKeys ? sortedByKey(entries) : entries).map(
    ([key, value]) => [represent(key, style, depth + 1), represent(value, style, depth + 1)] as const,
  );
  return {kind: 'dict', entries: nodes, flow: style.flow ?? nodes.flat().every((node) => isPlainScalar(node, style))};
}

/** Keys that cannot be compared with each other stay in their order. */
function sortedByKey(entries: readonly (readonly [unknown, unknown])[]): readonly (readonly [unknown, unknown])[] {
  try {
    return pySorted(entries, ([key]) => key);
  } catch (error) {
    if (error instanceof Fault) return entries;
    throw error;
  }
}

function numberForm(value: unknown): string {
  if (!isFloat(value)) return String(value);
  const number = floatOf(value);
  if (Number.isNaN(number)) return '.nan';
  if (!Number.isFinite(number)) return number > 0 ? '.inf' : '-.inf';
  const text = floatText(number);
  // YAML 1.1 reads an exponent only after a point.
  return text.includes('.') ? text : text.replace('e', '.0e');
}

interface Place {
  readonly inDict?: boolean;
  readonly isKey?: boolean;
}

class Writer {
  #flowLevel = 0;
  constructor(
    readonly output: YamlOutput,
    readonly style: YamlStyle,
  ) {}

  root(node: Node): void {
    this.#node(node, {});
    this.output.newLine();
    if (this.style.explicitEnd) {
      this.output.indicator('...', true);
      this.output.newLine();
    }
  }

  #node(node: Node, place: Place): void {
    if (node.kind === 'scalar') {
      this.#deeper('flow', () => this.#scalar(node, place));
      return;
    }
    const isEmpty = node.kind === 'list' ? node.items.length === 0 : node.entries.length === 0;
    if (this.#flowLevel > 0 || node.flow || isEmpty) this.#flow(node);
    else if (node.kind === 'list') this.#blockList(node.items, place);
    else this.#blockDict(node.entries);
  }

  #scalar(node: Node & {kind: 'scalar'}, place: Place): void {
    const isKey = place.isKey === true;
    const analysis = analyse(node.text);
    const forced = this.style.quotes;
    const wanted = forced !== undefined && !(forced === 'single' && !analysis.allowSingle) ? forced : undefined;
    const style =
      wanted ??
      (forced === undefined
        ? chooseStyle(node.text, analysis, {isKey, inFlow: this.#flowLevel > 0, isText: node.isText})
        : 'double');
    if (style === 'plain') this.output.plain(node.text, !isKey);
    else if (style === 'single') this.output.singleQuoted(node.text, !isKey);
    else this.output.doubleQuoted(node.text, !isKey);
  }

  /** Runs with a deeper indentation. */
  #deeper(step: 'flow' | 'block' | 'none', run: () => void): void {
    const before = this.output.indent;
    if (before === undefined) this.output.indent = step === 'flow' ? this.style.indent : 0;
    else if (step !== 'none') this.output.indent = before + this.style.indent;
    run();
    this.output.indent = before;
  }

  #blockList(items: readonly Node[], place: Place): void {
    const under = place.inDict === true && !this.output.indention;
    this.#deeper(under ? 'none' : 'block', () => {
      for (const item of items) {
        this.output.newLine();
        this.output.indicator('-', true, {indention: true});
        this.#node(item, {});
      }
    });
  }

  #blockDict(entries: readonly (readonly [Node, Node])[]): void {
    this.#deeper('block', () => {
      for (const [key, value] of entries) {
        this.output.newLine();
        if (isSimpleKey(key)) {
          this.#node(key, {isKey: true, inDict: true});
          this.output.indicator(':', false);
        } else {
          this.output.indicator('?', true, {indention: true});
          this.#node(key, {inDict: true});
          this.output.newLine();
          this.output.indicator(':', true, {indention: true});
        }
        this.#node(value, {inDict: true});
      }
    });
  }

  #flow(node: Node & {kind: 'list' | 'dict'}): void {
    const {output} = this;
    const [open, close] = node.kind === 'list' ? ['[', ']'] : ['{', '}'];
    output.indicator(open, true, {whitespace: true});
    this.#flowLevel++;
    this.#deeper('flow', () => {
      const count = node.kind === 'list' ? node.items.length : node.entries.length;
      for (let index = 0; index < count; index++) {
        if (index > 0) output.indicator(',', false);
        if (output.column > output.width) output.newLine();
        if (node.kind === 'list') this.#node(node.items[index] ?? nullNode, {});
        else this.#flowEntry(node.entries[index] ?? [nullNode, nullNode]);
      }
    });
    this.#flowLevel--;
    output.indicator(close, false);
  }

  #flowEntry([key, value]: readonly [Node, Node]): void {
    const {output} = this;
    if (isSimpleKey(key)) {
      this.#node(key, {isKey: true, inDict: true});
      output.indicator(':', false);
    } else {
      output.indicator('?', true);
      this.#node(key, {inDict: true});
      if (output.column > output.width) output.newLine();
      output.indicator(':', true);
    }
    this.#node(value, {inDict: true});
  }
}

const nullNode: Node = {kind: 'scalar', text: 'null', isText: false};

function isSimpleKey(node: Node): boolean {
  if (node.kind === 'list') return node.items.length === 0;
  if (node.kind === 'dict') return node.entries.length === 0;
  return !analyse(node.text).multiline && Buffer.byteLength(node.text) <= longestKey;
}

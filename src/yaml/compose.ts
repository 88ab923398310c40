import {type Event, getScalarValue} from 'js-yaml';
import {type Where, YamlError} from '../errors/index.js';
import type {ContainerPlaces, PositionMap} from './positions.js';
import {keyText, resolvePlain, standardScalars} from './scalar.js';
import {UnsafeString, VaultString, type YamlWarning} from './types.js';

type ScalarEvent = Extract<Event, {valueStart: number}>;
type CollectionEvent = Extract<Event, {start: number}>;
type AliasEvent = Extract<Event, {type: 5}>;

/** js-yaml's event numbers; its own names for them are values, which a switch over types cannot use. */
const document = 1;
const sequence = 2;
const mapping = 3;
const scalar = 4;
const alias = 5;

/** Members an alias may stand for in all; a few lines of nested aliases can otherwise mean billions. */
const largestExpansion = 1_000_000;

interface Node {
  readonly value: unknown;
  readonly offset: number;
  /** How many nodes it is when every alias in it is written out. */
  readonly weight: number;
  readonly isMerge?: boolean;
}

export interface ComposeContext {
  readonly source: string;
  readonly where: (offset: number) => Where;
  readonly positions: PositionMap;
  readonly warn: (warning: YamlWarning) => void;
}

/** Builds plain data from the parser's events, one document after the other. */
export class Composer {
  #next = 0;
  #end = 0;
  #anchors = new Map<string, Node | undefined>();
  #expanded = 0;
  #unsafeDepth = 0;

  constructor(
    private readonly events: readonly Event[],
    private readonly context: ComposeContext,
  ) {}

  documents(): {readonly value: unknown; readonly offset: number}[] {
    const found: {value: unknown; offset: number}[] = [];
    while (this.#next < this.events.length) {
      const event = this.events[this.#next++];
      if (event?.type !== document) continue;
      this.#anchors = new Map();
      const node = this.#node();
      found.push({value: node.value, offset: node.offset});
    }
    return found;
  }

  #node(): Node {
    const event = this.events[this.#next++];
    switch (event?.type) {
      case scalar:
        return this.#scalar(event);
      case sequence:
        return this.#anchored(event, () => this.#sequence(event));
      case mapping:
        return this.#anchored(event, () => this.#mapping(event));
      case alias:
        return this.#alias(event);
      default:
        throw new YamlError({what: 'the YAML text ends unexpectedly', where: this.context.where(this.#end)});
    }
  }

  #fail(what: string, offset: number, hint?: string): never {
    throw new YamlError({what, where: this.context.where(offset), hint});
  }

  /** A collection is known by its anchor only once it is whole: an alias inside itself would never end. */
  #anchored(event: CollectionEvent, build: () => Node): Node {
    const name = event.anchorStart < 0 ? undefined : this.context.source.slice(event.anchorStart, event.anchorEnd);
    if (name !== undefined) this.#anchors.set(name, undefined);
    const tag = this.#tag(event);
    if (tag === '!unsafe') this.#unsafeDepth++;
    const node = build();
    if (tag === '!unsafe') this.#unsafeDepth--;
    if (name !== undefined) this.#anchors.set(name, node);
    return node;
  }

  #alias(event: AliasEvent): Node {
    const name = this.context.source.slice(event.anchorStart, event.anchorEnd);
    const offset = event.anchorStart - 1;
    this.#end = event.anchorEnd;
    if (!this.#anchors.has(name))
      this.#fail(
        `the alias '*${name}' names no anchor`,
        offset,
        `if the text is meant to begin with an asterisk, quote it: "*${name}"`,
      );
    const node = this.#anchors.get(name);
    if (node === undefined) this.#fail(`the alias '*${name}' stands inside the very thing it names`, offset);
    this.#expanded += node.weight;
    if (this.#expanded > largestExpansion)
      this.#fail(`the aliases of this file stand for more than ${largestExpansion} values`, offset);
    return {value: node.value, offset, weight: node.weight};
  }

  #tag(event: ScalarEvent | CollectionEvent): string | undefined {
    if (event.tagStart < 0) return undefined;
    const written = this.context.source.slice(event.tagStart, event.tagEnd);
    const verbatim = /^!<(.*)>$/.exec(written)?.[1] ?? written;
    return verbatim.replace(/^tag:yaml\.org,2002:/, '!!');
  }

  #scalar(event: ScalarEvent): Node {
    const text = this.#textOf(event);
    const isPlain = event.style === 1;
    const offset = this.#scalarOffset(event);
    const tag = this.#tag(event);
    const node: Node = {
      value: this.#scalarValue(text, isPlain, tag, offset),
      offset,
      weight: 1,
      isMerge: isPlain && tag === undefined && text === '<<',
    };
    if (event.anchorStart >= 0) this.#anchors.set(this.context.source.slice(event.anchorStart, event.anchorEnd), node);
    return node;
  }

  #textOf(event: ScalarEvent): string {
    const {source} = this.context;
    const text = getScalarValue(source, event);
    const isBlock = event.style === 4 || event.style === 5;
    // PyYAML: a block that ends with the file, whose last line has no line break, has none either. The parser adds one.
    const isCutShort = isBlock && event.valueEnd >= source.length && /\S[^\n]*$/.test(source);
    return isCutShort && text.endsWith('\n') ? text.slice(0, -1) : text;
  }

  #scalarOffset(event: ScalarEvent): number {
    if (event.valueStart < 0) return event.tagStart >= 0 ? event.tagStart : this.#end;
    this.#end = event.valueEnd;
    const isQuoted = event.style === 2 || event.style === 3;
    if (isQuoted) return event.valueStart - 1;
    const isBlock = event.style === 4 || event.style === 5;
    // A block's first line of text, not its indentation: line n of the text is then line n of the file, counted on.
    return isBlock ? event.valueStart + Math.max(event.indent, 0) : event.valueStart;
  }

  #scalarValue(text: string, isPlain: boolean, tag: string | undefined, offset: number): unknown {
    if (tag === '!unsafe') return new UnsafeString(text);
    if (tag === '!vault' || tag === '!vault-encrypted') return new VaultString(text, this.context.where(offset));
    if (tag?.startsWith('!!')) {
      const read = standardScalars[tag.slice(2)];
      if (!read) return this.#emptyCollection(text, tag, offset);
      const value = read(text);
      if (value === undefined) this.#fail(`'${text}' is no ${tag}`, offset);
      return value;
    }
    if (tag !== undefined && tag !== '!') this.#unknownTag(tag, offset);
    const value = isPlain && tag === undefined ? resolvePlain(text) : text;
    return this.#unsafeDepth > 0 && typeof value === 'string' ? new UnsafeString(value) : value;
  }

  #emptyCollection(text: string, tag: string, offset: number): unknown {
    if (text === '' && (tag === '!!map' || tag === '!!set')) return {};
    if (text === '' && (tag === '!!seq' || tag === '!!omap' || tag === '!!pairs')) return [];
    return this.#unknownTag(tag, offset);
  }

  #unknownTag(tag: string, offset: number): never {
    return this.#fail(
      `the tag '${tag}' is not known`,
      offset,
      `the tags are !vault, !unsafe and YAML's own (!!str, !!int ...); text that begins with '!' must be quoted`,
    );
  }

  #collectionStart(event: CollectionEvent, kinds: readonly string[]): void {
    const tag = this.#tag(event);
    this.#end = event.start + 1;
    if (tag !== undefined && tag !== '!unsafe' && tag !== '!' && !kinds.includes(tag))
      this.#unknownTag(tag, event.tagStart);
  }

  #isPop(): boolean {
    const event = this.events[this.#next];
    if (event !== undefined && event.type !== 6) return false;
    this.#next++;
    return true;
  }

  #sequence(event: CollectionEvent): Node {
    this.#collectionStart(event, ['!!seq', '!!omap', '!!pairs']);
    const items: unknown[] = [];
    const places: ContainerPlaces = {where: this.context.where, start: event.start, members: new Map()};
    let weight = 1;
    while (!this.#isPop()) {
      const item = this.#node();
      places.members.set(items.length, {key: item.offset, value: item.offset, where: this.context.where});
      items.push(item.value);
      weight += item.weight;
    }
    this.context.positions.add(items, places);
    return {value: items, offset: event.start, weight};
  }

  #mapping(event: CollectionEvent): Node {
    this.#collectionStart(event, ['!!map', '!!set']);
    const own: {key: string; keyOffset: number; node: Node}[] = [];
    const merged: Node[] = [];
    let weight = 1;
    while (!this.#isPop()) {
      const key = this.#node();
      if (key.isMerge) {
        merged.push(this.#node());
      } else {
        const text = this.#key(key);
        const node = this.#node();
        own.push({key: text, keyOffset: key.offset, node});
        weight += 1 + node.weight;
      }
    }
    const value: Record<string, unknown> = {};
    const places: ContainerPlaces = {where: this.context.where, start: event.start, members: new Map()};
    for (const source of merged) weight += this.#merge(value, places, source);
    const seen = new Map<string, number>();
    for (const {key, keyOffset, node} of own) {
      const first = seen.get(key);
      if (first !== undefined) this.#warnDuplicate(key, keyOffset, first);
      seen.set(key, keyOffset);
      setMember(value, key, node.value);
      places.members.set(key, {key: keyOffset, value: node.offset, where: this.context.where});
    }
    this.context.positions.add(value, places);
    return {value, offset: event.start, weight};
  }

  #warnDuplicate(key: string, offset: number, first: number): void {
    const line = this.context.where(first).line;
    this.context.warn({
      what: `the key '${key}' stands twice in one mapping (first on line ${line}); the last one counts`,
      where: this.context.where(offset),
    });
  }

  #key(node: Node): string {
    const {value} = node;
    if (value instanceof UnsafeString) return value.text;
    const text = keyText(value);
    if (text !== undefined) return text;
    const isTemplate = this.context.source.startsWith('{', node.offset);
    return this.#fail(
      'a mapping or list cannot be a key',
      node.offset,
      isTemplate ? 'a value that begins with {{ must be quoted: "{{ name }}"' : undefined,
    );
  }

  /** `<<`: members of the merged mappings come first and give way to own ones; of a list, earlier ones win. */
  #merge(target: Record<string, unknown>, places: ContainerPlaces, source: Node): number {
    const sources: readonly unknown[] = Array.isArray(source.value) ? [...source.value].reverse() : [source.value];
    let weight = 0;
    for (const from of sources) {
      if (from === null || typeof from !== 'object' || Array.isArray(from) || from instanceof VaultString)
        this.#fail("'<<' takes a mapping or a list of mappings", source.offset);
      const members = this.context.positions.placesOf(from)?.members;
      for (const [key, value] of Object.entries(from)) {
        setMember(target, key, value);
        const place = members?.get(key);
        if (place) places.members.set(key, place);
        weight++;
      }
    }
    this.#expanded += weight;
    if (this.#expanded > largestExpansion)
      this.#fail(`the merges of this file bring in more than ${largestExpansion} members`, source.offset);
    return weight;
  }
}

function setMember(target: Record<string, unknown>, key: string, value: unknown): void {
  // A plain assignment to `__proto__` would change the object's prototype instead of adding a member.
  if (key === '__proto__')
    Object.defineProperty(target, key, {value, enumerable: true, configurable: true, writable: true});
  else target[key] = value;
}

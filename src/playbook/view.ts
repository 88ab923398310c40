/** Reading mappings of YAML with the place of each member at hand. */
import {readFileSync, statSync} from 'node:fs';
import {messageOf, PlaybookError, type Where} from '../errors/index.js';
import {isMapping} from '../inventory/yaml_source.js';
import {type PositionMap, parseYaml} from '../yaml/index.js';
import type {Written} from './types.js';

export {isMapping};

export type Warn = (message: string, where?: Where) => void;

export const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined) return 'nothing';
  if (isMapping(value)) return 'a mapping';
  return typeof value === 'string'
    ? `the text '${value.length > 60 ? `${value.slice(0, 57)}...` : value}'`
    : `'${String(value)}'`;
};

/** A mapping, and where its members stand. */
export class View {
  constructor(
    readonly value: Readonly<Record<string, unknown>>,
    private readonly positions: PositionMap,
    private readonly around: Where,
  ) {}

  get where(): Where {
    return this.positions.at(this.value) ?? this.around;
  }
  has(key: string): boolean {
    return Object.hasOwn(this.value, key);
  }
  get(key: string): unknown {
    return this.has(key) ? this.value[key] : undefined;
  }
  keys(): string[] {
    return Object.keys(this.value);
  }
  whereOf(key: string): Where {
    return this.positions.at(this.value, key) ?? this.where;
  }
  keyWhere(key: string): Where {
    return this.positions.keyAt(this.value, key) ?? this.where;
  }
  written(key: string): Written | undefined {
    return this.has(key) ? {value: this.value[key], where: this.whereOf(key)} : undefined;
  }
  /** Members of a list, each with its place; a single value counts as a list of one, null as none. */
  list(key: string): Written[] {
    const value = this.get(key);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) return [{value, where: this.whereOf(key)}];
    return value.map((item, index) => ({value: item, where: this.positions.at(value, index) ?? this.whereOf(key)}));
  }
  view(key: string): View | undefined {
    const value = this.get(key);
    return isMapping(value) ? new View(value, this.positions, this.whereOf(key)) : undefined;
  }
}

export interface SourceFile {
  readonly file: string;
  readonly value: unknown;
  readonly where: Where;
}

interface Kept {
  readonly source: SourceFile;
  readonly stamp: string;
}

/** Differs whenever the file has been written. */
const stampOf = (file: string): string => {
  const {mtimeMs, size, ino} = statSync(file);
  return `${mtimeMs} ${size} ${ino}`;
};

/** Reads each YAML file once, however often it is imported; again if it has changed, since a run may write what it includes. */
export class SourceFiles {
  readonly #read = new Map<string, Kept>();

  constructor(
    readonly positions: PositionMap,
    private readonly warn: Warn,
    private readonly decode: ((text: string, file: string) => string) | undefined,
    private readonly texts: ReadonlyMap<string, string> = new Map(),
  ) {}

  read(file: string, from?: Where): SourceFile {
    const known = this.#read.get(file);
    let text: string;
    let stamp: string;
    try {
      stamp = this.texts.has(file) ? 'given' : stampOf(file);
      if (known?.stamp === stamp) return known.source;
      text = this.texts.get(file) ?? readFileSync(file, 'utf8');
    } catch (error) {
      throw new PlaybookError({what: `${file} cannot be read: ${messageOf(error)}`, where: from, cause: error});
    }
    const document = parseYaml(this.decode?.(text, file) ?? text, {file, positions: this.positions});
    for (const warning of document.warnings) this.warn(warning.what, warning.where);
    const source = {file, value: document.value, where: document.where};
    this.#read.set(file, {source, stamp});
    return source;
  }

  view(value: Readonly<Record<string, unknown>>, where: Where): View {
    return new View(value, this.positions, where);
  }

  /** Members of a list with their places. */
  items(list: readonly unknown[], where: Where): Written[] {
    return list.map((value, index) => ({value, where: this.positions.at(list, index) ?? where}));
  }
}

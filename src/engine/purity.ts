import type {TemplateEngine, VariableSource} from '../template/types.js';

/** Lookups that only read, and read the same as long as nobody writes. */
const calmLookups: ReadonlySet<string> = new Set([
  'dict',
  'env',
  'file',
  'fileglob',
  'first_found',
  'flattened',
  'indexed_items',
  'items',
  'list',
  'nested',
  'sequence',
  'subelements',
  'together',
]);

const lookupCall = /(?<![\w.])(?:lookup|query|q)\s*\(\s*(?:(['"])([\w.]+)\1)?/g;

const callsCalmLookups = (text: string): boolean =>
  [...text.matchAll(lookupCall)].every(
    ([, , name]) => name !== undefined && calmLookups.has(name.replace(/^.*\./, '')),
  );

/** Variables through which a template reaches others that cannot be told from its text. */
const opaque: ReadonlySet<string> = new Set(['vars', 'hostvars']);

/**
 * Tells whether something can be rendered before its turn without anybody noticing: it calls nothing that acts or gives
 * another answer each time, and needs no result that is still to come; nor does any variable it reads, however deep.
 */
export class Calm {
  readonly #known = new Map<string, boolean>();

  constructor(
    private readonly templates: TemplateEngine,
    private readonly source: VariableSource,
    /** Names that a task before it is about to set. */
    private readonly pending: ReadonlySet<string>,
  ) {}

  /** Text with `{{ }}`, at any depth. */
  text(value: unknown): boolean {
    if (typeof value === 'string') return !/\{[{%#]/.test(value) || this.#template(value, 'text');
    if (Array.isArray(value)) return value.every((item) => this.text(item));
    if (value === null || typeof value !== 'object') return true;
    return Object.entries(value).every(([key, item]) => this.text(key) && this.text(item));
  }

  expression(value: unknown): boolean {
    return typeof value !== 'string' || this.#template(value, 'expression');
  }

  file(text: string): boolean {
    // What a file includes or imports is not looked into.
    return !/\{%-?\s*(?:include|import|from|extends)\b/.test(text) && this.#template(text, 'file');
  }

  #template(text: string, kind: 'text' | 'expression' | 'file'): boolean {
    if (!callsCalmLookups(text)) return false;
    const {variables, impure} = this.templates.parseOnly(text, kind);
    return impure.length === 0 && variables.every((name) => this.#variable(name));
  }

  #variable(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (this.pending.has(name) || opaque.has(name)) return false;
    // A variable that reads itself goes round in circles; the task's own turn will say so.
    this.#known.set(name, true);
    const found = this.source.get(name);
    const calm = found === undefined || !found.template || this.text(found.value);
    this.#known.set(name, calm);
    return calm;
  }
}

/**
 * What the expression language asks of its surroundings, and what it gives them.
 *
 * Values are those of Python, held in plain JavaScript: None = null, bool, int = whole number or bigint, float = number
 * (a float without a fraction is a `PyFloat`, so that 1.0 prints as 1.0), str = string, list = array, tuple = `PyTuple`
 * (an array), dict = plain object, or a Map where keys are not strings (or look like whole numbers, whose order a
 * plain object would lose). `toPlain` turns all of them into JSON-like values for callers who do not care.
 */
import type {Where} from '../errors/index.js';
import type {VaultString} from '../yaml/types.js';

/** The value of a variable and how it is to be read. */
export interface Variable {
  readonly value: unknown;
  /**
   * true: strings inside are templates, rendered when they are used, in the using host's context.
   * false: data (facts, registered results, set_fact): never rendered, whatever it contains.
   */
  readonly template: boolean;
  /** Where the value was set, for messages: `inventory/group_vars/all.yml:3:1`. */
  readonly origin?: string | undefined;
  /** The same for one member of a mapping, where that is known. */
  memberOrigin?(member: string): string | undefined;
}

export interface VariableSource {
  get(name: string): Variable | undefined;
  /** All names there are, for "did you mean"; may be left out. */
  names?(): Iterable<string>;
}

/** Key of `LazyMap`; `Symbol.for`, so that floors below may make such objects without importing this one. */
export const lazyMap: unique symbol = Symbol.for('quorate.lazyMap');
/** Key under which an object carries a float without a fraction (see `PyFloat`). */
export const floatValue: unique symbol = Symbol.for('quorate.float');

/**
 * A mapping whose members are fetched one by one: `hostvars`, `hostvars[h]`, `vars`. Put it into `Variable.value`.
 * Members with `template: true` are rendered in `scope` (for `hostvars[h]`: that host's variables), or in the reader's
 * own variables if there is none.
 */
export interface LazyMap {
  readonly [lazyMap]: true;
  keys(): Iterable<string>;
  get(key: string): Variable | undefined;
  readonly scope?: VariableSource | undefined;
  /** What to call it in messages: `hostvars['n1']`. */
  readonly label?: string | undefined;
}

export type PathKind = 'file' | 'directory' | 'other';

/** What lookups and file tests may do on the controller. Everything is synchronous. */
export interface LookupHost {
  /** The text of an absolute path, UTF-8; throws if it cannot be read. */
  readFile(path: string): string;
  exists(path: string): boolean;
  /** What lies there, links followed; undefined if nothing. Without this function `is file` etc. say "cannot tell". */
  kind?(path: string): PathKind | undefined;
  isLink?(path: string): boolean;
  isMount?(path: string): boolean;
  realpath?(path: string): string;
  /** Files (not folders) that match a shell pattern whose last part has the wildcards; absolute paths, sorted. */
  glob(pattern: string): string[];
  env(name: string): string | undefined;
  /** Folders in which a relative path is looked for, first one first (role, task file's folder, playbook). */
  searchPaths(kind: 'files' | 'templates' | 'vars'): readonly string[];
  /** Names of the hosts that match an inventory pattern. */
  inventoryHostnames(pattern: string): string[];
  /** Output of a shell command on the controller, without its last newline; throws if it fails. */
  pipe?(command: string): string;
  /** Writes a file 0600 with its folders (the `password` lookup keeps what it made). */
  writeSecret?(path: string, text: string): void;
}

/**
 * Check mode's marks: results that only a real run can give. The evaluator calls `sawMark` whenever it reads a member
 * of a marked object, prints, iterates, compares it, or feeds it to a filter or test. `r is defined` alone is no read.
 */
export interface MarkSink {
  /** Why the object is marked ("registered by a task that was not run"), or undefined if it is not. */
  markOf(value: object): string | undefined;
  sawMark(why: string): void;
}

export interface TemplateContext {
  readonly variables: VariableSource;
  readonly lookups: LookupHost;
  readonly marks?: MarkSink | undefined;
  now(): Date;
  /** Uniform in [0, 1). */
  random(): number;
  warn(message: string): void;
}

export interface ParseResult {
  /** Top-level names that are read and not set by the template itself; sorted. */
  readonly variables: readonly string[];
  /** Things whose answer may differ from one reading to the next: 'pipe', 'password', 'now', 'random', 'url' ... */
  readonly impure: readonly string[];
}

export interface RenderFileOptions {
  /** Named in messages, and the folder for `{% include %}` and `{% import %}`. */
  readonly file: string;
}

export interface TemplateEngine {
  /**
   * Renders strings inside lists and maps, keys included. A string that is one `{{ expression }}` gives that value
   * itself, anything longer a string; text without `{{`, `{%` or `{#` comes back as it is. The value returned is
   * complete: nothing in it is lazy or undefined (an undefined variable throws `UndefinedVariableError`).
   * Members that are `omit` are dropped; the value as a whole may be `omit`. `!unsafe` strings come back as text.
   */
  render(value: unknown, context: TemplateContext, where?: Where): unknown;
  /** Value of a bare expression (no braces). */
  evaluate(expression: string, context: TemplateContext, where?: Where): unknown;
  /** A bare condition: `when`, `until`, `changed_when`, one member of `that`. Lists are the caller's. */
  condition(expression: unknown, context: TemplateContext, where?: Where): boolean;
  /** A `.j2` file's text, by Ansible's rules for the template module (trim_blocks, final newline, `#jinja2:` header). */
  renderFile(text: string, context: TemplateContext, options: RenderFileOptions): string;
  /** Checks syntax, filter, test and lookup names without evaluating; throws `TemplateError`. */
  parseOnly(text: unknown, kind?: 'text' | 'expression' | 'file', where?: Where): ParseResult;
}

/** `from_yaml` and friends; all documents of a text. Injected, so that this floor does not choose a YAML reader. */
export type ParseYaml = (text: string) => unknown[];

export interface TemplateEngineOptions {
  readonly parseYaml: ParseYaml;
  /** Opens a `!vault` value when a template needs it; without it such a value is an error. */
  readonly unseal?: ((sealed: VaultString) => string) | undefined;
  /** How many compiled templates are kept; default 5000. */
  readonly cacheSize?: number | undefined;
}

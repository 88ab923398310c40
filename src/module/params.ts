/**
 * Parameter types for modules: zod schemas that coerce as Ansible's argument_spec does
 * (docs.ansible.com, "Ansible module architecture", argument spec types) and carry their documentation.
 */
import {z} from 'zod';
import {Secret} from '../shell/index.js';

/** What a parameter's schema says of itself, for docs, JSON Schema, aliases and the order of templating. */
export interface ParamDoc {
  readonly doc: string;
  /** Ansible's name of the type; `expression` is a bare expression that the engine does not template. */
  readonly type: 'str' | 'path' | 'bool' | 'int' | 'float' | 'list' | 'dict' | 'mode' | 'raw' | 'secret' | 'expression';
  readonly aliases?: readonly string[];
  readonly choices?: readonly string[];
  readonly elements?: ParamDoc['type'];
}

/** The documentation travels on the schema itself. */
const docKey = Symbol('quorate.paramDoc');

const describe = <T extends z.ZodType>(schema: T, doc: ParamDoc): T => Object.assign(schema, {[docKey]: doc});

interface Options {
  readonly aliases?: readonly string[];
}

const trues = new Set(['y', 'yes', 'on', '1', 'true', 't', '1.0']);
const falses = new Set(['n', 'no', 'off', '0', 'false', 'f', '0.0']);

const toText = (value: unknown): unknown => {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return value;
};

const toBool = (value: unknown): unknown => {
  if (typeof value === 'number' && (value === 0 || value === 1)) return value === 1;
  if (typeof value !== 'string') return value;
  const text = value.trim().toLowerCase();
  return trues.has(text) ? true : falses.has(text) ? false : value;
};

const toNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value) ? Number(value) : value;

const toList = (value: unknown): unknown => {
  if (typeof value === 'string') return value === '' ? [] : value.split(',').map((part) => part.trim());
  if (typeof value === 'number' || typeof value === 'boolean') return [value];
  return value;
};

/**
 * Numbers that nobody means as what YAML makes of an octal: somebody wrote a mode without quotes and without its zero.
 * 644 would be mode 1204. (420, in contrast, is what YAML 1.1 makes of 0644.)
 */
const forgottenZero = (value: number): boolean =>
  (value > 511 && /^[0-7]{3}$/.test(String(value))) ||
  [400, 440, 444, 500, 1755, 1770, 1775, 1777, 2750, 2755, 2770, 2775].includes(value);

/**
 * A file mode: octal as a string (`'0644'`) or symbolic (`u=rw,g=,o=`) stays text; a number is what YAML 1.1 made of
 * `0644` (420) and is written back as octal. A bare `644` in YAML is decimal 644: Ansible sets mode 1204, we refuse.
 */
const toMode = (value: unknown, context: z.RefinementCtx): unknown => {
  if (typeof value !== 'number') return value;
  const octal = value.toString(8);
  if (Number.isInteger(value) && value >= 0 && value <= 0o7777 && !forgottenZero(value)) return octal.padStart(4, '0');
  context.addIssue({
    code: 'custom',
    message: `${value} is a decimal number; write the mode as '${String(value).padStart(4, '0')}', in quotes`,
  });
  return z.NEVER;
};

const modePattern = /^(preserve|[0-7]{1,5}|([ugoa]*([-+=]([rwxXst]*|[ugo]))+)(,[ugoa]*([-+=]([rwxXst]*|[ugo]))+)*)$/;

export const p = {
  object: <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.strictObject(shape),

  string: (doc: string, options: Options = {}) =>
    describe(z.preprocess(toText, z.string()), {doc, type: 'str', ...options}),

  /** A path on the host (`~` and `$VAR` are expanded there) or, for `src`, on the controller. */
  path: (doc: string, options: Options = {}) =>
    describe(z.preprocess(toText, z.string().min(1, 'a path may not be empty')), {doc, type: 'path', ...options}),

  bool: (doc: string, options: Options = {}) =>
    describe(z.preprocess(toBool, z.boolean()), {doc, type: 'bool', ...options}),

  int: (doc: string, options: Options = {}) =>
    describe(z.preprocess(toNumber, z.int()), {doc, type: 'int', ...options}),

  float: (doc: string, options: Options = {}) =>
    describe(z.preprocess(toNumber, z.number()), {doc, type: 'float', ...options}),

  choice: <const T extends readonly [string, ...string[]]>(choices: T, doc: string, options: Options = {}) =>
    describe(z.preprocess(toText, z.enum(choices)), {doc, type: 'str', choices, ...options}),

  /** A list of strings; a comma-separated string gives one too, as Ansible has it. */
  strings: (doc: string, options: Options = {}) =>
    describe(z.preprocess(toList, z.array(z.preprocess(toText, z.string()))), {
      doc,
      type: 'list',
      elements: 'str',
      ...options,
    }),

  list: <T extends z.ZodType>(item: T, doc: string, options: Options = {}) =>
    describe(z.preprocess(toList, z.array(item)), {doc, type: 'list', ...options}),

  dict: (doc: string, options: Options = {}) =>
    describe(z.record(z.string(), z.unknown()), {doc, type: 'dict', ...options}),

  mode: (doc: string, options: Options = {}) =>
    describe(
      z.preprocess(
        toMode,
        z.string().regex(modePattern, "is no mode; write octal in quotes ('0644') or symbolic ('u=rw,g=r')"),
      ),
      {doc, type: 'mode', ...options},
    ),

  secret: (doc: string, options: Options = {}) =>
    describe(
      z.preprocess(
        (value) =>
          value instanceof Secret
            ? value
            : typeof toText(value) === 'string'
              ? new Secret(String(toText(value)))
              : value,
        z.instanceof(Secret),
      ),
      {doc, type: 'secret', ...options},
    ),

  /** Anything, as it comes out of templating. */
  any: (doc: string, options: Options = {}) => describe(z.unknown(), {doc, type: 'raw', ...options}),

  /** A bare expression or a list of them: handed over as written, evaluated by the module through its view. */
  expression: (doc: string, options: Options = {}) => describe(z.unknown(), {doc, type: 'expression', ...options}),
};

interface Described {
  readonly [docKey]?: ParamDoc;
  readonly _zod: {readonly def: {readonly innerType?: z.ZodType}};
}

/** The documentation of a parameter, found below `.optional()` and `.default()`. */
export function docOf(schema: z.ZodType): ParamDoc | undefined {
  const described = schema as unknown as Described;
  const inner = described._zod.def.innerType;
  return described[docKey] ?? (inner === undefined ? undefined : docOf(inner));
}

export {z};

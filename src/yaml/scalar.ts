/**
 * Plain scalars as PyYAML (YAML 1.1) reads them, since that is what playbooks were written for: `yes` is a boolean,
 * `0644` is octal, `12:30` is sexagesimal 750, `08` and `1e3` stay strings. Dates stay strings (Ansible prints them as written).
 */

const booleans = new Map<string, boolean>(
  ['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']
    .map((word): [string, boolean] => [word, true])
    .concat(
      ['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word): [string, boolean] => [
        word,
        false,
      ]),
    ),
);
const nulls = new Set(['', '~', 'null', 'Null', 'NULL']);

const intPattern = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const floatPattern =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** Key under which the expression language finds a float without a fraction, so that `1.0` prints as `1.0`. */
const floatValue: unique symbol = Symbol.for('quorate.float') as never;

/** A float without a fraction; it computes as a number and prints as Python does. */
export class YamlFloat {
  readonly [floatValue]: number;
  constructor(value: number) {
    this[floatValue] = value;
  }
  valueOf(): number {
    return this[floatValue];
  }
  toJSON(): number {
    return this[floatValue];
  }
  toString(): string {
    return floatText(this[floatValue]);
  }
}

/** Python's `str` of a float. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const asFloat = (value: number): number | YamlFloat => (Number.isInteger(value) ? new YamlFloat(value) : value);

const sexagesimal = (digits: string): number => digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);

/** The number of YAML 1.1 integer text, or undefined if it is none; a bigint where a number would lose digits. */
function readInt(text: string): number | bigint | undefined {
  if (!intPattern.test(text)) return undefined;
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  let value: bigint;
  try {
    if (digits.includes(':')) value = BigInt(sexagesimal(digits));
    else if (/^0[0-7]+$/.test(digits)) value = BigInt(`0o${digits.slice(1)}`);
    else value = BigInt(digits);
  } catch {
    return undefined; // `0x_` and the like: no digits are left
  }
  if (negative) value = -value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function readFloat(text: string): number | YamlFloat | undefined {
  if (!floatPattern.test(text)) return undefined;
  const lower = text.replaceAll('_', '').toLowerCase();
  const sign = lower.startsWith('-') ? -1 : 1;
  const digits = lower.replace(/^[-+]/, '');
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  return asFloat(sign * (digits.includes(':') ? sexagesimal(digits) : Number(digits)));
}

/** The value of a plain scalar without a tag. */
export function resolvePlain(text: string): unknown {
  if (nulls.has(text)) return null;
  const first = text.charCodeAt(0);
  const isNumeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (isNumeric) return readInt(text) ?? readFloat(text) ?? text;
  return booleans.get(text) ?? text;
}

/** What a scalar with one of YAML's own tags is; `undefined` if the text does not fit the tag. */
export const standardScalars: Readonly<Record<string, (text: string) => unknown>> = {
  str: (text) => text,
  int: readInt,
  float: (text) => {
    const value = readFloat(text) ?? readInt(text);
    return typeof value === 'number' || typeof value === 'bigint' ? asFloat(Number(value)) : value;
  },
  bool: (text) => booleans.get(text),
  null: () => null,
  timestamp: (text) => text,
  binary: (text) => Buffer.from(text, 'base64').toString('utf8'),
};

/** A mapping key as Python's `str` writes it, since members are looked up by text: `True`, `None`, `80`, `1.0`. */
export function keyText(key: unknown): string | undefined {
  if (typeof key === 'string') return key;
  if (key === null) return 'None';
  if (typeof key === 'boolean') return key ? 'True' : 'False';
  if (typeof key === 'bigint') return key.toString();
  if (typeof key === 'number') return Number.isInteger(key) ? String(key) : floatText(key);
  if (key instanceof YamlFloat) return key.toString();
  return undefined;
}

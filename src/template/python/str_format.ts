/** Python's `'{} {name!r:>10}'.format(...)`. Attributes are refused: only positions, names and subscripts. */
import {Fault, TypeFault} from './faults.js';
import {checkWidth, floatDigits, group, wholeDigits} from './format_number.js';
import {type CallArguments, floatOf, isFloat, isNumber, typeName} from './kinds.js';
import {findKey, isMapping} from './mapping.js';
import {pyRepr, pyStr} from './repr.js';
import {textBetween, textLength} from './text.js';
import {defined} from './undefined.js';

class Automatic {
  next = 0;
}

export function strFormat(format: string, given: CallArguments): string {
  return expand(format, given, new Automatic(), 0);
}

function expand(format: string, given: CallArguments, automatic: Automatic, depth: number): string {
  if (depth > 2) throw new Fault('format specifications are nested too deeply');
  let out = '';
  for (let at = 0; at < format.length; at++) {
    const character = format[at] ?? '';
    if (character !== '{' && character !== '}') out += character;
    else if (format[at + 1] === character) {
      out += character;
      at++;
    } else if (character === '}') throw new Fault("a single '}' in the format");
    else {
      const end = closing(format, at);
      out += field(format.slice(at + 1, end), given, automatic, depth);
      at = end;
    }
  }
  return out;
}

function closing(format: string, open: number): number {
  let depth = 0;
  for (let at = open; at < format.length; at++) {
    if (format[at] === '{') depth++;
    if (format[at] === '}' && --depth === 0) return at;
  }
  throw new Fault("a '{' in the format is not closed");
}

function field(text: string, given: CallArguments, automatic: Automatic, depth: number): string {
  const match = /^([^!:[]*(?:\[[^\]]*\][^!:[]*)*)(?:!([rsa]))?(?::([\s\S]*))?$/.exec(text);
  if (!match) throw new Fault(`'{${text}}' is not a replacement field`);
  const value = fieldValue(match[1] ?? '', given, automatic);
  const spec = expand(match[3] ?? '', given, automatic, depth + 1);
  const converted = match[2] === undefined ? value : match[2] === 's' ? pyStr(value) : pyRepr(value);
  return formatValue(converted, spec);
}

function fieldValue(name: string, given: CallArguments, automatic: Automatic): unknown {
  const match = /^([^.[]*)((?:\[[^\]]+\])*)(.*)$/.exec(name);
  if (match?.[3]) throw new Fault(`'{${name}}': attributes are not allowed in a format`);
  const first = match?.[1] ?? '';
  let value =
    first === '' || /^\d+$/.test(first)
      ? positional(first === '' ? automatic.next++ : Number(first), given)
      : byName(first, given);
  for (const [, key = ''] of (match?.[2] ?? '').matchAll(/\[([^\]]+)\]/g)) value = subscript(value, key);
  return defined(value);
}

function positional(index: number, given: CallArguments): unknown {
  if (index >= given.positional.length)
    throw new Fault(`the format asks for value number ${index}, of ${given.positional.length} given`);
  return given.positional[index];
}

function byName(name: string, given: CallArguments): unknown {
  if (!given.named.has(name)) throw new Fault(`the format names '${name}', which was not given`);
  return given.named.get(name);
}

function subscript(value: unknown, key: string): unknown {
  if (Array.isArray(value) && /^\d+$/.test(key)) return value[Number(key)];
  const found = isMapping(value) ? findKey(value, key) : undefined;
  if (!found) throw new Fault(`the format asks for '${key}' of a ${typeName(value)} that does not have it`);
  return found.value;
}

const specForm = /^(?:(.)?([<>=^]))?([+\- ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su;

export function formatValue(value: unknown, spec: string): string {
  if (spec === '') return pyStr(value);
  const match = specForm.exec(spec);
  if (!match) throw new Fault(`'${spec}' is not a format specification`);
  const [, fill, align, sign = '-', alternate, zero, width, mark, precision, code] = match;
  const numeric =
    isNumber(value) && typeof value !== 'boolean' ? true : isNumber(value) && code !== undefined && code !== 's';
  if (!numeric && (typeof value !== 'string' || (code !== undefined && code !== 's')))
    throw new TypeFault(`'${spec}' cannot format a ${typeName(value)}`);
  const body = numeric
    ? numberBody(value, {
        sign,
        alternate: alternate !== undefined,
        mark,
        precision: precision === undefined ? undefined : Number(precision),
        code,
      })
    : {
        sign: '',
        text:
          precision === undefined
            ? pyStr(value)
            : textBetween(pyStr(value), 0, Math.min(Number(precision), textLength(pyStr(value)))),
      };
  return place(body, {
    fill: fill ?? (zero && align === undefined ? '0' : zero && numeric ? '0' : ' '),
    align: align ?? (zero && numeric ? '=' : numeric ? '>' : '<'),
    width: checkWidth(Number(width ?? 0)),
  });
}

interface NumberStyle {
  readonly sign: string;
  readonly alternate: boolean;
  readonly mark: string | undefined;
  readonly precision: number | undefined;
  readonly code: string | undefined;
}

function numberBody(value: unknown, style: NumberStyle): {sign: string; text: string} {
  const code = style.code ?? (isFloat(value) ? undefined : 'd');
  const text = unsignedText(value, code, style);
  const negative = text.startsWith('-');
  const unsigned = negative ? text.slice(1) : text;
  const digits =
    style.mark === undefined ? unsigned : group(unsigned, style.mark, 'boxX'.includes(code ?? 'd') ? 4 : 3);
  const prefix = style.alternate ? ({b: '0b', o: '0o', x: '0x', X: '0X'}[code ?? ''] ?? '') : '';
  return {
    sign: (negative ? '-' : style.sign === '-' ? '' : style.sign) + prefix,
    text: code === 'X' || code === 'E' || code === 'G' || code === 'F' ? digits.toUpperCase() : digits,
  };
}

function unsignedText(value: unknown, code: string | undefined, style: NumberStyle): string {
  if (code === 'c') return String.fromCodePoint(Number(value));
  const base = {b: 2, o: 8, d: 10, n: 10, x: 16, X: 16}[code ?? ''] as 2 | 8 | 10 | 16 | undefined;
  if (base !== undefined && style.precision !== undefined) throw new Fault('a whole number takes no precision');
  if (base !== undefined) return wholeDigits(value, base, code ?? '');
  if (!isNumber(value)) throw new TypeFault(`'${code}' needs a number, not ${typeName(value)}`);
  const number = floatOf(value);
  const magnitude = Math.abs(number);
  if (code === undefined && style.precision === undefined) return pyStr(value);
  const digits =
    code === '%'
      ? `${floatDigits(magnitude * 100, 'f', style.precision ?? 6, style.alternate)}%`
      : floatDigits(magnitude, code ?? 'g', style.precision ?? 6, style.alternate);
  return (number < 0 ? '-' : '') + digits;
}

function place(body: {sign: string; text: string}, layout: {fill: string; align: string; width: number}): string {
  const whole = body.sign + body.text;
  const missing = layout.width - textLength(whole);
  if (missing <= 0) return whole;
  if (layout.align === '=') return body.sign + layout.fill.repeat(missing) + body.text;
  if (layout.align === '<') return whole + layout.fill.repeat(missing);
  if (layout.align === '>') return layout.fill.repeat(missing) + whole;
  const left = Math.floor(missing / 2);
  return layout.fill.repeat(left) + whole + layout.fill.repeat(missing - left);
}

/** Python's regular expressions on JavaScript's: translation of patterns and of replacement texts. */
import {Fault} from './faults.js';

export interface RegexFlags {
  readonly ignoreCase?: boolean;
  readonly multiline?: boolean;
  readonly dotAll?: boolean;
}

/** What may follow a backslash in a JavaScript pattern with the `u` flag; all else loses the backslash. */
const knownEscapes = /[dDwWsSbBfnrtv0-9^$\\.*+?()[\]{}|/]/;

/** Python's classes know all of Unicode. */
const wideInClass: Readonly<Record<string, string>> = {w: '\\p{L}\\p{N}_', d: '\\p{Nd}', D: '\\P{Nd}'};
const wordBefore = '(?<=[\\p{L}\\p{N}_])';
const noWordBefore = '(?<![\\p{L}\\p{N}_])';
const wordAfter = '(?=[\\p{L}\\p{N}_])';
const noWordAfter = '(?![\\p{L}\\p{N}_])';
const wideOutside: Readonly<Record<string, string>> = {
  b: `(?:${wordBefore}${noWordAfter}|${noWordBefore}${wordAfter})`,
  B: `(?:${wordBefore}${wordAfter}|${noWordBefore}${noWordAfter})`,
  w: '[\\p{L}\\p{N}_]',
  W: '[^\\p{L}\\p{N}_]',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
};

/**
 * A JavaScript RegExp for a Python pattern (`re` syntax without the flags `x` and `L`).
 * @throws Fault naming the pattern if it is none.
 */
export function pythonRegex(pattern: string, flags: RegexFlags = {}, kind: 'g' | 'y' | '' = ''): RegExp {
  const inline = leadingFlags(pattern);
  const on = (letter: string, given: boolean | undefined): string =>
    given || inline.flags.includes(letter) ? letter : '';
  const letters = `u${kind}${on('i', flags.ignoreCase)}${on('m', flags.multiline)}${on('s', flags.dotAll)}`;
  try {
    return new RegExp(
      translate(inline.rest, {multiline: letters.includes('m'), dotAll: letters.includes('s')}),
      letters,
    );
  } catch (error) {
    throw new Fault(
      `'${pattern}' is not a regular expression: ${(error as Error).message.replace(/^Invalid regular expression: /, '')}`,
    );
  }
}

function leadingFlags(pattern: string): {flags: string; rest: string} {
  const match = /^\(\?([aiLmsux]+)\)/.exec(pattern);
  if (!match) return {flags: '', rest: pattern};
  if (match[1]?.includes('x')) throw new Fault(`'${pattern}': the flag x (verbose) is not supported`);
  return {flags: match[1] ?? '', rest: pattern.slice(match[0].length)};
}

function translate(pattern: string, on: {readonly multiline: boolean; readonly dotAll: boolean}): string {
  let out = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const rest = pattern.slice(at, at + 64);
    const character = pattern[at] ?? '';
    if (character === '\\') {
      const [text, width] = translateEscape(pattern, at, inClass);
      out += text;
      at += width - 1;
    } else if (inClass) {
      if (character === ']') inClass = false;
      out += character === '[' ? '\\[' : character;
    } else if (character === '[') {
      inClass = true;
      const [text, width] = classOpening(pattern, at);
      out += text;
      at += width - 1;
    } else if (rest.startsWith('(?P<')) {
      out += '(?<';
      at += 3;
    } else if (/^\(\?P=(\w+)\)/.test(rest)) {
      const name = /^\(\?P=(\w+)\)/.exec(rest)?.[1] ?? '';
      out += `\\k<${name}>`;
      at += name.length + 4;
    } else if (rest.startsWith('(?#')) {
      at = pattern.indexOf(')', at);
      if (at === -1) throw new Error('missing ), unterminated comment');
    } else if (character === '.' && !on.dotAll) out += '[^\\n]';
    else if (character === '$' && !on.multiline) out += '(?=\\n?(?![\\s\\S]))';
    else if (character === '{') {
      const quantifier = /^\{\d*,?\d*\}/.exec(rest)?.[0];
      const known = quantifier !== undefined && /\d/.test(quantifier) && out !== '';
      out += known ? quantifier.replace(/^\{,/, '{0,') : '\\{';
      at += known ? quantifier.length - 1 : 0;
    } else if (character === '}') out += '\\}';
    else if (character === ']') out += '\\]';
    else out += character;
  }
  return out;
}

/** `[]abc]` and `[^]abc]`: a bracket that comes first is a character of the class. */
function classOpening(pattern: string, at: number): [string, number] {
  const negated = pattern[at + 1] === '^';
  const open = negated ? '[^' : '[';
  return pattern[at + open.length] === ']' ? [`${open}\\]`, open.length + 1] : [open, open.length];
}

function translateEscape(pattern: string, at: number, inClass: boolean): [string, number] {
  const next = pattern[at + 1];
  if (next === undefined) throw new Error('bad escape (end of pattern)');
  if (!inClass && next === 'A') return ['(?<![\\s\\S])', 2];
  if (!inClass && next === 'Z') return ['(?![\\s\\S])', 2];
  if (next === 'a') return ['\\x07', 2];
  if (inClass && next === 'b') return ['\\x08', 2];
  const unicodeForm = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(pattern.slice(at, at + 10));
  if (unicodeForm) {
    const digits = unicodeForm[1] ?? unicodeForm[2] ?? unicodeForm[3] ?? '0';
    return [`\\u{${digits.replace(/^0+(?=.)/, '')}}`, unicodeForm[0].length];
  }
  const wide = inClass ? wideInClass[next] : wideOutside[next];
  if (wide !== undefined) return [wide, 2];
  if (next === '-' && inClass) return ['\\-', 2];
  if (knownEscapes.test(next)) return inClass && /\d/.test(next) ? octalInClass(pattern, at) : [`\\${next}`, 2];
  if (/[a-zA-Z]/.test(next)) throw new Error(`bad escape \\${next}`);
  return [next, 2];
}

function octalInClass(pattern: string, at: number): [string, number] {
  const digits = /^[0-7]{1,3}/.exec(pattern.slice(at + 1))?.[0] ?? '';
  if (digits === '') throw new Error(`bad escape \\${pattern[at + 1]}`);
  return [`\\u{${Number.parseInt(digits, 8).toString(16)}}`, digits.length + 1];
}

const shortEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
};

/** A Python replacement text (`\1`, `\g<name>`, `\n`) as a function of a match. */
export function replacer(template: string): (match: RegExpMatchArray) => string {
  const parts: (string | {readonly group: string})[] = [];
  const form = /\\(?:g<(\w+)>|(0[0-7]{0,2}|[1-9]\d?)|([\s\S])|$)/g;
  let last = 0;
  for (const match of template.matchAll(form)) {
    parts.push(template.slice(last, match.index));
    last = match.index + match[0].length;
    const [, named, digits, other] = match;
    if (named !== undefined) parts.push({group: named});
    else if (digits !== undefined)
      parts.push(digits.startsWith('0') ? String.fromCharCode(Number.parseInt(digits, 8)) : {group: digits});
    else if (other !== undefined && other in shortEscapes) parts.push(shortEscapes[other] ?? '');
    else if (other === undefined || /[a-zA-Z]/.test(other))
      throw new Fault(`the replacement has a bad escape: \\${other ?? ' at its end'}`);
    else parts.push(`\\${other}`);
  }
  parts.push(template.slice(last));
  return (match) => parts.map((part) => (typeof part === 'string' ? part : groupText(match, part.group))).join('');
}

/** The text of a group by number or name; groups that took no part are empty. */
export function groupText(match: RegExpMatchArray, group: string): string {
  if (/^\d+$/.test(group)) {
    if (Number(group) >= match.length) throw new Fault(`the pattern has no group ${group}`);
    return match[Number(group)] ?? '';
  }
  if (!match.groups || !(group in match.groups)) throw new Fault(`the pattern has no group '${group}'`);
  return match.groups[group] ?? '';
}

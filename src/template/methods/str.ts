/** Methods of Python's `str`. */
import {Fault} from '../python/faults.js';
import {itemsOf} from '../python/iterate.js';
import {isTuple, tuple} from '../python/kinds.js';
import {asIndex} from '../python/numbers.js';
import {
  capitalize,
  characters,
  splitLines,
  splitText,
  splitTextRight,
  strip,
  textLength,
  titleCase,
} from '../python/text.js';
import {type Method, type MethodTable, method, text, textOrNone} from './define.js';

type TextMethod = Method<string>;

const simple = (run: (owner: string) => unknown): TextMethod => method('', run);

const matches = (pattern: RegExp): TextMethod => simple((owner) => pattern.test(owner));

function padded(side: 'left' | 'right' | 'both'): TextMethod {
  return method("width, fillchar=' '", (owner, [width, fill]) => {
    const missing = asIndex(width, 'the width') - textLength(owner);
    const filler = text(fill, 'the fill character');
    if (textLength(filler) !== 1) throw new Fault('the fill character must be one character');
    if (missing <= 0) return owner;
    // Python puts the odd blank of an odd width on the left.
    const left =
      side === 'left'
        ? missing
        : side === 'right'
          ? 0
          : Math.floor(missing / 2) + (missing & (missing + textLength(owner)) & 1);
    return filler.repeat(left) + owner + filler.repeat(missing - left);
  });
}

/** The part that `find`, `count`, `startswith` look at, and where it begins; undefined if its bounds cross. */
function part(owner: string, start: unknown, end: unknown): {inner: string; from: number} | undefined {
  if (start === null && end === null) return {inner: owner, from: 0};
  const all = characters(owner);
  const bound = (value: unknown, otherwise: number): number => {
    const given = value === null ? otherwise : asIndex(value, 'each bound');
    return given < 0 ? Math.max(0, given + all.length) : given;
  };
  const [from, to] = [bound(start, 0), Math.min(bound(end, all.length), all.length)];
  return from > to ? undefined : {inner: all.slice(from, to).join(''), from};
}

function find(owner: string, [wanted, start, end]: readonly unknown[], last: boolean): number {
  const sought = text(wanted, 'what is looked for');
  const looked = part(owner, start, end);
  if (!looked) return -1;
  const at = last ? looked.inner.lastIndexOf(sought) : looked.inner.indexOf(sought);
  return at === -1 ? -1 : looked.from + textLength(looked.inner.slice(0, at));
}

const finder = (last: boolean, strict: boolean): TextMethod =>
  method('sub, start=None, end=None', (owner, args) => {
    const at = find(owner, args, last);
    if (at === -1 && strict) throw new Fault(`'${String(args[0])}' is not in the text`);
    return at;
  });

const edge = (test: (inner: string, wanted: string) => boolean): TextMethod =>
  method('affix, start=None, end=None', (owner, [affix, start, end]) => {
    const looked = part(owner, start, end);
    const wanted = (isTuple(affix) ? affix : [affix]).map((item) => text(item, 'what is looked for'));
    return looked !== undefined && wanted.some((item) => test(looked.inner, item));
  });

const stripper = (sides: 'both' | 'left' | 'right'): TextMethod =>
  method('chars=None', (owner, [set]) => strip(owner, textOrNone(set, 'the characters'), sides));

function count(owner: string, wanted: string): number {
  return wanted === '' ? textLength(owner) + 1 : owner.split(wanted).length - 1;
}

function countPart(owner: string, [wanted, start, end]: readonly unknown[]): number {
  const looked = part(owner, start, end);
  return looked ? count(looked.inner, text(wanted, 'what is counted')) : 0;
}

const separator = (value: unknown): string | null => {
  const given = textOrNone(value, 'the separator');
  if (given === '') throw new Fault('the separator is empty');
  return given;
};

function partition(owner: string, wanted: unknown, last: boolean): unknown {
  const mark = separator(wanted) ?? ' ';
  const at = last ? owner.lastIndexOf(mark) : owner.indexOf(mark);
  if (at === -1) return tuple(last ? ['', '', owner] : [owner, '', '']);
  return tuple([owner.slice(0, at), mark, owner.slice(at + mark.length)]);
}

export function replaceText(owner: string, old: string, fresh: string, limit: number): string {
  if (limit < 0) return old === '' ? ['', ...characters(owner), ''].join(fresh) : owner.replaceAll(old, () => fresh);
  const parts = old === '' ? ['', ...characters(owner), ''] : owner.split(old);
  return parts.map((piece, index) => (index === 0 ? piece : (index <= limit ? fresh : old) + piece)).join('');
}

function expandTabs(owner: string, size: number): string {
  let column = 0;
  let out = '';
  for (const character of owner) {
    const blanks = character === '\t' ? (size > 0 ? size - (column % size) : 0) : 0;
    out += character === '\t' ? ' '.repeat(blanks) : character;
    column = character === '\n' || character === '\r' ? 0 : column + (character === '\t' ? blanks : 1);
  }
  return out;
}

const swapCase = (owner: string): string =>
  [...owner]
    .map((character) => (character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase()))
    .join('');

function zeroFill(owner: string, width: number): string {
  const missing = width - textLength(owner);
  if (missing <= 0) return owner;
  const sign = /^[+-]/.exec(owner)?.[0] ?? '';
  return sign + '0'.repeat(missing) + owner.slice(sign.length);
}

export const strMethods: MethodTable<string> = new Map<string, TextMethod>([
  ['capitalize', simple(capitalize)],
  ['casefold', simple((owner) => owner.toLowerCase().replaceAll('ß', 'ss'))],
  ['center', padded('both')],
  ['count', method('sub, start=None, end=None', countPart)],
  ['endswith', edge((inner, wanted) => inner.endsWith(wanted))],
  ['expandtabs', method('tabsize=8', (owner, [size]) => expandTabs(owner, asIndex(size, 'the tab size')))],
  ['find', finder(false, false)],
  ['index', finder(false, true)],
  ['isalnum', matches(/^[\p{L}\p{N}]+$/u)],
  ['isalpha', matches(/^\p{L}+$/u)],
  ['isascii', matches(/^[\x00-\x7f]*$/)],
  ['isdecimal', matches(/^\p{Nd}+$/u)],
  ['isdigit', matches(/^[\p{Nd}²³¹⁰⁴-⁹₀-₉]+$/u)],
  ['isidentifier', matches(/^[\p{L}\p{Nl}_][\p{L}\p{N}\p{M}_]*$/u)],
  ['islower', simple((owner) => /\p{Ll}/u.test(owner) && !/[\p{Lu}\p{Lt}]/u.test(owner))],
  ['isnumeric', matches(/^\p{N}+$/u)],
  ['isprintable', matches(/^(?: |[^\p{C}\p{Z}])*$/u)],
  ['isspace', matches(/^[\s\x1c-\x1f\x85]+$/)],
  ['istitle', simple((owner) => /\p{L}/u.test(owner) && titleCase(owner) === owner)],
  ['isupper', simple((owner) => /\p{Lu}/u.test(owner) && !/[\p{Ll}\p{Lt}]/u.test(owner))],
  [
    'join',
    method('items', (owner, [items]) =>
      itemsOf(items)
        .map((item, index) => text(item, `item ${index}`))
        .join(owner),
    ),
  ],
  ['ljust', padded('right')],
  ['lower', simple((owner) => owner.toLowerCase())],
  ['lstrip', stripper('left')],
  ['partition', method('sep', (owner, [wanted]) => partition(owner, wanted, false))],
  [
    'removeprefix',
    method('prefix', (owner, [prefix]) =>
      owner.startsWith(text(prefix, 'the prefix')) ? owner.slice(String(prefix).length) : owner,
    ),
  ],
  [
    'removesuffix',
    method('suffix', (owner, [suffix]) =>
      suffix !== '' && owner.endsWith(text(suffix, 'the suffix')) ? owner.slice(0, -String(suffix).length) : owner,
    ),
  ],
  [
    'replace',
    method('old, new, count=-1', (owner, [old, fresh, limit]) =>
      replaceText(owner, text(old, 'what is replaced'), text(fresh, 'the replacement'), asIndex(limit, 'the count')),
    ),
  ],
  ['rfind', finder(true, false)],
  ['rindex', finder(true, true)],
  ['rjust', padded('left')],
  ['rpartition', method('sep', (owner, [wanted]) => partition(owner, wanted, true))],
  [
    'rsplit',
    method('sep=None, maxsplit=-1', (owner, [sep, limit]) =>
      splitTextRight(owner, separator(sep), asIndex(limit, 'the limit')),
    ),
  ],
  ['rstrip', stripper('right')],
  [
    'split',
    method('sep=None, maxsplit=-1', (owner, [sep, limit]) =>
      splitText(owner, separator(sep), asIndex(limit, 'the limit')),
    ),
  ],
  ['splitlines', method('keepends=False', (owner, [keep]) => splitLines(owner, keep === true))],
  ['startswith', edge((inner, wanted) => inner.startsWith(wanted))],
  ['strip', stripper('both')],
  ['swapcase', simple(swapCase)],
  ['title', simple(titleCase)],
  ['upper', simple((owner) => owner.toUpperCase())],
  ['zfill', method('width', (owner, [width]) => zeroFill(owner, asIndex(width, 'the width')))],
]);

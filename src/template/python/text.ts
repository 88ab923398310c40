/** Strings by code points, as Python counts them; plain indexing where no astral character is in the way. */

const astral = /[\ud800-\udfff]/;

export const textLength = (text: string): number => (astral.test(text) ? [...text].length : text.length);

export const characters = (text: string): string[] => (astral.test(text) ? [...text] : text.split(''));

/** The part between two code points, both within the text. */
export const textBetween = (text: string, start: number, end: number): string =>
  astral.test(text) ? [...text].slice(start, end).join('') : text.slice(start, end);

/** Python's `str.splitlines`. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  const ending = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;
  let start = 0;
  for (let match = ending.exec(text); match; match = ending.exec(text)) {
    lines.push(text.slice(start, keepEnds ? ending.lastIndex : match.index));
    start = ending.lastIndex;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** What Python's `str.strip()` and `split()` take for white space. */
export const space = '[\\s\\x1c-\\x1f\\x85]';

const escapeClass = (characters: string): string => characters.replace(/[\\\]^-]/g, '\\$&');

/** Strips white space, or any of the given characters, from the sides asked for. */
export function strip(text: string, set: string | null, sides: 'both' | 'left' | 'right'): string {
  const kind = set === null ? space : set === '' ? undefined : `[${escapeClass(set)}]`;
  if (kind === undefined) return text;
  let result = text;
  if (sides !== 'right') result = result.replace(new RegExp(`^${kind}+`, 'u'), '');
  if (sides !== 'left') result = stripRight(result, new RegExp(kind, 'u'));
  return result;
}

/** Character by character: a pattern like `x+$` takes quadratic time on long runs of x in the middle. */
function stripRight(text: string, kind: RegExp): string {
  let end = text.length;
  while (end > 0) {
    const low = text.charCodeAt(end - 1);
    const width = low >= 0xdc00 && low <= 0xdfff ? 2 : 1;
    if (!kind.test(text.slice(end - width, end))) break;
    end -= width;
  }
  return text.slice(0, end);
}

/** Python's `str.split`; a null separator means runs of white space. */
export function splitText(text: string, separator: string | null, limit: number): string[] {
  if (separator !== null) return splitBy(text, separator, limit);
  const parts: string[] = [];
  let rest = strip(text, null, 'left');
  while (rest !== '' && (limit < 0 || parts.length < limit)) {
    const match = /[\s\x1c-\x1f\x85]+/u.exec(rest);
    if (!match) break;
    parts.push(rest.slice(0, match.index));
    rest = rest.slice(match.index + match[0].length);
  }
  if (rest !== '') parts.push(rest);
  return parts;
}

function splitBy(text: string, separator: string, limit: number): string[] {
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

/** Python's `str.rsplit`. */
export function splitTextRight(text: string, separator: string | null, limit: number): string[] {
  if (limit < 0) return splitText(text, separator, -1);
  if (separator === null) {
    const mirrored = splitText([...text].reverse().join(''), null, limit);
    return mirrored.map((part) => [...part].reverse().join('')).reverse();
  }
  const parts = text.split(separator);
  if (parts.length <= limit + 1) return parts;
  const cut = parts.length - limit;
  return [parts.slice(0, cut).join(separator), ...parts.slice(cut)];
}

export const capitalize = (text: string): string => {
  const [first = '', ...rest] = [...text];
  return first.toUpperCase() + rest.join('').toLowerCase();
};

/** Python's `str.title()`: a new word after anything that is no letter. */
export const titleCase = (text: string): string => text.replace(/\p{L}+/gu, (word) => capitalize(word));

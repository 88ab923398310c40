/** `wordwrap`: breaks lines between words, as Python's textwrap does. */
import {splitLines, textLength} from '../python/text.js';

export interface WrapRules {
  readonly breakLong: boolean;
  readonly hyphens: boolean;
  readonly joiner: string;
}

export const wordWrap = (text: string, width: number, rules: WrapRules): string =>
  splitLines(text)
    .map((line) => wrapLine(line, Math.max(1, width), rules).join(rules.joiner))
    .join(rules.joiner);

/** Only these count as blanks: a no-break space holds its words together. */
const blanks = /([\t\n\v\f\r ]+)/;

/** Words, the blanks between them, and (if allowed) the parts of hyphenated words. */
function chunksOf(line: string, hyphens: boolean): string[] {
  const chunks = line.split(blanks).filter((chunk) => chunk !== '');
  if (!hyphens) return chunks;
  const breaks = /(?<=[\p{L}_]{2}-|[\p{L}_]-[\p{L}_]-)(?=[\p{L}_]-?[\p{L}_])/u;
  const dashes = /(?<=[\p{L}\p{N}_!"'&.,?])(-{2,})(?=[\p{L}\p{N}_])/u;
  return chunks
    .flatMap((chunk) => chunk.split(dashes).flatMap((part) => part.split(breaks)))
    .filter((chunk) => chunk !== '');
}

const isBlank = (chunk: string | undefined): boolean => (chunk ?? 'x').trim() === '';

function wrapLine(line: string, width: number, rules: WrapRules): string[] {
  const chunks = chunksOf(line, rules.hyphens).reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    const current: string[] = [];
    let used = 0;
    if (lines.length > 0 && isBlank(chunks.at(-1))) chunks.pop();
    while (chunks.length > 0 && used + textLength(chunks.at(-1) ?? '') <= width) {
      const chunk = chunks.pop() ?? '';
      current.push(chunk);
      used += textLength(chunk);
    }
    if (textLength(chunks.at(-1) ?? '') > width) breakLong(chunks, current, width - used, rules);
    if (isBlank(current.at(-1))) current.pop();
    if (current.length > 0) lines.push(current.join(''));
  }
  return lines;
}

/** A word longer than a line: its beginning fills this line, or it gets a line of its own. */
function breakLong(chunks: string[], current: string[], room: number, rules: WrapRules): void {
  const chunk = chunks.pop() ?? '';
  if (rules.breakLong) {
    const letters = [...chunk];
    const hyphen = rules.hyphens && letters.length > room ? letters.slice(0, room).lastIndexOf('-') : -1;
    const taken = hyphen > 0 && letters.slice(0, hyphen).some((letter) => letter !== '-') ? hyphen + 1 : room;
    current.push(letters.slice(0, taken).join(''));
    if (letters.length > taken) chunks.push(letters.slice(taken).join(''));
  } else if (current.length === 0) current.push(chunk);
  else chunks.push(chunk);
}

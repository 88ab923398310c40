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

/** Words, the blanks between them, and (if allowed) the parts of hyphenated words. */
function chunksOf(line: string, hyphens: boolean): string[] {
  const chunks = line.split(/(\s+)/).filter((chunk) => chunk !== '');
  if (!hyphens) return chunks;
  return chunks.flatMap((chunk) => chunk.split(/(?<=[\p{L}\p{N}_]{2}-)(?=[\p{L}_]{2})/u));
}

function wrapLine(line: string, width: number, rules: WrapRules): string[] {
  const chunks = chunksOf(line, rules.hyphens).reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    const current: string[] = [];
    let used = 0;
    if (lines.length > 0 && (chunks.at(-1) ?? '').trim() === '') chunks.pop();
    while (chunks.length > 0 && used + textLength(chunks.at(-1) ?? '') <= width) {
      const chunk = chunks.pop() ?? '';
      current.push(chunk);
      used += textLength(chunk);
    }
    if (chunks.length > 0 && textLength(chunks.at(-1) ?? '') > width)
      breakLong(chunks, current, width - used, rules.breakLong);
    if ((current.at(-1) ?? 'x').trim() === '') current.pop();
    if (current.length > 0) lines.push(current.join(''));
  }
  return lines;
}

/** A word longer than a line: its beginning fills this line, or it gets a line of its own. */
function breakLong(chunks: string[], current: string[], room: number, allowed: boolean): void {
  const chunk = chunks.pop() ?? '';
  if (allowed) {
    const letters = [...chunk];
    const taken = Math.max(1, room);
    current.push(letters.slice(0, taken).join(''));
    if (letters.length > taken) chunks.push(letters.slice(taken).join(''));
  } else if (current.length === 0) current.push(chunk);
  else chunks.push(chunk);
}

import {ParamsError} from '../../src/errors/index.js';

/**
 * Splits a command line into words as Python's shlex does, which Ansible uses: quotes and backslashes as in a POSIX
 * shell, nothing expanded.
 * @throws ParamsError for a quote that is not closed
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const next = text.charAt(at + 1);
    if (quote === "'") {
      if (character === "'") quote = '';
      else word = (word ?? '') + character;
    } else if (quote === '"') {
      if (character === '"') quote = '';
      else if (character === '\\' && (next === '"' || next === '\\')) {
        word = (word ?? '') + next;
        at++;
      } else word = (word ?? '') + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (character === '\\') {
      if (next === '') throw new ParamsError({what: `'${text}' ends in a backslash that escapes nothing`});
      word = (word ?? '') + next;
      at++;
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== '')
    throw new ParamsError({
      what: `a quote (${quote}) is not closed in: ${text}`,
      hint: 'close it, or escape it with a backslash',
    });
  if (word !== undefined) words.push(word);
  return words;
}

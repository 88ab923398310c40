/** Splits a line into words as Python's `shlex.split(line, comments=True)`; undefined where a quote is not closed. */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#') {
      break;
    } else if (character === "'" || character === '"') {
      const quoted = readQuoted(line, at);
      if (!quoted) return undefined;
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (character === '\\') {
      word = (word ?? '') + line.charAt(++at);
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function readQuoted(line: string, start: number): {text: string; end: number} | undefined {
  const quote = line.charAt(start);
  let text = '';
  for (let at = start + 1; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === quote) return {text, end: at};
    // Within double quotes a backslash hides the quote and itself only.
    const isEscape = quote === '"' && character === '\\' && /["\\]/.test(line.charAt(at + 1));
    text += isEscape ? line.charAt(++at) : character;
  }
  return undefined;
}

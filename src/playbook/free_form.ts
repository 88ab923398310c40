/** Ansible's `k=v` splitter: words keep together what quotes and `{{ }}` hold together. */
import {PlaybookError, type Where} from '../errors/index.js';

/** Options that may stand inside the free-form text of command, shell, raw and script. */
export const commandOptions: ReadonlySet<string> = new Set([
  'creates',
  'removes',
  'chdir',
  'executable',
  'warn',
  'stdin',
  'stdin_add_newline',
  'strip_empty_ends',
]);

const openers: Readonly<Record<string, string>> = {'{{': '}}', '{%': '%}', '{#': '#}'};

/** Words of free-form text with the white space that follows each; whatever is within quotes or braces is one word. */
function splitWords(text: string, where: Where): {word: string; gap: string}[] {
  const words: {word: string; gap: string}[] = [];
  let at = 0;
  const skipGap = (): string => {
    const start = at;
    for (;;) {
      const continued = /^\\[ \t]*\n/.exec(text.slice(at, at + 80));
      if (continued && (at === start || /\s/.test(text.charAt(at - 1)))) at += continued[0].length;
      else if (/\s/.test(text.charAt(at)) && at < text.length) at++;
      else return text.slice(start, at).replace(/\\[ \t]*\n/g, ' ');
    }
  };
  skipGap();
  while (at < text.length) {
    const start = at;
    at = endOfWord(text, at, where);
    const word = text.slice(start, at);
    words.push({word, gap: skipGap()});
  }
  return words;
}

function endOfWord(text: string, start: number, where: Where): number {
  let quote = '';
  const closers: string[] = [];
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    const pair = text.slice(at, at + 2);
    const closer = closers.at(-1);
    if (quote === '' && pair in openers) {
      closers.push(openers[pair] ?? '');
      at++;
    } else if (quote === '' && closer !== undefined && pair === closer) {
      closers.pop();
      at++;
    } else if ((character === '"' || character === "'") && text.charAt(at - 1) !== '\\') {
      if (quote === '') quote = character;
      else if (quote === character) quote = '';
    } else if (quote === '' && closers.length === 0 && /\s/.test(character)) return at;
  }
  if (quote !== '' || closers.length > 0)
    throw new PlaybookError({
      what:
        quote === ''
          ? `'${closers.at(-1) ?? ''}' is missing in '${text.slice(start)}'`
          : `a quote in '${text.slice(start)}' is not closed`,
      where,
      hint: 'quote the whole value, or write the parameters as a mapping on lines of their own',
    });
  return at;
}

const escapes: Readonly<Record<string, string>> = {a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v'};

const decodeEscapes = (text: string): string =>
  text.replace(
    /\\(?:U([0-9a-fA-F]{8})|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\\'"abfnrtv]))/g,
    (_, long, short, byte, one) => {
      const code = (long ?? short ?? byte) as string | undefined;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return escapes[one as string] ?? (one as string);
    },
  );

function unquote(text: string): string {
  const first = text.charAt(0);
  const isQuoted = text.length > 1 && (first === '"' || first === "'") && text.endsWith(first) && text.at(-2) !== '\\';
  return isQuoted ? text.slice(1, -1) : text;
}

export interface FreeForm {
  /** What is no option, as written. */
  readonly text: string;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Takes `k=v` options out of free-form text. With `onlyOptions` just those names are options and all other words are
 * text (command and shell); without it every `k=v` word is one.
 */
export function parseFreeForm(text: string, where: Where, onlyOptions?: ReadonlySet<string>): FreeForm {
  const options: Record<string, string> = {};
  let rest = '';
  for (const {word, gap} of splitWords(text, where)) {
    const decoded = decodeEscapes(word);
    const equals = /^([^=]*?[^\\=])=/.exec(decoded);
    const key = equals?.[1]?.trim();
    const isOption = key !== undefined && (onlyOptions ? onlyOptions.has(key) : /^[^\s{}'"]+$/.test(key));
    if (isOption) options[key] = unquote(decoded.slice((equals?.[0] ?? '').length).trim());
    else rest += (equals || !decoded.includes('\\=') ? word : decoded.replaceAll('\\=', '=')) + gap;
  }
  return {text: rest.trim(), options};
}

import {quote} from './quote.js';
import {Secret} from './secret.js';

/** What may stand in `${}` of a {@link sh} template. Strings and numbers are quoted; lists become quoted words. */
export type ShellValue = string | number | Secret | Script | readonly ShellValue[];

/** POSIX shell text. It travels over stdin, never in argv, so it may hold secrets; `masked` is for people. */
export class Script {
  readonly #text: string;
  readonly #masked: string;
  constructor(text: string, masked = text) {
    this.#text = text;
    this.#masked = masked;
  }
  /** The text a shell reads, secrets included. */
  get source(): string {
    return this.#text;
  }
  get masked(): string {
    return this.#masked;
  }
  toString(): string {
    return this.#masked;
  }
  toJSON(): string {
    return this.#masked;
  }
}

const render = (value: ShellValue): [text: string, masked: string] => {
  if (value instanceof Script) return [value.source, value.masked];
  if (value instanceof Secret) return [quote(value.reveal()), '***'];
  if (typeof value === 'string') return [quote(value), quote(value)];
  if (typeof value === 'number') return [String(value), String(value)];
  const words = value.map(render);
  return [words.map(([text]) => text).join(' '), words.map(([, masked]) => masked).join(' ')];
};

/**
 * POSIX shell text that quotes what is put into it: sh`rm -f -- ${path}`.
 * Lists become separate words; a Script goes in as it is; a Secret is quoted and shown as `***`.
 * Backslashes are taken as written (the raw template), so `'\n'` reaches the shell's printf.
 */
export function sh(strings: TemplateStringsArray, ...values: readonly ShellValue[]): Script {
  let text = strings.raw[0] ?? '';
  let masked = text;
  values.forEach((value, index) => {
    const [shown, hidden] = render(value);
    const tail = strings.raw[index + 1] ?? '';
    text += shown + tail;
    masked += hidden + tail;
  });
  return new Script(text, masked);
}

/** Shell text that is not quoted: for constants of the program only, never for values that came from outside. */
export const raw = (text: string): Script => new Script(text);

/** Scripts one after the other, a line each by default. */
export const joinScripts = (scripts: readonly Script[], separator = '\n'): Script =>
  new Script(
    scripts.map((script) => script.source).join(separator),
    scripts.map((script) => script.masked).join(separator),
  );

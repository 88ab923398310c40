/** Where the next character of YAML goes: columns, indentation, and the folding of long texts. */

const breaks = '\n\x85\u2028\u2029';

export class YamlOutput {
  #text = '';
  column = 0;
  indent: number | undefined;
  /** The last thing written was white space. */
  whitespace = true;
  /** Nothing but indentation and `-` stands on this line yet. */
  indention = true;

  constructor(readonly width: number) {}

  get text(): string {
    return this.#text;
  }

  put(text: string): void {
    this.#text += text;
    this.column += [...text].length;
  }

  indicator(
    sign: string,
    needsSpace: boolean,
    after: {readonly whitespace?: boolean; readonly indention?: boolean} = {},
  ): void {
    const data = this.whitespace || !needsSpace ? sign : ` ${sign}`;
    this.whitespace = after.whitespace ?? false;
    this.indention = this.indention && (after.indention ?? false);
    this.put(data);
  }

  lineBreak(character = '\n'): void {
    this.whitespace = true;
    this.indention = true;
    this.#text += character;
    this.column = 0;
  }

  /** Moves to the present indentation, on a new line if need be. */
  newLine(): void {
    const indent = this.indent ?? 0;
    if (!this.indention || this.column > indent || (this.column === indent && !this.whitespace)) this.lineBreak();
    if (this.column < indent) {
      this.whitespace = true;
      this.put(' '.repeat(indent - this.column));
    }
  }

  /** A text without quotes; its single blanks may become line ends. */
  plain(text: string, mayFold: boolean): void {
    if (text === '') return;
    if (!this.whitespace) this.put(' ');
    this.whitespace = false;
    this.indention = false;
    for (const run of text.match(/ +|[^ ]+/g) ?? []) {
      if (run === ' ' && this.column > this.width && mayFold) {
        this.newLine();
        this.whitespace = false;
        this.indention = false;
      } else this.put(run);
    }
  }

  singleQuoted(text: string, mayFold: boolean): void {
    this.indicator("'", true);
    let at = 0;
    for (const run of text.match(/ +|[\n\x85\u2028\u2029]+|'|[^ \n\x85\u2028\u2029']+/g) ?? []) {
      const end = at + run.length;
      if (run === "'") this.put("''");
      else if (breaks.includes(run[0] ?? '')) this.#quotedBreaks(run);
      else if (run === ' ' && this.column > this.width && mayFold && at !== 0 && end !== text.length) this.newLine();
      else this.put(run);
      at = end;
    }
    this.indicator("'", false);
  }

  /** A first line feed is doubled: folding would make it a blank. */
  #quotedBreaks(run: string): void {
    if (run.startsWith('\n')) this.lineBreak();
    for (const character of run) this.lineBreak(character);
    this.newLine();
  }

  /** A single blank may become a line end; of several the first does, and the next is protected by a backslash. */
  doubleQuoted(text: string, mayFold: boolean): void {
    this.indicator('"', true);
    const characters = [...text];
    characters.forEach((character, at) => {
      const folds =
        character === ' ' &&
        mayFold &&
        characters[at - 1] !== ' ' &&
        this.column > this.width &&
        at > 0 &&
        at < characters.length - 1;
      if (!folds) this.put(escapeDouble(character) ?? character);
      else {
        this.newLine();
        if (characters[at + 1] === ' ') this.put('\\');
      }
    });
    this.indicator('"', false);
  }
}

const short: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};

/** The escape a character needs between double quotes; undefined if none. */
function escapeDouble(character: string): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  const printable =
    (code >= 0x20 && code <= 0x7e) || (code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd);
  if (printable && !'"\\\x85\u2028\u2029\ufeff'.includes(character)) return undefined;
  const letter = short[character];
  if (letter !== undefined) return `\\${letter}`;
  const hex = (width: number): string => code.toString(16).toUpperCase().padStart(width, '0');
  return code <= 0xff ? `\\x${hex(2)}` : code <= 0xffff ? `\\u${hex(4)}` : `\\U${hex(8)}`;
}

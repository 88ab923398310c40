import {widthOf} from './text.js';

/** What the live area needs of a terminal. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
const clearBelow = '\x1b[J';

/**
 * A block of lines at the bottom of a terminal that is drawn over and over, while other lines scroll away above it.
 * After the terminal was made narrower, its lines have been wrapped: rows are counted by the present width.
 */
export class LiveArea {
  #drawn: readonly number[] = [];
  #isHidden = false;

  constructor(private readonly stream: TerminalStream) {}

  get size(): {readonly columns: number; readonly rows: number} {
    // A terminal that does not know its size says 0.
    return {columns: this.stream.columns || 80, rows: this.stream.rows || 24};
  }

  /** Writes lines that stay, and the frame below them. */
  update(text: string, frame: readonly string[]): void {
    const erase = this.#erase();
    const cursor = frame.length > 0 && !this.#isHidden ? hideCursor : '';
    if (cursor !== '') this.#isHidden = true;
    this.#drawn = frame.map(widthOf);
    const drawn = frame.map((line) => `${line}\n`).join('');
    if (erase + text + drawn !== '') this.stream.write(erase + cursor + text + drawn);
  }

  /** Takes the frame away and gives the cursor back: for prompts, and at the end. */
  release(): void {
    const text = this.#erase() + (this.#isHidden ? showCursor : '');
    this.#drawn = [];
    this.#isHidden = false;
    if (text !== '') this.stream.write(text);
  }

  #erase(): string {
    const {columns} = this.size;
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return rows === 0 ? '' : `\r\x1b[${rows}A${clearBelow}`;
  }
}

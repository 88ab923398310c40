/** What is kept of a script's output. */
import {StringDecoder} from 'node:string_decoder';

/** Keeps the first and the last half of a stream once it is longer than the limit. */
export class Capture {
  readonly #half: number;
  readonly #head: Buffer[] = [];
  #tail: Buffer[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #dropped = 0;
  /** How many chunks at the start of the tail are no longer wanted. */
  #gone = 0;

  constructor(limitBytes: number) {
    this.#half = Math.ceil(limitBytes / 2);
  }

  get truncated(): boolean {
    return this.#dropped > 0;
  }

  push(bytes: Buffer): void {
    const room = this.#half - this.#headBytes;
    if (room > 0) {
      const part = bytes.subarray(0, room);
      this.#head.push(part);
      this.#headBytes += part.length;
    }
    if (bytes.length > room) this.#pushTail(room > 0 ? bytes.subarray(room) : bytes);
  }

  /** The stream; where bytes were left out, a line between the halves says how many. */
  bytes(): Buffer {
    const note = this.truncated ? [Buffer.from(`\n[... ${this.#dropped} bytes left out ...]\n`)] : [];
    return Buffer.concat([...this.#head, ...note, ...this.#tail.slice(this.#gone)]);
  }

  #pushTail(bytes: Buffer): void {
    this.#tail.push(bytes);
    this.#tailBytes += bytes.length;
    let excess = this.#tailBytes - this.#half;
    for (let first = this.#tail[this.#gone]; first && excess > 0; first = this.#tail[this.#gone]) {
      const dropped = Math.min(excess, first.length);
      if (dropped === first.length) this.#gone++;
      else this.#tail[this.#gone] = first.subarray(dropped);
      this.#tailBytes -= dropped;
      this.#dropped += dropped;
      excess -= dropped;
    }
    // Forget what is gone from time to time, not at every chunk.
    if (this.#gone > 1024 && this.#gone * 2 > this.#tail.length) {
      this.#tail = this.#tail.slice(this.#gone);
      this.#gone = 0;
    }
  }
}

/** A line longer than this is handed on in pieces. */
const longestLine = 64 * 1024;

/** Cuts a stream of UTF-8 into lines, without their newlines. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #emit: (line: string) => void;
  #rest = '';

  constructor(emit: (line: string) => void) {
    this.#emit = emit;
  }

  push(bytes: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(bytes)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#emit(line);
    if (this.#rest.length > longestLine) {
      this.#emit(this.#rest);
      this.#rest = '';
    }
  }

  /** The last line, if it had no newline. */
  finish(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    if (rest !== '') this.#emit(rest);
  }
}

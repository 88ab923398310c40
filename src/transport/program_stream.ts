/** A program of the host that reaches a TCP port, as one stream of bytes. */
import {Duplex} from 'node:stream';
import {drained, lastWordsMs, settleable, settles} from './timing.js';
import type {Channel} from './types.js';

export interface ProgramStreamOptions {
  /** What comes on stdout before the first byte from the port: `open` where the program begins, `none` where there is none. */
  readonly marks: {readonly open: string; readonly none: string};
  /** The error of a program that failed, by the last reason that it named on stderr. */
  readonly failed: (said: string) => Error;
}

/**
 * What a program writes after its mark, and what is written for its stdin. One listener reads stdout from the first byte to the
 * last: mark, bytes and end may all come in one tick. A program that fails without a byte ends the stream with its own words.
 */
export class ProgramStream extends Duplex {
  /** Settles at one of the marks; rejects with `failed` where the program ended before. */
  readonly mark: Promise<'open' | 'none'>;
  readonly #channel: Channel;
  readonly #options: ProgramStreamOptions;
  readonly #marked = settleable<'open' | 'none'>();
  #state: 'before the mark' | 'open' | 'over' = 'before the mark';
  #head = Buffer.alloc(0);
  #received = false;
  #said = '';

  constructor(channel: Channel, options: ProgramStreamOptions) {
    super();
    this.#channel = channel;
    this.#options = options;
    this.mark = this.#marked.promise;
    // Whoever waits for it hears it; whoever has given up does not.
    this.mark.catch(() => undefined);
    const {stdin, stdout, stderr, exit} = channel;
    for (const stream of [this, stdin, stdout, stderr]) stream.on('error', () => undefined);
    stdout
      .on('data', (bytes: Buffer) => this.#hear(bytes))
      // Both come, in either order, and a channel that breaks off has no end.
      .once('end', () => void this.#end())
      .once('close', () => void this.#end())
      .resume();
    stderr
      .on('data', (bytes: Buffer) => {
        this.#said = (this.#said + bytes.toString('utf8')).slice(-4096);
      })
      .resume();
    // What a program left running may hold its stdout.
    void exit.then(async () => {
      await settles(this.mark, lastWordsMs);
      if (this.#state === 'before the mark') await this.#end();
    });
  }

  override _read(): void {
    this.#channel.stdout.resume();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // What a program that has ended no longer takes is told by its end.
    this.#channel.stdin.write(bytes, () => done());
  }

  override _final(done: () => void): void {
    this.#channel.stdin.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#state = 'over';
    this.#channel.destroy();
    done(error);
  }

  #hear(bytes: Buffer): void {
    if (this.#state === 'open') this.#give(bytes);
    if (this.#state !== 'before the mark') return;
    const {open, none} = this.#options.marks;
    this.#head = Buffer.concat([this.#head, bytes]);
    const at = this.#head.indexOf(open);
    if (at !== -1) {
      this.#state = 'open';
      this.#marked.resolve('open');
      const rest = this.#head.subarray(at + Buffer.byteLength(open));
      if (rest.length > 0) this.#give(rest);
    } else if (this.#head.includes(none)) this.#marked.resolve('none');
  }

  #give(bytes: Buffer): void {
    this.#received = true;
    if (!this.push(bytes)) this.#channel.stdout.pause();
  }

  async #end(): Promise<void> {
    const before = this.#state;
    if (before === 'over') return;
    this.#state = 'over';
    const {exit} = this.#channel;
    const ended = (await settles(exit, lastWordsMs)) ? await exit : undefined;
    if (before === 'before the mark') this.#marked.reject(this.#options.failed(await this.#reason()));
    else if (!this.#received && ended?.kind === 'exit' && ended.code !== 0)
      this.destroy(this.#options.failed(await this.#reason()));
    else this.push(null);
  }

  /** The last reason that the program names; bash itself says only that its socket failed. */
  async #reason(): Promise<string> {
    await drained([this.#channel.stderr], lastWordsMs);
    const reasons = this.#said
      .split('\n')
      .map((line) => /(?:^|: )([^:]+)$/.exec(line.trim())?.[1] ?? '')
      .filter((reason) => reason !== '');
    return reasons.find((reason) => !/^\/dev\/tcp/.test(reason)) ?? 'no reason given';
  }
}

/** One long-lived `sh` behind a channel, which runs one framed script at a time. */
import os from 'node:os';
import type {TransportError} from '../errors/index.js';
import {type Frame, frameText, type Mark, MarkScanner, prologueText} from '../shell/index.js';
import {Capture, LineSplitter} from './capture.js';
import {neverBegan, shellLost, silent} from './shell_errors.js';
import {drained, settleable} from './timing.js';
import type {Channel, ChannelExit, RunOptions, ScriptOutcome, SessionCounters} from './types.js';

type Stream = 'stdout' | 'stderr';

export interface ShellSurroundings {
  /** The inventory's name, for messages. */
  readonly host: string;
  readonly counters: SessionCounters;
  /** A new nonce at every call. */
  readonly nonce: () => string;
  /** Milliseconds of any clock that does not go back. */
  readonly now: () => number;
  /** How long a shell may take to say that it is there. */
  readonly helloMs: number;
}

export interface FrameJob extends Omit<Frame, 'nonce'> {
  /** How much of each stream is kept. */
  readonly captureBytes: number;
  readonly onLine?: RunOptions['onLine'];
}

/** A script that was sent. */
export interface RunningFrame {
  /** The pid of its subshell once it runs; rejects as `done` does if it never will. */
  readonly began: Promise<number | undefined>;
  /** Rejects with TransportError `session` or `lost`. */
  readonly done: Promise<ScriptOutcome>;
}

/**
 * `idle`: takes a script. `busy`: runs one. `settling`: the script is over, but something it started still holds the streams.
 * `dead`: gone.
 */
export type ShellState = 'idle' | 'busy' | 'settling' | 'dead';

interface StreamState {
  readonly capture: Capture;
  readonly lines: LineSplitter | undefined;
  stage: 'before' | 'inside' | 'after';
}

interface CurrentFrame {
  readonly nonce: string;
  readonly sentAt: number;
  readonly stdout: StreamState;
  readonly stderr: StreamState;
  rc: number | undefined;
  begin(pid: number | undefined): void;
  finish(outcome: ScriptOutcome): void;
  fail(error: TransportError): void;
}

/** How much of what a shell says before it is there is kept for the error, if it never gets there. */
const saidLimit = 2048;
/** How long output may still trickle in once the shell itself has ended. */
const drainMs = 500;
/** How long stderr's mark may lag behind stdout's. */
const lagMs = 5_000;

export class RemoteShell {
  /** Its pid and the kernel's count of when it began, for those who must end it from outside. */
  identity: {readonly pid: number; readonly start: string} | undefined;
  /** Output came when no script ran: somebody in the background writes into this shell. */
  strays = false;
  /** Why it is dead. */
  failure: TransportError | undefined;
  #state: ShellState = 'idle';
  #frame: CurrentFrame | undefined;
  #greeted = false;
  /** Its process is gone: nobody reads what is written. */
  #ended = false;
  /** What comes before a stream's first script may be the login shell's own. */
  readonly #marked: Record<Stream, boolean> = {stdout: false, stderr: false};
  /** The shell was ready before stderr's mark had come. */
  #readyEarly = false;
  #said = '';
  #hello: ReturnType<typeof setTimeout> | undefined;
  #lag: ReturnType<typeof setTimeout> | undefined;
  readonly #channel: Channel;
  readonly #around: ShellSurroundings;
  readonly #changed: () => void;
  readonly #scanners: Readonly<Record<Stream, MarkScanner>>;

  /** Takes over a channel behind which an `sh` reads commands. `changed` is called when the state has changed by itself. */
  constructor(channel: Channel, around: ShellSurroundings, changed: () => void) {
    this.#channel = channel;
    this.#around = around;
    this.#changed = changed;
    const scanner = (stream: Stream) =>
      new MarkScanner({data: (bytes) => this.#data(stream, bytes), mark: (mark) => this.#mark(stream, mark)});
    this.#scanners = {stdout: scanner('stdout'), stderr: scanner('stderr')};
    for (const stream of ['stdout', 'stderr'] as const) {
      channel[stream].on('error', () => undefined);
      channel[stream].on('data', (bytes: Buffer) => {
        around.counters.receivedBytes += bytes.length;
        this.#scanners[stream].push(bytes);
      });
      channel[stream].resume();
    }
    void channel.exit.then((exit) => this.#exited(exit));
    const nonce = around.nonce();
    this.#scanners.stdout.expect(nonce);
    this.#hello = setTimeout(
      () => this.#die(silent(this.#around.host, this.#around.helloMs, this.#said)),
      around.helloMs,
    );
    void this.write(prologueText(nonce));
  }

  get state(): ShellState {
    return this.#state;
  }

  /** Sends a script; the shell must be idle. Throws RangeError for a script that no shell can take. */
  run(job: FrameJob): RunningFrame {
    const nonce = this.#around.nonce();
    const text = frameText({...job, nonce});
    const {onLine} = job;
    const stream = (name: Stream): StreamState => ({
      capture: new Capture(job.captureBytes),
      lines: onLine ? new LineSplitter((line) => onLine(name, line)) : undefined,
      stage: 'before',
    });
    this.#state = 'busy';
    if (this.#greeted) this.#scanners.stdout.expect(nonce);
    this.#scanners.stderr.expect(nonce);
    const began = settleable<number | undefined>();
    const done = settleable<ScriptOutcome>();
    this.#frame = {
      nonce,
      sentAt: this.#around.now(),
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      rc: undefined,
      begin: began.resolve,
      finish: done.resolve,
      fail: (error) => {
        began.reject(error);
        done.reject(error);
      },
    };
    // Few wait for the beginning; all wait for the end.
    began.promise.catch(() => undefined);
    void this.write(text);
    return {began: began.promise, done: done.promise};
  }

  /** Puts bytes into the shell's stdin; resolves when more may follow. */
  write(bytes: string | Buffer): Promise<void> {
    this.#around.counters.sentBytes += Buffer.byteLength(bytes);
    const {stdin} = this.#channel;
    if (this.#ended || stdin.write(bytes)) return Promise.resolve();
    return new Promise((resolve) => {
      stdin.once('drain', resolve);
      void this.#channel.exit.then(() => {
        stdin.removeListener('drain', resolve);
        resolve();
      });
    });
  }

  /** No more stdin: what reads it sees the end. */
  endStdin(): void {
    this.#channel.stdin.end();
  }

  /** Lets go of the channel; a script that runs fails as lost. */
  destroy(): void {
    this.#die(shellLost(this.#around.host, 'its shell was closed'));
  }

  #data(stream: Stream, bytes: Buffer): void {
    const own = this.#frame?.[stream];
    if (own?.stage === 'inside') {
      own.capture.push(bytes);
      own.lines?.push(bytes);
    } else if (this.#marked[stream]) {
      this.strays = true;
    } else {
      this.#said = (this.#said + bytes.toString('utf8')).slice(-saidLimit);
    }
  }

  #mark(stream: Stream, mark: Mark): void {
    const frame = this.#frame;
    switch (mark.kind) {
      case 'hello':
        this.#greeted = true;
        clearTimeout(this.#hello);
        if (mark.pid !== undefined && mark.start !== undefined) this.identity = {pid: mark.pid, start: mark.start};
        if (frame) this.#scanners.stdout.expect(frame.nonce);
        return;
      case 'begin':
        if (frame) frame[stream].stage = 'inside';
        this.#marked[stream] = true;
        if (stream === 'stdout') frame?.begin(mark.pid);
        return;
      case 'end':
        if (!frame) return;
        frame[stream].stage = 'after';
        if (stream === 'stdout') frame.rc = mark.rc;
        if (frame.stdout.stage === 'after' && frame.stderr.stage === 'after')
          this.#finish(frame, this.#readyEarly ? 'idle' : 'settling');
        return;
      case 'ready':
        this.#ready(frame);
    }
  }

  #ready(frame: CurrentFrame | undefined): void {
    if (!frame) {
      this.#state = 'idle';
      this.#changed();
    } else if (frame.stdout.stage !== 'after') {
      // The subshell that prints the end marks was killed.
      frame.rc = 128 + os.constants.signals.SIGTERM;
      this.#finish(frame, 'idle');
    } else {
      // The other stream's mark is on its way.
      this.#readyEarly = true;
      this.#lag = setTimeout(() => this.#finish(frame, 'idle'), lagMs);
    }
  }

  #finish(frame: CurrentFrame, state: ShellState): void {
    clearTimeout(this.#lag);
    this.#frame = undefined;
    this.#readyEarly = false;
    if (this.#state === 'busy') this.#state = state;
    for (const stream of [frame.stdout, frame.stderr]) stream.lines?.finish();
    frame.finish({
      rc: frame.rc ?? 0,
      stdout: frame.stdout.capture.bytes(),
      stderr: frame.stderr.capture.bytes(),
      truncated: frame.stdout.capture.truncated || frame.stderr.capture.truncated,
      durationMs: this.#around.now() - frame.sentAt,
    });
    this.#changed();
  }

  async #exited(exit: ChannelExit): Promise<void> {
    this.#ended = true;
    if (exit.kind === 'lost') return this.#die(shellLost(this.#around.host, exit.why));
    if (this.#frame || !this.#greeted) await drained([this.#channel.stdout, this.#channel.stderr], drainMs);
    // What is left of a script that ended its own shell (`kill $$`) is its exit code and the output that came.
    const frame = this.#frame;
    if (frame && this.#greeted) {
      frame.rc = exit.kind === 'exit' ? exit.code : 128 + (os.constants.signals[exit.signal as NodeJS.Signals] ?? 0);
      this.#finish(frame, 'dead');
    }
    this.#die(
      this.#greeted ? shellLost(this.#around.host, 'its shell ended') : neverBegan(this.#around.host, exit, this.#said),
    );
  }

  #die(error: TransportError): void {
    clearTimeout(this.#hello);
    clearTimeout(this.#lag);
    const frame = this.#frame;
    this.#frame = undefined;
    if (this.#state === 'dead') return;
    this.#state = 'dead';
    this.failure = error;
    this.#channel.destroy();
    frame?.fail(error);
    this.#changed();
  }
}

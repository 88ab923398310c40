import type {RunEvent, RunStats} from '../events/types.js';
import {liveReporter} from './live.js';
import {type FrameSize, frameLines} from './live_frame.js';
import type {LiveOptions} from './live_types.js';
import {LiveArea, type TerminalStream} from './terminal.js';
import type {Reporter} from './types.js';

/** Something that takes events and writes what comes of them. */
export interface Sink {
  event(event: RunEvent, stats: RunStats): void;
  /** Frees the terminal or closes the file. */
  close(): void;
}

/** A reporter that writes its text as it comes. */
export function textSink<State>(
  reporter: Reporter<State>,
  write: (text: string) => void,
  close: () => void = () => undefined,
): Sink {
  let state = reporter.start;
  return {
    event(event, stats) {
      const next = reporter.next(state, event, stats);
      state = next.state;
      if (next.text !== '') write(next.text);
    },
    close,
  };
}

export interface LiveSinkOptions extends LiveOptions {
  readonly stream: TerminalStream;
  readonly now: () => number;
  /** Calls back about ten times a second until the function it returns is called. */
  readonly every: (callback: () => void) => () => void;
  /** Calls back when the terminal's size has changed, until the function it returns is called. */
  readonly onResize: (callback: () => void) => () => void;
}

/** The live view of a terminal; `paused` frees the terminal for a prompt. */
export interface LiveSink extends Sink {
  paused<T>(work: () => Promise<T>): Promise<T>;
}

export function liveSink(options: LiveSinkOptions): LiveSink {
  const area = new LiveArea(options.stream);
  let pauses = 0;
  const widthNow = (): LiveOptions => ({...options, width: Math.max(20, area.size.columns - 1)});
  let state = liveReporter(options).start;
  const frame = (): string[] => {
    const size: FrameSize = area.size;
    return pauses > 0 ? [] : frameLines(state, options.now(), size, widthNow());
  };
  const redraw = (): void => {
    if (pauses === 0) area.update('', frame());
  };
  const stops = [options.every(redraw), options.onResize(redraw)];
  return {
    event(event, stats) {
      const next = liveReporter(widthNow()).next(state, event, stats);
      state = next.state;
      if (next.text !== '') area.update(next.text, frame());
    },
    async paused(work) {
      pauses += 1;
      area.release();
      try {
        return await work();
      } finally {
        pauses -= 1;
      }
    },
    close() {
      for (const stop of stops) stop();
      area.release();
    },
  };
}

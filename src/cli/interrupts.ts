import {exitCodes, Interrupted} from './faults.js';

/** The two steps of an interruption, as signals that the engine is given. */
export interface Interrupts {
  /** Ctrl-C once: present tasks end, no new one begins. */
  readonly signal: AbortSignal;
  /** Twice, or the machine asks the program to end: what runs on hosts is killed. */
  readonly kill: AbortSignal;
  release(): void;
}

/** Listens for Ctrl-C and for being told to end. A third Ctrl-C ends the program at once. */
export function watchInterrupts(say: (line: string) => void): Interrupts {
  const stop = new AbortController();
  const kill = new AbortController();
  const abort = (): void => {
    if (kill.signal.aborted) process.exit(exitCodes.interrupted);
    kill.abort(new Interrupted('interrupted'));
  };
  const onInterrupt = (): void => {
    if (stop.signal.aborted) {
      say('Aborting: what runs on hosts is being killed.');
      abort();
      return;
    }
    say('Stopping when the present tasks are done. Press Ctrl-C again to abort them.');
    stop.abort(new Interrupted('interrupted'));
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', abort);
  process.on('SIGHUP', abort);
  return {
    signal: stop.signal,
    kill: kill.signal,
    release() {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', abort);
      process.off('SIGHUP', abort);
    },
  };
}

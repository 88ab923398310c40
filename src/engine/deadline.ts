import {TaskError} from '../errors/index.js';
import type {Clock} from './options.js';

/**
 * Does something that may take only so long: its signal is aborted, with a TaskError as the reason, when the time is
 * over, or with the outer signal. Without a time the outer signal is passed on as it is.
 */
export async function within<T>(
  timeoutMs: number | undefined,
  clock: Clock,
  outer: AbortSignal,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined || timeoutMs <= 0) return act(outer);
  const timer = new AbortController();
  const late = new AbortController();
  const expired = clock.sleep(timeoutMs, timer.signal).then(
    () => {
      const error = new TaskError({
        what: `the task took longer than ${timeoutMs / 1000} s and was ended`,
        hint: 'Its `timeout` sets the limit; what it had done by then stays',
      });
      late.abort(error);
      throw error;
    },
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([act(AbortSignal.any([outer, late.signal])), expired]);
  } finally {
    timer.abort();
  }
}

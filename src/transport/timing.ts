/** Bounds around work that may never answer. */

export interface Bounds {
  /** No limit without it. */
  readonly ms?: number | undefined;
  readonly signals?: readonly (AbortSignal | undefined)[];
  /** The error once `ms` have passed. */
  readonly timedOut: () => Error;
}

/**
 * Runs work until it settles, a signal fires (throws its reason) or the time is up, whichever comes first. The work's own
 * signal fires in both cases. A value that comes too late goes to `late`, which closes what it holds.
 */
export async function within<T>(
  bounds: Bounds,
  work: (signal: AbortSignal) => Promise<T>,
  late: (value: T) => void = () => undefined,
): Promise<T> {
  const controller = new AbortController();
  const listeners: [AbortSignal, () => void][] = [];
  for (const signal of bounds.signals ?? []) {
    if (!signal) continue;
    if (signal.aborted) throw signal.reason;
    const listener = () => controller.abort(signal.reason);
    signal.addEventListener('abort', listener, {once: true});
    listeners.push([signal, listener]);
  }
  const timer = bounds.ms === undefined ? undefined : setTimeout(() => controller.abort(bounds.timedOut()), bounds.ms);
  let over = false;
  try {
    return await new Promise<T>((resolve, reject) => {
      controller.signal.addEventListener(
        'abort',
        () => {
          over = true;
          reject(controller.signal.reason);
        },
        {once: true},
      );
      work(controller.signal).then((value) => (over ? late(value) : resolve(value)), reject);
    });
  } finally {
    clearTimeout(timer);
    for (const [signal, listener] of listeners) signal.removeEventListener('abort', listener);
  }
}

/** Waits; throws the reason of a signal that fires meanwhile. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, {once: true});
  });

/** Whether a promise settles within the time; its value or error is not looked at. */
export async function settles(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waiting that an AbortSignal ends. */

/** Sleeps `ms`; resolves early, never rejects, when the signal aborts. */
export const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, {once: true});
  });

/** Runs `step` every `ms` until the signal aborts; `onError` sees what a step throws, and the loop goes on. */
export const every = (
  ms: number,
  signal: AbortSignal,
  step: () => Promise<void>,
  onError: (thrown: unknown) => void,
) => {
  const loop = async () => {
    while (!signal.aborted) {
      await step().catch(onError);
      await sleep(ms, signal);
    }
  };
  void loop();
};

/** Bounds around work that may never answer. */
import {setMaxListeners} from 'node:events';
import type {Readable} from 'node:stream';

export interface Bounds {
  /** No limit without it. */
  readonly ms?: number | undefined;
  readonly signals?: readonly (AbortSignal | undefined)[];
  /** The error once `ms` have passed. */
  readonly timedOut?: () => Error;
}

/** Runs work under one signal that fires when any of several does, and lets go of them when the work has settled. */
export async function combined<T>(
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const undo: (() => void)[] = [];
  for (const signal of signals) {
    if (!signal) continue;
    // One signal of a run has as many listeners as there are hosts; that is no leak.
    setMaxListeners(0, signal);
    if (signal.aborted) controller.abort(signal.reason);
    const fire = () => controller.abort(signal.reason);
    signal.addEventListener('abort', fire, {once: true});
    undo.push(() => signal.removeEventListener('abort', fire));
  }
  try {
    return await work(controller.signal);
  } finally {
    for (const step of undo) step();
  }
}

/**
 * Runs work until it settles, a signal fires (throws its reason) or the time is up, whichever comes first. The work's own
 * signal fires in both cases. A value that comes too late goes to `late`, which closes what it holds.
 */
export function within<T>(
  bounds: Bounds,
  work: (signal: AbortSignal) => Promise<T>,
  late: (value: T) => void = () => undefined,
): Promise<T> {
  const deadline = new AbortController();
  const {ms} = bounds;
  const timer =
    ms === undefined
      ? undefined
      : setTimeout(() => deadline.abort(bounds.timedOut?.() ?? new Error(`no answer within ${ms} ms`)), ms);
  return combined([...(bounds.signals ?? []), deadline.signal], (signal) => {
    if (signal.aborted) return Promise.reject(signal.reason);
    let over = false;
    return new Promise<T>((resolve, reject) => {
      const stop = () => {
        over = true;
        reject(signal.reason);
      };
      signal.addEventListener('abort', stop, {once: true});
      work(signal).then((value) => (over ? late(value) : resolve(value)), reject);
    });
  }).finally(() => clearTimeout(timer));
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

/** How long the last words of a program that ended may take. */
export const lastWordsMs = 500;

/** Waits until streams have given all that a program wrote: its exit code may overtake that, and somebody may hold them for ever. */
export const drained = (streams: readonly Readable[], ms: number): Promise<boolean> =>
  settles(
    Promise.all(
      streams.map((stream) => (stream.readableEnded ? undefined : new Promise((end) => stream.once('end', end)))),
    ),
    ms,
  );

/** A promise and what settles it. */
export interface Settleable<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

export function settleable<T>(): Settleable<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return {promise, resolve, reject};
}

import type {Duplex} from 'node:stream';
import {TaskError} from '../errors/index.js';
import type {HostNetwork, Step, StepOutcome} from '../module/types.js';
import type {StepRun} from './step_run.js';
import {runOn} from './target.js';

/**
 * Lets a module speak over streams that begin on the host, until it has said its piece or the deadline (by the run's clock)
 * has passed: TaskError then. Whatever stays open is closed.
 */
export async function converse(
  {title, talk, deadlineMs}: Extract<Step, {readonly step: 'converse'}>,
  {run, target, progress}: StepRun,
  before: readonly StepOutcome[],
): Promise<StepOutcome> {
  // What is said may change things (a database's state): no probe that began before may be believed after.
  run.effects.interrupt(target.host);
  progress(title);
  const open = new Set<Duplex>();
  const ending = new AbortController();
  const signal = AbortSignal.any([target.signal, ending.signal]);
  const network: HostNetwork = {
    signal,
    progress,
    ask: async (script, maxBytes) => {
      const {rc, stdout, stderr, truncated} = await runOn(target, script, {signal, captureBytes: maxBytes});
      return {rc, stdout, stderr: stderr.toString('utf8'), truncated};
    },
    connect: async (address, port, options = {}) => {
      const stream = await target.session.forward(address, port, {signal, ...options});
      open.add(stream.once('close', () => open.delete(stream)));
      return stream;
    },
  };
  const timer = new AbortController();
  const late = run.options.clock.sleep(deadlineMs, timer.signal).then(
    () => {
      throw new TaskError({what: `${title}: no end of it within ${Math.round(deadlineMs / 1000)} s`});
    },
    () => new Promise<never>(() => undefined),
  );
  const stopped = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), {once: true});
  });
  // When all is over it rejects too, and nobody waits for it any more.
  stopped.catch(() => undefined);
  try {
    target.signal.throwIfAborted();
    const data = await Promise.race([talk(network, before), late, stopped]);
    return {title, rc: 0, stdout: '', stderr: '', data};
  } finally {
    timer.abort();
    ending.abort(new Error('the conversation is over'));
    for (const stream of open) stream.destroy();
  }
}

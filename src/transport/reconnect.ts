/** Waits for a host to come back after a reboot: whole new connections, with growing pauses, until its boot id is another. */
import {BecomeError, TransportError} from '../errors/index.js';
import {raw, type Script} from '../shell/index.js';
import type {ReconnectOptions, ScriptOutcome} from './types.js';

export interface ReconnectMeans {
  readonly host: string;
  readonly now: () => number;
  /** Throws the reason of a signal that fires meanwhile. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly drop: () => Promise<void>;
  readonly connect: () => Promise<{
    readonly closed: Promise<unknown>;
    run(script: Script, timeoutMs: number): Promise<ScriptOutcome>;
  }>;
}

const firstPauseMs = 1_000;
const longestPauseMs = 10_000;
const answerMs = 10_000;

/** By the shell's own means: it works before anything else does. */
const readBootId = raw('read -r id </proc/sys/kernel/random/boot_id && echo "$id"');

/** Phases that waiting does not mend: the configuration, and a host that shows another key. */
const hopeless: ReadonlySet<string> = new Set(['config', 'hostkey']);

/** Throws TransportError at the deadline, with the last failure as its cause, or at once for what waiting does not mend. */
export async function reconnect(options: ReconnectOptions, means: ReconnectMeans): Promise<void> {
  const end = means.now() + options.deadlineMs;
  await means.drop();
  let last: unknown;
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      const seen = await bootId(means);
      if (options.unlessBootId === undefined || seen !== options.unlessBootId.trim()) return;
      last = new TransportError({
        phase: 'session',
        what: `${means.host} answers, but has not rebooted yet (boot id ${seen})`,
      });
    } catch (error) {
      if (isHopeless(error)) throw error;
      last = error;
    }
    // What answered may be on its way down: the next attempt must be a new connection.
    await means.drop();
    const left = end - means.now();
    if (left <= 0) throw tooLate(options, means.host, last);
    await means.sleep(Math.min(pause, left));
  }
}

async function bootId(means: ReconnectMeans): Promise<string> {
  const link = await means.connect();
  const {stdout, rc} = await link.run(readBootId, answerMs);
  if (rc !== 0) throw new TransportError({phase: 'session', what: `${means.host} does not tell its boot id`});
  return stdout.toString().trim();
}

/** Anything but a failed attempt: a signal's reason, a refusal that stays one. */
const isHopeless = (error: unknown): boolean =>
  error instanceof BecomeError ||
  !(error instanceof Error && 'what' in error) ||
  (error instanceof TransportError && hopeless.has(error.phase));

const tooLate = (options: ReconnectOptions, host: string, cause: unknown): TransportError =>
  new TransportError({
    phase: 'tcp',
    what: `${host} did not come back within ${options.deadlineMs / 1000} s`,
    hint:
      options.unlessBootId === undefined
        ? 'look at its console'
        : 'look at its console: it may hang while it shuts down or boots',
    cause,
  });

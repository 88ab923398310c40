/** Runs one script in a shell under a deadline and signals; whoever stops it, its process tree is ended on the host. */
import {TaskError} from '../errors/index.js';
import {killTree} from './kill.js';
import type {FrameJob, RemoteShell, RunningFrame} from './remote_shell.js';
import {settles} from './timing.js';
import type {ScriptOutcome} from './types.js';

export interface StopBounds {
  readonly host: string;
  readonly timeoutMs?: number | undefined;
  readonly signal: AbortSignal;
  /** A shell of the same user beside the one that runs the script. */
  readonly spare: () => Promise<RemoteShell>;
}

/** Time for a script to end by itself after TERM, in tenths of a second. */
const graceTenths = 20;
/** How long stopping may take before the shell is given up. */
const killMs = 30_000;
const afterKillMs = 3_000;

/**
 * Throws TaskError once `timeoutMs` have passed, the reason of a signal that fires, or what the shell throws. Stopped scripts
 * are dead when this throws, or the error says that they may not be.
 */
export async function runFrame(shell: RemoteShell, job: FrameJob, bounds: StopBounds): Promise<ScriptOutcome> {
  return bounded(send(shell, job, bounds), shell, bounds);
}

/** Nothing is sent after the signal; a script that no shell can read is the task's fault, not the host's. */
function send(shell: RemoteShell, job: FrameJob, bounds: StopBounds): RunningFrame {
  bounds.signal.throwIfAborted();
  try {
    return shell.run(job);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TaskError({what: `cannot run the script on ${bounds.host}: ${error.message}`, cause: error});
  }
}

async function bounded(running: RunningFrame, shell: RemoteShell, bounds: StopBounds): Promise<ScriptOutcome> {
  const stopped = watch(bounds);
  try {
    const first = await Promise.race([running.done, stopped.promise]);
    if (!('stop' in first)) return first;
    const problem = await stop(running, shell, bounds.spare);
    if (first.stop === 'deadline') throw await overdue(running, bounds, problem);
    throw first.reason;
  } finally {
    stopped.unwatch();
    // After a stop nobody waits for it.
    running.done.catch(() => undefined);
  }
}

type Stop = {readonly stop: 'deadline'} | {readonly stop: 'signal'; readonly reason: unknown};

function watch(bounds: StopBounds): {readonly promise: Promise<Stop>; unwatch(): void} {
  const undo: (() => void)[] = [];
  const promise = new Promise<Stop>((resolve) => {
    if (bounds.timeoutMs !== undefined) {
      const timer = setTimeout(() => resolve({stop: 'deadline'}), bounds.timeoutMs);
      undo.push(() => clearTimeout(timer));
    }
    const {signal} = bounds;
    const fire = () => resolve({stop: 'signal', reason: signal.reason});
    if (signal.aborted) fire();
    signal.addEventListener('abort', fire, {once: true});
    undo.push(() => signal.removeEventListener('abort', fire));
  });
  return {
    promise,
    unwatch() {
      for (const step of undo) step();
    },
  };
}

/** Ends the script's tree; what went wrong with that, if something did. */
async function stop(
  running: RunningFrame,
  shell: RemoteShell,
  open: () => Promise<RemoteShell>,
): Promise<string | undefined> {
  const stopping = kill(running, open);
  const inTime = await settles(stopping, killMs);
  const problem = inTime ? await stopping : 'it could not be stopped in time';
  // The shell says so itself when its script is over, and can be used again; one that does not is given up.
  if (!(await settles(running.done, afterKillMs))) shell.destroy();
  return problem;
}

async function kill(running: RunningFrame, open: () => Promise<RemoteShell>): Promise<string | undefined> {
  try {
    const pid = await running.began;
    if (pid === undefined) return 'its processes could not be found';
    const spare = await open();
    try {
      const {rc} = await spare.run({script: killTree(pid, graceTenths), captureBytes: 1024}).done;
      return rc === 0 ? undefined : 'some of its processes would not end';
    } finally {
      spare.destroy();
    }
  } catch (error) {
    // A script that is over or whose link is gone needs no killing from here.
    if (await settles(running.done, 0)) return undefined;
    return error instanceof Error ? error.message : String(error);
  }
}

async function overdue(running: RunningFrame, bounds: StopBounds, problem: string | undefined): Promise<TaskError> {
  const outcome = await Promise.race([running.done, Promise.resolve(undefined)]).catch(() => undefined);
  const seconds = (bounds.timeoutMs ?? 0) / 1000;
  return new TaskError({
    what: `the script on ${bounds.host} was stopped: it ran longer than ${seconds} s`,
    hint: problem === undefined ? undefined : `it may still run there: ${problem}`,
    stdout: outcome?.stdout.toString() ?? '',
    stderr: outcome?.stderr.toString() ?? '',
  });
}

/** Bytes for a script's stdin, asked for once it runs. `over` settles when the script has ended and wants no more. */
export type StdinSource = (over: Promise<void>) => AsyncIterable<Buffer> | Iterable<Buffer>;

/** Runs one script whose stdin is a stream of bytes, in a shell of its own that ends with it. */
export async function runStreamed(
  shell: RemoteShell,
  job: FrameJob,
  source: StdinSource,
  bounds: StopBounds,
): Promise<ScriptOutcome> {
  const running = send(shell, {...job, stdin: {kind: 'channel'}}, bounds);
  const feeding = feed(running, shell, source);
  feeding.catch(() => undefined);
  const outcome = await bounded(running, shell, bounds);
  // A script that ends without reading all is in order; a source that cannot be read is not.
  await feeding;
  return outcome;
}

async function feed(running: RunningFrame, shell: RemoteShell, source: StdinSource): Promise<void> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  const over = running.done.then(end, end);
  try {
    await running.began;
    for await (const bytes of source(over)) {
      if (ended) return;
      await shell.write(bytes);
    }
  } finally {
    shell.endStdin();
  }
}

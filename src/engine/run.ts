import pLimit from 'p-limit';
import {countEvent, noStats} from '../events/stats.js';
import type {RunEvent, RunStats} from '../events/types.js';
import {AnswerStore} from './answers.js';
import {ContentCache} from './controller.js';
import {EffectsLedger} from './effects.js';
import {Interrupted} from './host_task.js';
import type {RunOptions, RunSettings} from './options.js';
import {runPlay} from './play.js';
import {PredictionStore} from './predictions.js';
import type {NewEvent, Run, Settings} from './run_context.js';

export interface RunOutcome {
  readonly stats: RunStats;
  /** Ansible's: 0 ok, 2 a host failed, 4 a host was unreachable, 99 interrupted. */
  readonly exitCode: number;
}

/** Ansible's is 5, for the sake of the controller's processes; a session of ours costs little. */
export const defaultForks = 50;

const settingsOf = (given: RunSettings = {}): Settings => ({
  forks: defaultForks,
  check: false,
  diff: false,
  tags: [],
  skipTags: [],
  forceHandlers: false,
  verbosity: 0,
  readAhead: true,
  reconnectMs: 60_000,
  ...given,
});

const memo = <T>(make: () => T): ((key: string) => T) => {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? make();
    known.set(key, value);
    return value;
  };
};

/**
 * Runs playbooks one after the other. Errors in a play itself (a pattern, `serial`) are thrown; what happens to hosts is
 * told in events and in the result. The sessions stay open: they are the caller's.
 */
export async function runPlaybook(options: RunOptions): Promise<RunOutcome> {
  const {clock} = options;
  const startedAt = clock.now();
  const {run, close} = createRun(options);
  const {check, diff} = run.settings;
  const playbooks = options.playbooks.map(({file}) => file);
  run.emit({kind: 'run-start', playbooks, check, diff, hosts: options.variables.inventory.hosts.size});
  let interrupted = false;
  try {
    for (const play of options.playbooks.flatMap(({plays}) => plays)) {
      if (run.ended || run.stopping()) break;
      await runPlay(run, play);
    }
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    interrupted = true;
  } finally {
    close();
  }
  const trips = Object.fromEntries([...run.sessions].map(([host, session]) => [host, session.counters.trips]));
  const forAll = [...run.failedForAll].filter((host) => run.failed.has(host));
  run.emit({
    kind: 'run-end',
    durationMs: clock.now() - startedAt,
    trips,
    ...(forAll.length === 0 ? {} : {failedForAll: forAll}),
  });
  return {stats: run.stats(), exitCode: interrupted || run.stopping() ? 99 : exitCodeOf(run)};
}

/** By the hosts that are out: what was rescued, ignored or cleared has no part in it. */
const exitCodeOf = ({failed, unreachable}: Run): number => (unreachable.size > 0 ? 4 : failed.size > 0 ? 2 : 0);

/** What a run keeps; `close` takes its listeners off the signals. */
export function createRun(options: RunOptions): {readonly run: Run; close(): void} {
  const settings = settingsOf(options.settings);
  const kill = options.kill ?? new AbortController().signal;
  const warned = new Set<string>();
  const effects = new EffectsLedger();
  let stats = noStats;
  const emit = (event: NewEvent): void => {
    const stamped = {...event, at: options.clock.now()} as RunEvent;
    stats = countEvent(stats, stamped);
    options.emit(stamped);
  };
  const run: Run = {
    options,
    settings,
    connectionOf: options.connectionOf,
    emit,
    warn: (message, where) => {
      const text = options.masker.mask(message);
      if (warned.has(text)) return;
      warned.add(text);
      emit({kind: 'notice', level: 'warning', message: text, ...(where === undefined ? {} : {where})});
    },
    forks: pLimit(Math.max(1, settings.forks)),
    effects,
    answers: settings.readAhead ? new AnswerStore(effects, options.clock) : undefined,
    stats: () => stats,
    failed: new Set(),
    failedForAll: new Set(),
    unreachable: new Map(),
    predictionsOf: memo(() => new PredictionStore()),
    sessions: new Map(),
    marksOf: memo(() => new Map<string, string>()),
    contents: new ContentCache(),
    inFlight: new Map(),
    namedGroups: new Set(),
    kill,
    stopping: () => options.signal?.aborted === true || kill.aborted,
    awaitedTask: settings.startAtTask,
    stepping: options.step !== undefined,
    ended: false,
  };
  const tell = () => {
    const inFlight = [...run.inFlight].map(([host, task]) => ({host, task}));
    emit({kind: 'interrupted', inFlight});
  };
  const signals = [options.signal, options.kill].filter((signal) => signal !== undefined);
  for (const signal of signals) signal.addEventListener('abort', tell, {once: true});
  return {
    run,
    close: () => {
      for (const signal of signals) signal.removeEventListener('abort', tell);
    },
  };
}

import {setTimeout as sleep} from 'node:timers/promises';
import type {RunEvent} from '../../src/events/types.js';
import type {ClusterLab} from '../e2e/support/cluster_lab.js';
import {type KillKind, type Moment, MomentCounter, type Row, rowsOf, sameMoment} from './rows.js';
import type {RowSource} from './source.js';
import {type WatchedRun, watchedRun} from './watched_run.js';

export interface RowOutcome {
  readonly row: Row;
  readonly ok: boolean;
  /** What went wrong, or how the run that was hit ended. */
  readonly what: string;
  readonly seconds: number;
}

const runLimitMs = 240_000;
/** A run that was hit may go on, or give up; it is not waited for longer than this. */
const hitLimitMs = 120_000;
const savedState = 'start';

/** A source with its lab, ready for rows. */
export interface Bench {
  readonly source: RowSource;
  readonly cluster: ClusterLab;
  readonly inventory: string;
  /** The state that every row begins in. */
  readonly state: string;
  readonly before: string;
}

/** Builds the starting state and saves it. */
export async function prepareBench(source: RowSource, cluster: ClusterLab): Promise<Bench> {
  await source.prepare(cluster);
  const before = await source.fingerprint(cluster);
  if (before === '')
    throw new Error(`the starting state of "${source.name}" has no fingerprint: nothing could differ from it`);
  await cluster.lab.save(savedState);
  return {source, cluster, inventory: cluster.lab.inventoryPath, state: savedState, before};
}

const play = (
  {source, inventory}: Bench,
  limitMs: number,
  onEvent?: (event: RunEvent, kill: () => void) => void,
): Promise<WatchedRun> =>
  watchedRun({
    cwd: process.cwd(),
    // The machine has several labs to carry: a slow login is no fault of the play.
    args: [source.playbook, '-i', inventory, '--timeout', '60', ...source.args],
    limitMs,
    ...(onEvent === undefined
      ? {}
      : {onEvent: (event, controller) => onEvent(event, () => controller.kill('SIGKILL'))}),
  });

async function putBack({source, cluster, state}: Bench): Promise<void> {
  await cluster.lab.restore(state);
  await source.ready(cluster);
}

/** An uninterrupted run, whose steps are the rows. */
export async function record(bench: Bench): Promise<Row[]> {
  await putBack(bench);
  const run = await play(bench, runLimitMs);
  if (run.code !== 0) throw new Error(`the uninterrupted run of "${bench.source.name}" failed:\n${run.output}`);
  return rowsOf(bench.source.name, run.events);
}

async function strike({source, cluster}: Bench, {host}: Moment, kind: KillKind, kill: () => void): Promise<void> {
  const target = cluster.lab.host(host);
  if (kind === 'controller killed') kill();
  else if (kind === 'service killed')
    await target.exec(['systemctl', 'kill', '-s', 'KILL', source.unit(host)], {check: false});
  else {
    await target.kill();
    await sleep(500);
    await target.start();
  }
}

/** Runs the play up to the moment, strikes, and waits until that run has ended in its own way. */
async function hit(bench: Bench, {moment, kind}: Row, during: RegExp | undefined): Promise<WatchedRun | undefined> {
  const counter = new MomentCounter();
  let come = false;
  let struck: Promise<void> | undefined;
  const run = await play(bench, hitLimitMs, (event, kill) => {
    const now = counter.next(event);
    if (now !== undefined) come = sameMoment(now, moment);
    const isNow = during === undefined ? now !== undefined : event.kind === 'progress' && during.test(event.message);
    if (struck === undefined && come && isNow) struck = strike(bench, moment, kind, kill);
  });
  if (struck === undefined) return undefined;
  await struck;
  return run;
}

const changesOf = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) =>
    event.kind === 'host-result' && event.outcome.status === 'changed' ? [`${event.host}: ${event.task.name}`] : [],
  );

const tail = (run: WatchedRun): string => run.output.trim().split('\n').slice(-25).join('\n');

/**
 * Puts the starting state back, hits the run, runs it again, compares, and runs it once more: nothing may change. With `during`
 * the step is hit not at its beginning but when it tells of progress in these words.
 */
export async function runRow(bench: Bench, row: Row, during?: RegExp): Promise<RowOutcome> {
  const began = Date.now();
  const outcome = (ok: boolean, what: string): RowOutcome => ({
    row,
    ok,
    what,
    seconds: Math.round((Date.now() - began) / 1000),
  });
  try {
    await putBack(bench);
    const first = await hit(bench, row, during);
    if (first === undefined) return outcome(false, 'the run did not come to this step, so nothing was killed');
    const again = await play(bench, runLimitMs);
    if (again.code !== 0) return outcome(false, `the second run ended with ${again.code}:\n${tail(again)}`);
    const after = await bench.source.fingerprint(bench.cluster);
    if (after !== bench.before) return outcome(false, `before: ${bench.before}; after: ${after}`);
    const last = await play(bench, runLimitMs);
    const changes = changesOf(last.events);
    if (last.code !== 0 || changes.length > 0)
      return outcome(false, `the third run ended with ${last.code} and changed: ${changes.join(', ') || tail(last)}`);
    return outcome(true, first.code === 0 ? 'went on to its end' : first.code === -1 ? 'was killed' : 'failed');
  } catch (error) {
    return outcome(false, error instanceof Error ? error.message : String(error));
  }
}

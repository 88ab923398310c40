import type {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
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
  /** Seconds of its parts: the state put back, the run that is hit, the runs after it, the comparison. */
  readonly parts: readonly number[];
}

const runLimitMs = 240_000;
/** How long a run may go on after it was hit, or wait for what does not come any more; then it is killed, as a person would do. */
const graceMs: Readonly<Record<KillKind, number>> = {
  'controller killed': 0,
  'service killed': 60_000,
  'host stopped': 15_000,
};
const savedState = 'start';

/** A source with its lab, ready for rows. */
export interface Bench {
  readonly source: RowSource;
  readonly cluster: ClusterLab;
  readonly inventory: string;
  /** The state that every row begins in. */
  readonly state: string;
  /** The fingerprint that every row has to end with. */
  readonly expected: string;
}

const fingerprintOf = async (source: RowSource, cluster: ClusterLab): Promise<string> => {
  const found = await source.fingerprint(cluster);
  if (found === '') throw new Error(`"${source.name}" has no fingerprint: nothing could differ from it`);
  return found;
};

/** Builds the starting state and saves it. What rows have to end with may still be unknown: {@link record} tells. */
export async function prepareBench(source: RowSource, cluster: ClusterLab): Promise<Bench> {
  await source.prepare(cluster);
  const expected = source.equalTo === 'before' ? await fingerprintOf(source, cluster) : '';
  await cluster.lab.save(savedState);
  return {source, cluster, inventory: cluster.lab.inventoryPath, state: savedState, expected};
}

const play = (
  {source, inventory}: Bench,
  limitMs: number,
  onEvent?: (event: RunEvent, controller: ChildProcess) => void,
): Promise<WatchedRun> =>
  watchedRun({
    cwd: process.cwd(),
    // The machine has several labs to carry: a slow login is no fault of the play.
    args: [source.playbook, '-i', inventory, '--timeout', '60', ...source.args],
    limitMs,
    ...(onEvent === undefined ? {} : {onEvent}),
  });

async function putBack({source, cluster, state}: Bench): Promise<void> {
  await cluster.restore(
    state,
    cluster.lab.hosts.filter(({name}) => source.bystanders?.includes(name) !== true),
  );
  await source.ready(cluster);
}

/** What the addresses of its lab begin with. */
function networkOf({cluster}: Bench): string {
  const [first] = cluster.lab.hosts;
  if (first === undefined) throw new Error('the lab has no host');
  return first.address.replace(/\d+$/, '');
}

/** An uninterrupted run: its steps are the rows, and what it makes is what rows of a play that builds have to end with. */
export async function record(bench: Bench): Promise<{readonly rows: readonly Row[]; readonly made: string}> {
  await putBack(bench);
  const run = await play(bench, runLimitMs);
  if (run.code !== 0) throw new Error(`the uninterrupted run of "${bench.source.name}" failed:\n${run.output}`);
  return {
    rows: rowsOf(bench.source.name, run.events, networkOf(bench)),
    made: await fingerprintOf(bench.source, bench.cluster),
  };
}

async function strike(
  {source, cluster}: Bench,
  {host}: Moment,
  kind: KillKind,
  controller: ChildProcess,
): Promise<void> {
  const target = cluster.lab.host(host);
  if (kind === 'service killed')
    await target.exec(['systemctl', 'kill', '-s', 'KILL', source.unit(host)], {check: false});
  else if (kind === 'host stopped') {
    await target.kill();
    await target.start();
  }
  if (controller.exitCode !== null || controller.signalCode !== null) return;
  await Promise.race([once(controller, 'close'), sleep(graceMs[kind], undefined, {ref: false})]);
  controller.kill('SIGKILL');
}

const tail = (run: WatchedRun): string => run.output.trim().split('\n').slice(-25).join('\n');

/** Runs the play up to the moment, strikes, and waits until that run has ended in its own way; throws if it never came there. */
async function hit(bench: Bench, {moment, kind}: Row, during: RegExp | undefined): Promise<WatchedRun> {
  const counter = new MomentCounter(networkOf(bench));
  let come = false;
  let struck: Promise<void> | undefined;
  const run = await play(bench, runLimitMs, (event, controller) => {
    const now = counter.next(event);
    if (now !== undefined) come = sameMoment(now, moment);
    const isNow = during === undefined ? now !== undefined : event.kind === 'progress' && during.test(event.message);
    if (struck !== undefined || !come || !isNow) return;
    struck = strike(bench, moment, kind, controller);
    // It is told below, once the run has ended.
    struck.catch(() => undefined);
  });
  if (struck === undefined)
    throw new Error(
      `the run ended with ${run.code} and did not come to this step, so nothing was killed:\n${tail(run)}`,
    );
  await struck;
  return run;
}

const changesOf = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) =>
    event.kind === 'host-result' && event.outcome.status === 'changed' ? [`${event.host}: ${event.task.name}`] : [],
  );

/**
 * Puts the starting state back, hits the run, and runs it again until a run changes nothing, which has to be the second at the
 * latest; then compares. With `during` the step is hit not at its beginning but when it tells of progress in these words.
 */
export async function runRow(bench: Bench, row: Row, during?: RegExp): Promise<RowOutcome> {
  const began = Date.now();
  const ends: number[] = [];
  const timed = async <T>(work: Promise<T>): Promise<T> => {
    const done = await work;
    ends.push(Date.now());
    return done;
  };
  const outcome = (ok: boolean, what: string): RowOutcome => ({
    row,
    ok,
    what,
    seconds: Math.round((Date.now() - began) / 1000),
    parts: ends.map((end, at) => Math.round((end - (ends[at - 1] ?? began)) / 1000)),
  });
  try {
    await timed(putBack(bench));
    const first = await timed(hit(bench, row, during));
    const again = await timed(play(bench, runLimitMs));
    if (again.code !== 0) return outcome(false, `the second run ended with ${again.code}:\n${tail(again)}`);
    const last = changesOf(again.events).length === 0 ? again : await timed(play(bench, runLimitMs));
    const changes = changesOf(last.events);
    if (last.code !== 0 || changes.length > 0)
      return outcome(false, `the third run ended with ${last.code} and changed: ${changes.join(', ') || tail(last)}`);
    const after = await timed(bench.source.fingerprint(bench.cluster));
    if (after !== bench.expected) return outcome(false, `wanted: ${bench.expected}; found: ${after}`);
    return outcome(true, first.code === 0 ? 'went on to its end' : first.code === -1 ? 'was killed' : 'failed');
  } catch (error) {
    return outcome(false, error instanceof Error ? error.message : String(error));
  }
}

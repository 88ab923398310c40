import type {RunEvent, TaskRef} from '../events/types.js';
import {banner} from './banner.js';
import {diffLines} from './diffs.js';
import {failureLines, failureOf, placeName} from './failures.js';
import {summaryLine} from './live_summary.js';
import type {LiveOptions, LiveState, RunningHost, TaskProgress} from './live_types.js';
import {closingLines, shortRecapLines} from './recap.js';
import {clean, countOf, indent, linesOf} from './text.js';
import type {Reporter} from './types.js';
import {resultLines, spokenWithout} from './values.js';

type Step = Partial<LiveState> & {readonly lines: readonly string[]};

const inside = '      ';

/**
 * For a terminal: a line for each task when its hosts are done, details of failures and changes below it as they come.
 * What runs at the moment is no text but a frame: see `frameLines`.
 */
export function liveReporter(options: LiveOptions): Reporter<LiveState> {
  return {
    start: {check: false, diff: false, running: new Map(), tasks: new Map(), warned: new Set()},
    next(state, event, stats) {
      if (event.kind === 'run-end') {
        const flushed = flush(state, event.at, options);
        const lines = [
          ...flushed.lines,
          ...banner('PLAY RECAP', options.width),
          ...shortRecapLines(stats, options.palette, options.width),
          '',
          ...closingLines(event, stats, options.rerun),
        ];
        return {state: {...state, ...flushed}, text: `${lines.join('\n')}\n`};
      }
      const {lines, ...change} = step(state, event, options);
      return {state: {...state, ...change}, text: lines.length === 0 ? '' : `${lines.join('\n')}\n`};
    },
  };
}

function step(state: LiveState, event: Exclude<RunEvent, {kind: 'run-end'}>, options: LiveOptions): Step {
  const {palette, symbols} = options;
  switch (event.kind) {
    case 'run-start': {
      const names = event.playbooks.map((file) => options.nameOf?.(file) ?? file).join(', ');
      const lines = event.check ? [palette.strong(`DRY RUN [${names}]`)] : [];
      return {check: event.check, diff: event.diff, lines};
    }
    case 'play-start': {
      const batch = event.batch && event.batch.of > 1 ? ` (batch ${event.batch.number} of ${event.batch.of})` : '';
      const title = `PLAY [${clean(event.name)}] ${symbols.dash} ${countOf(event.hosts.length, 'host')}${batch}`;
      const flushed = flush(state, event.at, options);
      return {...flushed, lines: [...flushed.lines, '', palette.strong(title)]};
    }
    case 'play-skipped': {
      const flushed = flush(state, event.at, options);
      const title = `PLAY [${clean(event.name)}] ${symbols.dash} skipped: ${clean(event.why)}`;
      return {...flushed, lines: [...flushed.lines, '', palette.skipped(title)]};
    }
    case 'task-start': {
      const progress = {task: event.task, startedAt: event.at, hosts: event.hosts, outcomes: new Map()};
      return {tasks: new Map(state.tasks).set(event.task.id, progress), lines: []};
    }
    case 'host-start':
      return {running: running(state, event, event.at, undefined), lines: []};
    case 'progress':
      return {running: running(state, event, event.at, event.message), lines: []};
    case 'retry': {
      const left = `${event.left} ${event.left === 1 ? 'retry' : 'retries'} left`;
      return {running: running(state, event, event.at, `try ${event.attempt} failed, ${left}`), lines: []};
    }
    case 'item':
      return {
        running: running(state, event, event.at, event.label),
        lines: detailLines(state, event, clean(event.label), options),
      };
    case 'host-result':
      return result(state, event, options);
    case 'show':
      return {lines: indent(event.lines.map(clean), '    ')};
    case 'notice':
      return notice(state, event, options);
    case 'no-hosts-left':
      return {lines: [palette.failed('No host is left.')]};
    case 'interrupted':
      return {
        lines: [
          palette.failed('Interrupted.'),
          ...event.inFlight.map(({host, task}) => palette.failed(`  in flight: ${host}  ${clean(task.name)}`)),
        ],
      };
    case 'rescued':
    case 'step':
      return {lines: []};
  }
}

function running(
  state: LiveState,
  {host, task}: {readonly host: string; readonly task: TaskRef},
  at: number,
  message: string | undefined,
): ReadonlyMap<string, RunningHost> {
  const known = state.running.get(host);
  const since = known?.task.id === task.id ? known.since : at;
  return new Map(state.running).set(host, {host, task, since, message: message ?? undefined});
}

function result(state: LiveState, event: Extract<RunEvent, {kind: 'host-result'}>, options: LiveOptions): Step {
  const left = new Map(state.running);
  if (left.get(event.host)?.task.id === event.task.id) left.delete(event.host);
  const known: TaskProgress = state.tasks.get(event.task.id) ?? {
    task: event.task,
    startedAt: event.at - event.outcome.durationMs,
    hosts: [event.host],
    outcomes: new Map(),
  };
  const progress = {...known, outcomes: new Map(known.outcomes).set(event.host, event.outcome)};
  const tasks = new Map(state.tasks).set(event.task.id, progress);
  const isDone = progress.hosts.every((host) => progress.outcomes.has(host));
  if (isDone) tasks.delete(event.task.id);
  const fresh = event.outcome.warnings.filter((warning) => !state.warned.has(warning));
  return {
    running: left,
    tasks,
    warned: fresh.length === 0 ? state.warned : new Set([...state.warned, ...fresh]),
    lines: [
      ...(event.loop ? [] : detailLines(state, event, undefined, options)),
      ...fresh.map((warning) => options.palette.warning(`  warning: ${clean(warning)}`)),
      ...(isDone ? summaryLine(progress, event.at, options) : []),
    ],
  };
}

/** Summaries of tasks that end with fewer results than hosts (hosts that left the play). */
function flush(state: LiveState, at: number, options: LiveOptions): Step {
  const lines = [...state.tasks.values()]
    .filter(({outcomes}) => outcomes.size > 0)
    .flatMap((progress) => summaryLine(progress, at, options));
  return {tasks: new Map(), running: new Map(), lines};
}

/** What is worth a line before its task is done: failures, diffs, what debug says, and results with `-v`. */
function detailLines(
  state: LiveState,
  event: Extract<RunEvent, {kind: 'item' | 'host-result'}>,
  item: string | undefined,
  options: LiveOptions,
): string[] {
  const {palette, symbols} = options;
  const {outcome, task} = event;
  const host = outcome.delegatedTo === undefined ? event.host : `${event.host} -> ${outcome.delegatedTo}`;
  const head = item === undefined ? host : `${host} (${item})`;
  const diffs = state.diff ? outcome.diff.flatMap((diff) => diffLines(diff, palette)) : [];
  const shown = diffs.length === 0 ? [] : [`    ${head}`, ...indent(diffs, inside)];
  if (outcome.status === 'failed' || outcome.status === 'unreachable') {
    const {first, rest} = failureLines(failureOf(outcome), options);
    const word = outcome.ignored ? `${outcome.status}, ignored` : outcome.status;
    const paint = outcome.ignored ? palette.skipped : palette.failed;
    const title = `  ${symbols.failed} ${clean(task.name)} ${symbols.dash} ${head} ${word}: ${first}`;
    return [...shown, paint(title), ...indent(rest, inside)];
  }
  const isDebug = /(?:^|\.)debug$/.test(task.module) && outcome.status === 'ok';
  if (!isDebug && options.verbosity === 0) return shown;
  const lines = resultLines(outcome.result, options.verbosity > 0 ? [] : spokenWithout);
  if (lines.length === 0) return shown;
  return [...shown, palette.faint(`    ${head}`), ...indent(lines, inside).map(palette.faint)];
}

function notice(state: LiveState, event: Extract<RunEvent, {kind: 'notice'}>, options: LiveOptions): Step {
  const place = event.where ? ` (${placeName(event.where, options)})` : '';
  const text = `${event.message}${place}`;
  if (event.level === 'info') return {lines: linesOf(text)};
  if (state.warned.has(text)) return {lines: []};
  const lines = linesOf(text).map((line, index) =>
    options.palette.warning(index === 0 ? `warning: ${line}` : `  ${line}`),
  );
  return {warned: new Set(state.warned).add(text), lines};
}

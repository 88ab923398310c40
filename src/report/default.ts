import type {HostOutcome, RunEvent, RunStats, TaskRef} from '../events/types.js';
import {banner} from './banner.js';
import {diffLines} from './diffs.js';
import {failureLines, failureOf, placeName} from './failures.js';
import {closingLines, recapLines} from './recap.js';
import {clean, cut, duration, indent, linesOf} from './text.js';
import type {Reporter, TextOptions} from './types.js';
import {resultLines, spokenWithout} from './values.js';

export interface DefaultState {
  readonly check: boolean;
  readonly diff: boolean;
  /** The task whose banner was printed last. */
  readonly banner: string | undefined;
  /** Hosts of which an item of the present task was printed. */
  readonly withItems: ReadonlySet<string>;
  readonly warned: ReadonlySet<string>;
  /** When a host began its task, and when a word on it was printed last. */
  readonly waiting: ReadonlyMap<string, {readonly since: number; readonly said: number}>;
}

/** Progress is printed once a task has taken this long, and then as often. */
const quietMs = 30_000;

const resultIndent = '    ';

/** Modules whose result is what the task is for. */
const speaks = (task: TaskRef): boolean => /(?:^|\.)debug$/.test(task.module);

/** Ansible's plain output, line by line, in the order things happen: for pipes, logs and CI. */
export function defaultReporter(options: TextOptions): Reporter<DefaultState> {
  return {
    start: {
      check: false,
      diff: false,
      banner: undefined,
      withItems: new Set(),
      warned: new Set(),
      waiting: new Map(),
    },
    next(state, event, stats) {
      const {lines, ...change} = step(state, event, stats, options);
      return {
        state: {...state, ...change},
        text: lines.length === 0 ? '' : `${lines.join('\n')}\n`,
      };
    },
  };
}

type Step = Partial<DefaultState> & {readonly lines: readonly string[]};

function step(state: DefaultState, event: RunEvent, stats: RunStats, options: TextOptions): Step {
  const {palette, width} = options;
  switch (event.kind) {
    case 'run-start': {
      const names = event.playbooks.map((file) => options.nameOf?.(file) ?? file).join(', ');
      const lines = event.check ? banner(`DRY RUN [${names}]`, width) : [];
      return {check: event.check, diff: event.diff, lines};
    }
    case 'play-start': {
      const batch = event.batch && event.batch.of > 1 ? ` [batch ${event.batch.number} of ${event.batch.of}]` : '';
      return {banner: undefined, lines: banner(`PLAY [${event.name}]${batch}`, width)};
    }
    case 'play-skipped':
      return {
        banner: undefined,
        lines: [...banner(`PLAY [${event.name}]`, width), palette.skipped(`skipping: ${clean(event.why)}`)],
      };
    case 'task-start':
      return {withItems: new Set(), ...withBanner(state, event.task, options, [])};
    case 'host-start':
      return {waiting: new Map(state.waiting).set(event.host, {since: event.at, said: event.at}), lines: []};
    case 'progress':
      return progress(state, event, options);
    case 'step':
      return {lines: []};
    case 'retry':
      return withBanner(state, event.task, options, [
        palette.skipped(
          `FAILED - RETRYING: [${event.host}]: ${clean(event.task.name)} (${event.left} ${event.left === 1 ? 'retry' : 'retries'} left).`,
        ),
      ]);
    case 'item': {
      const lines = outcomeLines(state, event, ` (item=${clean(event.label)})`, options);
      return {
        withItems: new Set(state.withItems).add(event.host),
        ...withBanner(state, event.task, options, lines, event.outcome),
      };
    }
    case 'host-result': {
      const itemsTold = event.loop && state.withItems.has(event.host);
      const lines = itemsTold ? ignoredLine(event.outcome, options) : outcomeLines(state, event, '', options);
      return withBanner(state, event.task, options, lines, event.outcome);
    }
    case 'rescued':
      return {lines: []};
    case 'show':
      return withBanner(state, event.task, options, ['', ...indent(event.lines.map(clean), resultIndent), '']);
    case 'notice':
      return notice(state, event, options);
    case 'no-hosts-left':
      return {lines: banner('NO MORE HOSTS LEFT', width)};
    case 'interrupted':
      return {
        lines: [
          ...banner('INTERRUPTED', width),
          ...event.inFlight.map(({host, task}) => palette.failed(`in flight: [${host}] ${clean(task.name)}`)),
        ],
      };
    case 'run-end':
      return {
        lines: [
          ...banner('PLAY RECAP', width),
          ...recapLines(stats, palette),
          '',
          ...closingLines(event, stats, options.rerun),
        ],
      };
  }
}

/** The task's banner before the lines, unless it was the last one printed: with several tasks at once, they alternate. */
function withBanner(
  state: DefaultState,
  task: TaskRef,
  options: TextOptions,
  lines: readonly string[],
  outcome?: HostOutcome,
): Step {
  const title = `${task.handler ? 'RUNNING HANDLER' : 'TASK'} [${task.role === undefined ? '' : `${task.role} : `}${task.name}]`;
  const path = options.verbosity > 1 ? [options.palette.verbose(`task path: ${placeName(task.where, options)}`)] : [];
  const head = state.banner === task.id ? [] : [...banner(title, options.width), ...path];
  const fresh = (outcome?.warnings ?? []).filter((warning) => !state.warned.has(warning));
  return {
    banner: task.id,
    ...(fresh.length === 0 ? {} : {warned: new Set([...state.warned, ...fresh])}),
    lines: [...head, ...lines, ...fresh.flatMap((warning) => warningLines(warning, options))],
  };
}

const warningLines = (warning: string, {palette}: TextOptions): string[] =>
  linesOf(warning).map((line, index) => palette.warning(index === 0 ? `[WARNING]: ${line}` : `  ${line}`));

const ignoredLine = (outcome: HostOutcome, {palette}: TextOptions): string[] =>
  outcome.ignored ? [palette.skipped('...ignoring')] : [];

type Outcome = Extract<RunEvent, {kind: 'item' | 'host-result'}>;

function outcomeLines(state: DefaultState, event: Outcome, item: string, options: TextOptions): string[] {
  const {outcome} = event;
  const diffs = state.diff ? outcome.diff.flatMap((diff) => [...diffLines(diff, options.palette), '']) : [];
  return [...diffs, ...statusLines(event, item, options), ...ignoredLine(outcome, options)];
}

function statusLines(event: Outcome, item: string, options: TextOptions): string[] {
  const {palette} = options;
  const {outcome} = event;
  const host = outcome.delegatedTo === undefined ? event.host : `${event.host} -> ${outcome.delegatedTo}`;
  if (outcome.status === 'failed' || outcome.status === 'unreachable') {
    const word =
      event.kind === 'item'
        ? `failed: [${host}]${item}`
        : `fatal: [${host}]: ${outcome.status === 'failed' ? 'FAILED!' : 'UNREACHABLE!'}`;
    const paint = outcome.status === 'failed' ? palette.failed : palette.unreachable;
    const {first, rest} = failureLines(failureOf(outcome), options);
    return [paint(`${word} => ${first}`), ...indent(rest, resultIndent).map(paint), ...details(event, options, paint)];
  }
  const words = {ok: 'ok', changed: 'changed', skipped: 'skipping', conditional: 'conditional'} as const;
  const paint = palette[outcome.status];
  const arrow = item === '' ? '' : ` =>${item}`;
  const why = outcome.status === 'conditional' && outcome.why !== undefined ? ` => ${clean(outcome.why)}` : '';
  const more = details(event, options, paint);
  const tail = why === '' && more.length > 0 ? `${arrow} =>` : `${arrow}${why}`;
  return [paint(`${words[outcome.status]}: [${host}]${tail}`), ...more];
}

/** The result below the status line: of debug always, of others with `-v`. */
function details(event: Outcome, options: TextOptions, paint: (text: string) => string): string[] {
  const {outcome, task} = event;
  const always = speaks(task) && outcome.status === 'ok';
  if (options.verbosity === 0 && !always) return [];
  const lines = always && options.verbosity === 0 ? spoken(outcome) : resultLines(outcome.result);
  return indent(lines, resultIndent).map(paint);
}

const spoken = ({result}: HostOutcome): string[] => resultLines(result, spokenWithout);

function progress(state: DefaultState, event: Extract<RunEvent, {kind: 'progress'}>, options: TextOptions): Step {
  const known = state.waiting.get(event.host) ?? {since: event.at, said: event.at};
  if (options.verbosity === 0 && event.at - known.said < quietMs) return {lines: []};
  const line = `waiting: [${event.host}] ${clean(event.message)} (${duration(event.at - known.since)})`;
  return {
    waiting: new Map(state.waiting).set(event.host, {...known, said: event.at}),
    ...withBanner(state, event.task, options, [options.palette.faint(cut(line, Math.max(options.width, 80) * 2))]),
  };
}

function notice(state: DefaultState, event: Extract<RunEvent, {kind: 'notice'}>, options: TextOptions): Step {
  const place = event.where ? ` (${placeName(event.where, options)})` : '';
  const text = `${event.message}${place}`;
  if (event.level === 'info') return {lines: linesOf(text)};
  if (state.warned.has(text)) return {lines: []};
  return {warned: new Set(state.warned).add(text), lines: warningLines(text, options)};
}

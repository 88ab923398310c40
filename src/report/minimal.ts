import type {HostOutcome, RunEvent} from '../events/types.js';
import {diffLines} from './diffs.js';
import {failureLines, failureOf} from './failures.js';
import {clean, indent, linesOf} from './text.js';
import type {Reporter, TextOptions} from './types.js';
import {resultLines} from './values.js';

export interface MinimalState {
  readonly diff: boolean;
}

/** Modules whose output is what they are called for: shown as it came. */
const commands = /(?:^|\.)(?:command|shell|raw|script)$/;

/** For single tasks: Ansible's `host | CHANGED | rc=0 >>` with the output below, or the result's members. */
export function minimalReporter(options: TextOptions & {readonly oneLine: boolean}): Reporter<MinimalState> {
  return {
    start: {diff: false},
    next(state, event) {
      if (event.kind === 'run-start') return {state: {diff: event.diff}, text: ''};
      const lines = linesFor(state, event, options);
      return {state, text: lines.length === 0 ? '' : `${lines.join('\n')}\n`};
    },
  };
}

function linesFor(
  state: MinimalState,
  event: RunEvent,
  options: TextOptions & {readonly oneLine: boolean},
): readonly string[] {
  const {palette} = options;
  switch (event.kind) {
    case 'host-result': {
      const diffs = state.diff ? event.outcome.diff.flatMap((diff) => diffLines(diff, palette)) : [];
      const warnings = event.outcome.warnings.map((warning) => palette.warning(`[WARNING]: ${clean(warning)}`));
      return [...diffs, ...resultOf(event, options), ...warnings];
    }
    case 'notice':
      return event.level === 'info' ? linesOf(event.message) : [palette.warning(`[WARNING]: ${clean(event.message)}`)];
    case 'show':
      return event.lines.map(clean);
    case 'interrupted':
      return event.inFlight.map(({host}) => palette.failed(`${host} | INTERRUPTED`));
    default:
      return [];
  }
}

const words: Readonly<Record<HostOutcome['status'], string>> = {
  ok: 'SUCCESS',
  changed: 'CHANGED',
  failed: 'FAILED',
  unreachable: 'UNREACHABLE',
  skipped: 'SKIPPED',
  conditional: 'CONDITIONAL',
};

function resultOf(
  {host, task, outcome}: Extract<RunEvent, {kind: 'host-result'}>,
  options: TextOptions & {readonly oneLine: boolean},
): string[] {
  const paint = options.palette[outcome.status];
  const head = `${host} | ${words[outcome.status]}`;
  const {result} = outcome;
  if (options.oneLine) return [paint(`${head} => ${clean(JSON.stringify(result))}`)];
  if (commands.test(task.module) && typeof result.rc === 'number') {
    const output = [result.stdout, result.stderr].flatMap((text) => (typeof text === 'string' ? linesOf(text) : []));
    return [paint(`${head} | rc=${result.rc} >>`), ...output];
  }
  if (outcome.status === 'failed' || outcome.status === 'unreachable') {
    const {first, rest} = failureLines(failureOf(outcome), options);
    return [paint(`${head}! => ${first}`), ...indent(rest, '    ').map(paint)];
  }
  const lines = resultLines(result);
  return [paint(lines.length === 0 ? head : `${head} =>`), ...indent(lines, '    ').map(paint)];
}

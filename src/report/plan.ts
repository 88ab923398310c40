import type {RunEvent} from '../events/types.js';
import {banner} from './banner.js';
import {clean, countOf, cut, pad} from './text.js';
import type {Reporter, TextOptions} from './types.js';

interface Planned {
  readonly name: string;
  readonly changed: readonly string[];
  readonly conditional: readonly string[];
}

export interface PlanState {
  readonly tasks: ReadonlyMap<string, Planned>;
  readonly failed: ReadonlySet<string>;
}

/** `--plan`: after a dry run, one line for each task that would change something, and the sum. */
export function planReporter(options: TextOptions): Reporter<PlanState> {
  return {
    start: {tasks: new Map(), failed: new Set()},
    next(state, event) {
      if (event.kind === 'run-end') return {state, text: `${summary(state, options).join('\n')}\n`};
      return {state: event.kind === 'host-result' ? counted(state, event) : state, text: ''};
    },
  };
}

function counted(state: PlanState, {host, task, outcome}: Extract<RunEvent, {kind: 'host-result'}>): PlanState {
  const {status} = outcome;
  if ((status === 'failed' || status === 'unreachable') && !outcome.ignored)
    return {...state, failed: new Set(state.failed).add(host)};
  if (status !== 'changed' && status !== 'conditional') return state;
  const name = task.role === undefined ? task.name : `${task.role} : ${task.name}`;
  const known = state.tasks.get(task.id) ?? {name, changed: [], conditional: []};
  const grown = {...known, [status]: [...known[status], host]};
  return {...state, tasks: new Map(state.tasks).set(task.id, grown)};
}

function summary({tasks, failed}: PlanState, options: TextOptions): string[] {
  const {palette, width} = options;
  const planned = [...tasks.values()];
  const nameWidth = Math.min(50, Math.max(20, width - 40));
  const row = ({name, changed, conditional}: Planned): string =>
    [
      pad(cut(clean(name), nameWidth), nameWidth),
      ...(changed.length > 0 ? [palette.changed(`change ${changed.join(' ')}`)] : []),
      ...(conditional.length > 0 ? [palette.conditional(`perhaps ${conditional.join(' ')}`)] : []),
    ].join('  ');
  const changes = planned.reduce((sum, {changed}) => sum + changed.length, 0);
  const perhaps = planned.reduce((sum, {conditional}) => sum + conditional.length, 0);
  const hosts = new Set(planned.flatMap(({changed, conditional}) => [...changed, ...conditional])).size;
  const unsure = perhaps > 0 ? `, ${perhaps} that only a real run can tell` : '';
  const sum =
    changes + perhaps === 0
      ? 'No changes.'
      : `Plan: ${countOf(changes, 'change')}${unsure} on ${countOf(hosts, 'host')}.`;
  return [
    ...banner('PLAN', width),
    ...planned.map(row),
    sum,
    ...(failed.size === 0
      ? []
      : [palette.failed(`Incomplete: ${[...failed].join(', ')} failed or could not be reached.`)]),
  ];
}

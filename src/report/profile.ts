import type {RunEvent} from '../events/types.js';
import {banner} from './banner.js';
import {clean, countOf, cut, duration, pad} from './text.js';
import type {Reporter, TextOptions} from './types.js';

interface TaskTime {
  readonly name: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly hosts: number;
  /** The host that took longest. */
  readonly slowest: {readonly host: string; readonly ms: number};
}

export type ProfileState = ReadonlyMap<string, TaskTime>;

const shownTasks = 20;

/** After the run: the slowest tasks by the time between their start and their last host's end, and trips for each host. */
export function profileReporter(options: TextOptions): Reporter<ProfileState> {
  return {
    start: new Map(),
    next(state, event) {
      if (event.kind === 'run-end') return {state, text: `${report(state, event, options).join('\n')}\n`};
      return {state: counted(state, event), text: ''};
    },
  };
}

function counted(state: ProfileState, event: RunEvent): ProfileState {
  if (event.kind === 'task-start') {
    const name = event.task.role === undefined ? event.task.name : `${event.task.role} : ${event.task.name}`;
    const fresh = {name, startedAt: event.at, endedAt: event.at, hosts: 0, slowest: {host: '', ms: 0}};
    // A task may start once for each batch: the later start gets a line of its own.
    const key = state.has(event.task.id) ? `${event.task.id}@${state.size}` : event.task.id;
    return new Map(state).set(key, fresh);
  }
  if (event.kind !== 'host-result') return state;
  const key = [...state.keys()].findLast((id) => id === event.task.id || id.startsWith(`${event.task.id}@`));
  const time = key === undefined ? undefined : state.get(key);
  if (key === undefined || time === undefined) return state;
  const {durationMs} = event.outcome;
  const slowest = durationMs > time.slowest.ms ? {host: event.host, ms: durationMs} : time.slowest;
  return new Map(state).set(key, {...time, endedAt: event.at, hosts: time.hosts + 1, slowest});
}

function report(state: ProfileState, event: Extract<RunEvent, {kind: 'run-end'}>, options: TextOptions): string[] {
  const elapsed = ({startedAt, endedAt}: TaskTime): number => endedAt - startedAt;
  const tasks = [...state.values()].sort((left, right) => elapsed(right) - elapsed(left)).slice(0, shownTasks);
  const nameWidth = Math.max(20, options.width - 34);
  return [
    ...banner('SLOWEST TASKS', options.width),
    ...tasks.map((task) =>
      [
        pad(cut(clean(task.name), nameWidth), nameWidth),
        duration(elapsed(task)).padStart(8),
        countOf(task.hosts, 'host').padStart(9),
        task.hosts > 1 && task.slowest.ms > 0 ? `  ${task.slowest.host} ${duration(task.slowest.ms)}` : '',
      ]
        .join(' ')
        .trimEnd(),
    ),
    ...banner('TRIPS', options.width),
    ...Object.entries(event.trips)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([host, trips]) => `${host.padEnd(26)} : ${trips}`),
  ];
}

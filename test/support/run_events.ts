import {countEvent, noStats} from '../../src/events/stats.js';
import type {HostOutcome, RunEvent, TaskRef} from '../../src/events/types.js';
import type {Reporter, TextOptions} from '../../src/report/index.js';
import {plainPalette} from '../../src/report/index.js';

/** Options of a reporter whose output is compared with plain text. */
export const plainOptions: TextOptions = {palette: plainPalette, width: 60, verbosity: 0};

export const outcome = (status: HostOutcome['status'], more: Partial<HostOutcome> = {}): HostOutcome => ({
  status,
  ignored: false,
  result: {changed: status === 'changed'},
  diff: [],
  warnings: [],
  durationMs: 100,
  ...more,
});

export const task = (name: string, more: Partial<TaskRef> = {}): TaskRef => ({
  id: name,
  name,
  module: 'copy',
  where: {file: 'site.yml', line: 7, column: 7},
  handler: false,
  ...more,
});

/** An event without its time, for each kind. */
export type Untimed = RunEvent extends infer One ? (One extends RunEvent ? Omit<One, 'at'> : never) : never;

/** Gives events times that are `stepMs` apart. */
export const timed = (events: readonly Untimed[], stepMs = 100): RunEvent[] =>
  events.map((event, index) => ({...event, at: 1_000_000 + index * stepMs}) as RunEvent);

/** All a reporter writes for these events, and its last state. */
export function reported<State>(
  reporter: Reporter<State>,
  events: readonly RunEvent[],
): {readonly text: string; readonly state: State} {
  let state = reporter.start;
  let stats = noStats;
  let text = '';
  for (const event of events) {
    stats = countEvent(stats, event);
    const next = reporter.next(state, event, stats);
    state = next.state;
    text += next.text;
  }
  return {text, state};
}

const play = (name: string, hosts: readonly string[]): Untimed => ({
  kind: 'play-start',
  name,
  where: {file: 'site.yml', line: 1, column: 3},
  hosts,
});

const config = task('Write the configuration', {role: 'k3s_server', module: 'template'});
const start = task('Start the service', {module: 'service', where: {file: 'site.yml', line: 12, column: 7}});
const packages = task('Install packages');

/** A run with every status, a loop, a retry, a failure with details, an ignored one, a rescue, a handler. */
export const sampleRun: readonly RunEvent[] = timed([
  {kind: 'run-start', playbooks: ['site.yml'], check: false, diff: true, hosts: 3},
  play('Servers', ['cp1', 'cp2', 'cp3']),
  {kind: 'task-start', task: config, hosts: ['cp1', 'cp2', 'cp3']},
  {kind: 'host-start', host: 'cp1', task: config},
  {
    kind: 'host-result',
    host: 'cp1',
    task: config,
    loop: false,
    outcome: outcome('changed', {
      diff: [
        {kind: 'text', path: '/etc/k3s/config.yaml', before: 'a: 1\nb: 2\n', after: 'a: 1\nb: 3\n'},
        {kind: 'values', path: '/etc/k3s/config.yaml', before: {mode: '644'}, after: {mode: '600', owner: 'root'}},
      ],
    }),
  },
  {kind: 'host-result', host: 'cp2', task: config, loop: false, outcome: outcome('ok')},
  {
    kind: 'host-result',
    host: 'cp3',
    task: config,
    loop: false,
    outcome: outcome('unreachable', {
      failure: {what: 'cannot connect to 10.0.0.3:22: connection refused', details: [], hint: 'is sshd running there?'},
    }),
  },
  {kind: 'task-start', task: packages, hosts: ['cp1', 'cp2']},
  {kind: 'item', host: 'cp1', task: packages, label: 'curl', outcome: outcome('ok')},
  {kind: 'item', host: 'cp1', task: packages, label: 'jq', outcome: outcome('changed')},
  {kind: 'host-result', host: 'cp1', task: packages, loop: true, outcome: outcome('changed')},
  {kind: 'host-result', host: 'cp2', task: packages, loop: true, outcome: outcome('skipped')},
  {kind: 'task-start', task: start, hosts: ['cp1', 'cp2']},
  {kind: 'retry', host: 'cp1', task: start, attempt: 1, left: 2, delayMs: 1000},
  {
    kind: 'host-result',
    host: 'cp1',
    task: start,
    loop: false,
    outcome: outcome('failed', {
      warnings: ['the unit file changed on disk'],
      failure: {
        what: 'start k3s: exit code 1',
        where: {file: 'site.yml', line: 12, column: 7},
        details: ['level=fatal msg="etcd join failed"\r\nexit', 'stopped\x07'],
        hint: "cp1's token is of another cluster",
      },
    }),
  },
  {
    kind: 'host-result',
    host: 'cp2',
    task: start,
    loop: false,
    outcome: outcome('failed', {ignored: true, result: {msg: 'busy'}}),
  },
  {kind: 'rescued', host: 'cp1', task: start},
  {kind: 'task-start', task: task('Reload', {handler: true}), hosts: ['cp1']},
  {kind: 'host-result', host: 'cp1', task: task('Reload', {handler: true}), loop: false, outcome: outcome('changed')},
  {kind: 'run-end', durationMs: 12_400, trips: {cp1: 9, cp2: 4, cp3: 0}},
]);

import type {HostOutcome, RunEvent, Status} from '../../../src/events/types.js';

export interface HostResult {
  readonly host: string;
  readonly task: string;
  readonly module: string;
  readonly outcome: HostOutcome;
}

/** Results by host and task, items of loops one by one, in the order they came. */
export function resultsOf(events: readonly RunEvent[]): HostResult[] {
  return events.flatMap((event) => {
    if (event.kind === 'item')
      return [
        {
          host: event.host,
          task: `${event.task.name} (${event.label})`,
          module: event.task.module,
          outcome: event.outcome,
        },
      ];
    if (event.kind === 'host-result' && !event.loop)
      return [{host: event.host, task: event.task.name, module: event.task.module, outcome: event.outcome}];
    return [];
  });
}

export const withStatus = (events: readonly RunEvent[], status: Status): HostResult[] =>
  resultsOf(events).filter(({outcome}) => outcome.status === status);

/** `host | task | path` for each path a changed task names: what a dry run predicts and a real run reports. */
export const changedPaths = (events: readonly RunEvent[]): string[] =>
  withStatus(events, 'changed')
    .flatMap(({host, task, outcome}) =>
      (outcome.diff.length > 0 ? outcome.diff.map(({path}) => path) : ['-']).map(
        (path) => `${host} | ${task} | ${path}`,
      ),
    )
    .sort();

/** Share of host results that check mode could not tell. */
export function conditionalShare(events: readonly RunEvent[]): number {
  const all = resultsOf(events);
  return all.length === 0 ? 0 : all.filter(({outcome}) => outcome.status === 'conditional').length / all.length;
}

/** A failed run, told as a user would read it. */
export const transcript = (run: {readonly code: number; readonly stdout: string; readonly stderr: string}): string =>
  `exit code ${run.code}\n${run.stdout}\n${run.stderr}`;

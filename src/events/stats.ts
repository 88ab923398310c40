import type {HostOutcome, HostStats, RunEvent, RunStats} from './types.js';

const zero: HostStats = {
  ok: 0,
  changed: 0,
  unreachable: 0,
  failed: 0,
  skipped: 0,
  rescued: 0,
  ignored: 0,
  conditional: 0,
};

type Increments = Partial<Record<keyof HostStats, number>>;

/** What one outcome adds: as in Ansible, `changed` counts as ok too, and an ignored failure is ok and ignored. */
function incrementsOf(outcome: HostOutcome): Increments {
  switch (outcome.status) {
    case 'changed':
      return {ok: 1, changed: 1};
    case 'failed':
      if (!outcome.ignored) return {failed: 1};
      return outcome.result.changed === true ? {ok: 1, ignored: 1, changed: 1} : {ok: 1, ignored: 1};
    case 'unreachable':
      return outcome.ignored ? {ok: 1, ignored: 1} : {unreachable: 1};
    default:
      return {[outcome.status]: 1};
  }
}

const add = (stats: HostStats, increments: Increments): HostStats => {
  const sum: Record<keyof HostStats, number> = {...stats};
  for (const [key, count] of Object.entries(increments)) sum[key as keyof HostStats] += count;
  return sum;
};

/** The statistics after one more event: the one reducer that recap, exit code and reporters are made of. */
export function countEvent(stats: RunStats, event: RunEvent): RunStats {
  if (event.kind !== 'host-result' && event.kind !== 'rescued') return stats;
  const increments: Increments = event.kind === 'rescued' ? {failed: -1, rescued: 1} : incrementsOf(event.outcome);
  return new Map(stats).set(event.host, add(stats.get(event.host) ?? zero, increments));
}

export const noStats: RunStats = new Map();

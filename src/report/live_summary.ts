import type {Status} from '../events/types.js';
import type {LiveOptions, TaskProgress} from './live_types.js';
import {clean, cut, duration, pad} from './text.js';

/** The order in which statuses are counted, worst first; the first that occurs gives the line its mark. */
const order = ['unreachable', 'failed', 'changed', 'conditional', 'ok', 'skipped'] as const satisfies Status[];

const nameColumns = 44;
const countColumns = 24;
/** Room kept for the duration and for names of hosts, where the terminal is wide enough. */
const restColumns = 34;
const mostNames = 6;

/** `  ✎ k3s config written      2 changed  1 ok     0.1s   cp1 cp2`; nothing for a task that all hosts skipped. */
export function summaryLine(progress: TaskProgress, at: number, options: LiveOptions): string[] {
  const {palette, symbols, width, verbosity} = options;
  const hostsOf = (status: Status): string[] =>
    [...progress.outcomes].filter(([, outcome]) => outcome.status === status).map(([host]) => host);
  const present = order.filter((status) => hostsOf(status).length > 0);
  const [worst = 'ok'] = present;
  if (worst === 'skipped' && verbosity === 0) return [];
  const counts = present.map((status) => `${hostsOf(status).length} ${status}`).join('  ');
  const role = progress.task.role === undefined ? '' : `${progress.task.role} : `;
  const handler = progress.task.handler ? 'handler: ' : '';
  const nameWidth = Math.max(16, Math.min(nameColumns, width - countColumns - restColumns));
  const isNarrow = width < 16 + countColumns + restColumns;
  const names = worst === 'ok' || worst === 'skipped' ? [] : hostsOf(worst);
  const listed = names.length > mostNames ? [...names.slice(0, mostNames), symbols.ellipsis] : names;
  const mark = worst === 'unreachable' ? symbols.failed : symbols[worst];
  const line = [
    `  ${mark} ${pad(cut(handler + role + clean(progress.task.name), nameWidth, symbols.ellipsis), nameWidth)}`,
    isNarrow ? counts : pad(counts, countColumns),
    isNarrow ? duration(at - progress.startedAt) : duration(at - progress.startedAt).padStart(7),
    `  ${listed.join(' ')}`,
  ].join(' ');
  return [palette[worst](cut(line.trimEnd(), width, symbols.ellipsis))];
}

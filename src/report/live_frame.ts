import type {LiveOptions, LiveState, RunningHost} from './live_types.js';
import {clean, countOf, cut, duration, pad} from './text.js';

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

const frameMs = 100;
const hostColumns = 16;

/**
 * What runs now: a heading for each task with hosts at work, and a line for each of these with its time and progress.
 * Every line is narrower than the terminal and there are fewer than its rows, so that the frame can be taken back.
 */
export function frameLines(state: LiveState, now: number, size: FrameSize, options: LiveOptions): string[] {
  const {palette, symbols} = options;
  const spin = symbols.spinner[Math.floor(now / frameMs) % symbols.spinner.length] ?? '';
  const lines: string[] = [];
  const headings: boolean[] = [];
  for (const progress of state.tasks.values()) {
    const hosts = [...state.running.values()].filter(({task}) => task.id === progress.task.id);
    if (hosts.length === 0) continue;
    const done = `${progress.outcomes.size} of ${countOf(progress.hosts.length, 'host')} done`;
    const role = progress.task.role === undefined ? '' : `${progress.task.role} : `;
    lines.push(palette.strong(`  ${spin} ${role}${clean(progress.task.name)}  ${palette.faint(done)}`));
    headings.push(true);
    for (const host of hosts) {
      lines.push(hostLine(host, now));
      headings.push(false);
    }
  }
  const most = Math.max(1, size.rows - 2);
  const shown = lines.length > most ? lines.slice(0, most - 1) : lines;
  const hidden = headings.slice(shown.length).filter((isHeading) => !isHeading).length;
  const more = hidden > 0 ? [palette.faint(`    ${symbols.ellipsis} and ${countOf(hidden, 'more host')}`)] : [];
  return [...shown, ...more].map((line) => cut(line, size.columns - 1, symbols.ellipsis));
}

const hostLine = ({host, since, message}: RunningHost, now: number): string => {
  const elapsed = duration(Math.max(0, now - since)).padStart(8);
  return `    ${pad(host, hostColumns)} ${elapsed}  ${message === undefined ? '' : clean(message).replaceAll('\n', ' ')}`.trimEnd();
};

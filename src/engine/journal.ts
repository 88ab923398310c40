import {type Script, sh} from '../shell/index.js';

/** The end of the journal as it is now, in journalctl's own notation; prints nothing where there is no journal. */
export const cursorScript = (): Script =>
  sh`if command -v journalctl >/dev/null 2>&1; then journalctl -q --no-pager -n 1 -o cat --show-cursor 2>/dev/null | tail -n 1; fi`;

/**
 * What a unit wrote since a cursor or, without one, in the last seconds. Two hundred lines at most, and where they end.
 * Prints nothing on a host without systemd.
 */
export const newLinesScript = (unit: string, cursor: string | undefined, lastSeconds: number): Script => {
  const from = cursor === undefined ? `--since=-${Math.ceil(lastSeconds)}s` : `--after-cursor=${cursor}`;
  return sh`if command -v journalctl >/dev/null 2>&1; then journalctl -q --no-pager -o cat --show-cursor -n 200 -u ${unit} ${from} 2>/dev/null; fi`;
};

/** The lines of {@link newLinesScript} and the cursor behind them, if there was anything new. */
export function readJournal(output: string): {readonly lines: readonly string[]; readonly cursor: string | undefined} {
  const lines: string[] = [];
  let cursor: string | undefined;
  for (const line of output.split('\n')) {
    const mark = /^-- cursor: (.+)$/.exec(line);
    if (mark) cursor = mark[1];
    else if (line.trim() !== '') lines.push(line);
  }
  return {lines, cursor};
}

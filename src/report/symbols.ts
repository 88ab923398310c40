/** Marks in front of lines; plain letters where the terminal's encoding has no others. */
export interface Symbols {
  readonly ok: string;
  readonly changed: string;
  readonly failed: string;
  readonly conditional: string;
  readonly skipped: string;
  readonly dash: string;
  readonly ellipsis: string;
  readonly spinner: readonly string[];
}

export const unicodeSymbols: Symbols = {
  ok: '✔',
  changed: '✎',
  failed: '✖',
  conditional: '?',
  skipped: '·',
  dash: '─',
  ellipsis: '…',
  spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
};

export const asciiSymbols: Symbols = {
  ok: '+',
  changed: '~',
  failed: 'x',
  conditional: '?',
  skipped: '.',
  dash: '-',
  ellipsis: '...',
  spinner: ['-', '\\', '|', '/'],
};

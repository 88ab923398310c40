/** What came of one test. */
export interface Row {
  readonly title: string;
  outcome: 'passed' | 'FAILED' | 'skipped' | 'not applicable';
  readonly seconds: number;
  /** Why it is not applicable, what it saw. */
  readonly notes: string[];
}

/** What the tests ran on, and when. */
export interface Run {
  /** YYYY-MM-DD */
  readonly day: string;
  readonly commit: string;
  /** As `k3s --version` says. */
  readonly version: string;
  readonly sha256: string;
}

/**
 * The page after a run of one test file: its section is put in place of the one before, the others stay.
 * @param page As it was; '' if there is none.
 */
export function pageWith(
  page: string,
  news: {
    /** Without folder and endings. */
    readonly file: string;
    readonly run: Run;
    readonly rows: readonly Row[];
  },
): string;

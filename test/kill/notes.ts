import {existsSync} from 'node:fs';
import {appendFile, readFile} from 'node:fs/promises';
import type {RowOutcome} from './matrix.js';
import type {Part} from './page.js';
import {momentWords, type Row} from './rows.js';
import type {RowSource} from './source.js';

/** What a run of the matrix came to know: the rows of a play, or what became of one; and how long it had taken by then. */
type Note = {readonly run: string; readonly minutes: number} & (
  | {readonly source: string; readonly rows: readonly Row[]}
  | RowOutcome
);

export const rowKey = (row: Row): string => JSON.stringify([row.source, momentWords(row.moment), row.kind]);

/**
 * Notes of all runs of the matrix, a line each in a file that may serve several of them, also at the same time: rows that healed
 * are not run again, and the page is of all.
 */
export class Notes {
  readonly #file: string;
  readonly #start: Date;

  constructor(file: string, start: Date) {
    this.#file = file;
    this.#start = start;
  }

  get minutes(): number {
    return (Date.now() - this.#start.getTime()) / 60_000;
  }

  async add(known: RowOutcome | {readonly source: string; readonly rows: readonly Row[]}): Promise<void> {
    const note: Note = {...known, run: this.#start.toISOString(), minutes: this.minutes};
    await appendFile(this.#file, `${JSON.stringify(note)}\n`);
  }

  async all(): Promise<readonly Note[]> {
    if (!existsSync(this.#file)) return [];
    const lines = (await readFile(this.#file, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Note);
  }
}

const isOutcome = (note: Note): note is RowOutcome & Note => 'row' in note;

/** The newest outcome of each row; one that healed is not run again. */
export const outcomesIn = (notes: readonly Note[]): ReadonlyMap<string, RowOutcome> =>
  new Map(notes.filter(isOutcome).map((outcome) => [rowKey(outcome.row), outcome]));

/** A play's part of the page: the rows of its newest recording, and what became of them. */
export function partOf(source: RowSource, notes: readonly Note[]): Part {
  const outcomes = outcomesIn(notes);
  const recording = notes.findLast((note) => !isOutcome(note) && note.source === source.name);
  const rows =
    recording !== undefined && !isOutcome(recording)
      ? recording.rows
      : [...outcomes.values()].map(({row}) => row).filter((row) => row.source === source.name);
  return {...source, rows, outcomes: rows.flatMap((row) => outcomes.get(rowKey(row)) ?? [])};
}

/** How many runs the notes are of, and their minutes together. */
export function timeOf(notes: readonly Note[]): {readonly runs: number; readonly minutes: number} {
  const minutes = new Map(notes.map((note) => [note.run, note.minutes]));
  return {runs: minutes.size, minutes: Math.round([...minutes.values()].reduce((sum, one) => sum + one, 0))};
}

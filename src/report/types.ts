import type {Where} from '../errors/index.js';
import type {RunEvent, RunStats} from '../events/types.js';
import type {Palette} from './palette.js';

/**
 * A reporter is a reducer: from its state, one event, and the statistics with that event counted, it makes the next
 * state and the text to write. It does no input or output of its own.
 */
export interface Reporter<State> {
  readonly start: State;
  next(state: State, event: RunEvent, stats: RunStats): {readonly state: State; readonly text: string};
}

/** What reporters for people need to know of where they write to. */
export interface TextOptions {
  readonly palette: Palette;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  /** How many `-v` were given. */
  readonly verbosity: number;
  /** The source line of a place, for the line under an error; undefined where it cannot be read. */
  readonly lineAt?: (where: Where) => string | undefined;
  /** The command without `--limit`: named at the end for hosts that failed. */
  readonly rerun?: string;
  /** How a file is named to the reader: relative to the folder they are in. */
  readonly nameOf?: (file: string) => string;
}

import type {HostOutcome, TaskRef} from '../events/types.js';
import type {Symbols} from './symbols.js';
import type {TextOptions} from './types.js';

export interface LiveOptions extends TextOptions {
  readonly symbols: Symbols;
}

export interface RunningHost {
  readonly host: string;
  readonly task: TaskRef;
  readonly since: number;
  readonly message: string | undefined;
}

export interface TaskProgress {
  readonly task: TaskRef;
  readonly startedAt: number;
  readonly hosts: readonly string[];
  readonly outcomes: ReadonlyMap<string, HostOutcome>;
}

export interface LiveState {
  readonly check: boolean;
  readonly diff: boolean;
  readonly running: ReadonlyMap<string, RunningHost>;
  /** Tasks of which not all hosts are done, in the order they began. */
  readonly tasks: ReadonlyMap<string, TaskProgress>;
  readonly warned: ReadonlySet<string>;
}

import type {Where} from '../errors/index.js';

/** A host's outcome of a task. `conditional`: check mode could not tell, since it hangs on what only a real run gives. */
export type Status = 'ok' | 'changed' | 'unreachable' | 'failed' | 'skipped' | 'conditional';

export interface TaskRef {
  readonly id: string;
  readonly name: string;
  /** The module's name as written. */
  readonly module: string;
  readonly where: Where;
  readonly handler: boolean;
  readonly role?: string;
}

/** Diffs as modules give them, masked. */
export type EventDiff =
  | {readonly kind: 'text'; readonly path: string; readonly before: string; readonly after: string}
  | {
      readonly kind: 'values';
      readonly path: string;
      readonly before: Readonly<Record<string, unknown>>;
      readonly after: Readonly<Record<string, unknown>>;
    }
  | {readonly kind: 'hidden'; readonly path: string; readonly why: string};

export interface Failure {
  readonly what: string;
  readonly where?: Where;
  readonly hint?: string;
  /** Causes and the tail of stderr, a line each. */
  readonly details: readonly string[];
  /** The source line there holds a secret: it is named and not shown. */
  readonly secretLine?: boolean;
  /** Where several things went wrong at once: each in full. */
  readonly reasons?: readonly Failure[];
}

export interface HostOutcome {
  readonly status: Status;
  readonly ignored: boolean;
  /** The result as `register` sees it, masked, or only `censored` under no_log. */
  readonly result: Readonly<Record<string, unknown>>;
  readonly diff: readonly EventDiff[];
  readonly failure?: Failure;
  readonly warnings: readonly string[];
  /** Why it was skipped or is conditional. */
  readonly why?: string;
  readonly durationMs: number;
  readonly delegatedTo?: string;
}

/** Everything that happens in a run, in order; `at` is epoch milliseconds. Secrets are masked before an event is made. */
export type RunEvent = {readonly at: number} & (
  | {
      readonly kind: 'run-start';
      readonly playbooks: readonly string[];
      readonly check: boolean;
      readonly diff: boolean;
      readonly hosts: number;
      readonly log?: string;
    }
  | {
      readonly kind: 'play-start';
      readonly name: string;
      readonly where: Where;
      readonly hosts: readonly string[];
      readonly batch?: {readonly number: number; readonly of: number};
    }
  | {readonly kind: 'play-skipped'; readonly name: string; readonly why: string}
  | {readonly kind: 'task-start'; readonly task: TaskRef; readonly hosts: readonly string[]}
  | {readonly kind: 'host-start'; readonly host: string; readonly task: TaskRef}
  | {readonly kind: 'progress'; readonly host: string; readonly task: TaskRef; readonly message: string}
  /** A step of a task is about to be done; those that go in one frame come together. */
  | {readonly kind: 'step'; readonly host: string; readonly task: TaskRef; readonly title: string}
  | {
      readonly kind: 'retry';
      readonly host: string;
      readonly task: TaskRef;
      readonly attempt: number;
      readonly left: number;
      readonly delayMs: number;
    }
  | {
      readonly kind: 'item';
      readonly host: string;
      readonly task: TaskRef;
      readonly label: string;
      readonly outcome: HostOutcome;
    }
  | {
      readonly kind: 'host-result';
      readonly host: string;
      readonly task: TaskRef;
      readonly outcome: HostOutcome;
      readonly loop: boolean;
    }
  | {readonly kind: 'rescued'; readonly host: string; readonly task: TaskRef}
  /** Lines a group module shows before anything is touched. */
  | {readonly kind: 'show'; readonly task: TaskRef; readonly lines: readonly string[]}
  | {readonly kind: 'notice'; readonly level: 'info' | 'warning'; readonly message: string; readonly where?: Where}
  | {readonly kind: 'no-hosts-left'}
  | {readonly kind: 'interrupted'; readonly inFlight: readonly {readonly host: string; readonly task: TaskRef}[]}
  | {
      readonly kind: 'run-end';
      readonly durationMs: number;
      readonly trips: Readonly<Record<string, number>>;
      /** Hosts that failed for all: a refusal, or a task done once. Going on with these alone would mend nothing. */
      readonly failedForAll?: readonly string[];
    }
);

export interface HostStats {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
  readonly skipped: number;
  readonly rescued: number;
  readonly ignored: number;
  readonly conditional: number;
}

export type RunStats = ReadonlyMap<string, HostStats>;

export type EmitEvent = (event: RunEvent) => void;

import type {Where} from '../errors/index.js';
import type {Failure, HostOutcome, Status} from '../events/types.js';
import type {Values} from '../inventory/types.js';
import type {ControlEffect, Diff} from '../module/types.js';
import type {Masker} from '../shell/index.js';
import {failureOf, resultOfError} from './failures.js';

/** What a task came to on one host, before anything is masked. */
export interface Outcome {
  readonly status: Status;
  readonly ignored: boolean;
  /** As `register` sees it. */
  readonly result: Values;
  readonly diff: readonly Diff[];
  readonly failure?: Failure;
  readonly warnings: readonly string[];
  readonly why?: string;
  /** Why the result is one that only a real run can give. */
  readonly mark?: string;
  readonly noLog: boolean;
  readonly durationMs: number;
  readonly delegatedTo?: string;
  /** Handlers to wake, when something changed. */
  readonly notify: readonly string[];
  readonly effects: readonly ControlEffect[];
  /** Facts and variables it gives. */
  readonly learned?: {readonly facts?: Values; readonly values?: Values; readonly cacheable?: boolean};
}

/** What most outcomes have in common. */
export const plainOutcome = {
  ignored: false,
  diff: [],
  warnings: [],
  noLog: false,
  durationMs: 0,
  notify: [],
  effects: [],
} as const;

/** The outcome of a task that could not be begun. */
export const failedOutcome = (error: unknown, where: Where): Outcome => ({
  ...plainOutcome,
  status: 'failed',
  result: resultOfError(error),
  failure: failureOf(error, where),
});

const censoredText = "the output has been hidden due to the fact that 'no_log: true' was specified for this result";

/** The outcome as an event shows it: secrets masked, and under no_log nothing but that it happened. */
export function shownOutcome(outcome: Outcome, masker: Masker, showDiff: boolean): HostOutcome {
  const {status, ignored, durationMs, delegatedTo, noLog} = outcome;
  const common = {status, ignored, durationMs, ...(delegatedTo === undefined ? {} : {delegatedTo})};
  if (noLog)
    return {
      ...common,
      result: {censored: censoredText, changed: outcome.result.changed === true},
      diff: [],
      warnings: [],
      ...(outcome.failure === undefined ? {} : {failure: withoutLog(outcome, masker)}),
    };
  return {
    ...common,
    result: masker.maskData(outcome.result),
    diff: showDiff ? outcome.diff.map((diff) => masker.maskData(diff)) : [],
    warnings: masker.maskData(outcome.warnings),
    ...(outcome.failure === undefined ? {} : {failure: masker.maskData(outcome.failure)}),
    ...(outcome.why === undefined ? {} : {why: masker.mask(outcome.why)}),
  };
}

/** Why a host cannot be reached is no secret of the task; what went wrong in it may be. */
function withoutLog({status, failure}: Outcome, masker: Masker): Failure {
  if (status === 'unreachable' && failure !== undefined) return masker.maskData(failure);
  return {what: censoredText, details: [], ...(failure?.where === undefined ? {} : {where: failure.where})};
}

import {describeError, ModuleError, QuorateError, TaskError, TransportError, type Where} from '../errors/index.js';
import type {Failure} from '../events/types.js';
import type {Values} from '../inventory/types.js';
import type {Data, ModuleResult} from '../module/types.js';

const tailLines = 20;

/** The last lines of an output, for a person. */
export const tailOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-tailLines);

/** A failure for events: what, where (the task, unless the error knows better), how to mend it, and what was printed. */
export function failureOf(error: unknown, where: Where): Failure {
  const known = error instanceof QuorateError ? error : undefined;
  const details = error instanceof TaskError ? tailOf(error.stderr === '' ? error.stdout : error.stderr) : [];
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause !== undefined) details.push(...describeError(cause));
  return {
    what: known?.what ?? (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
    where: known?.where ?? where,
    ...(known?.hint === undefined ? {} : {hint: known.hint}),
    details,
  };
}

/** A result that a module itself calls failed. */
export function failureOfResult(result: Values, hint: string | undefined, where: Where): Failure {
  const msg = typeof result.msg === 'string' ? result.msg : undefined;
  const code = typeof result.rc === 'number' ? `exit code ${result.rc}` : undefined;
  const output = typeof result.stderr === 'string' && result.stderr !== '' ? result.stderr : result.stdout;
  return {
    what: msg ?? code ?? 'the task failed',
    where,
    ...(hint === undefined ? {} : {hint}),
    details: typeof output === 'string' ? tailOf(output).filter((line) => line !== msg) : [],
  };
}

/** A failed step as a module result, so that `failed_when`, `until` and `register` see it as they see any other. */
export function resultOfTaskError(error: TaskError): ModuleResult {
  const data: Data = {
    ...(error.rc === undefined ? {} : {rc: error.rc}),
    stdout: error.stdout,
    stderr: error.stderr,
  };
  return {changed: false, failed: true, msg: error.what, data, ...(error.hint === undefined ? {} : {hint: error.hint})};
}

/** What `register` holds after an error that is no module's result. */
export const resultOfError = (error: unknown): Values => ({
  changed: false,
  ...(error instanceof TransportError ? {unreachable: true} : {failed: true}),
  msg: error instanceof QuorateError ? error.what : error instanceof Error ? error.message : String(error),
});

/** Faults of the program or a module, which must show themselves by their stack. */
export const isFault = (error: unknown): boolean => !(error instanceof QuorateError) || error instanceof ModuleError;

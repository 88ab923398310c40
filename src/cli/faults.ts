import {readFileSync} from 'node:fs';
import path from 'node:path';
import {
  describeError,
  ParamsError,
  PlaybookError,
  QuorateError,
  UsageError,
  type Where,
  YamlError,
} from '../errors/index.js';
import {clean} from '../report/text.js';

/** What the program ends with; Ansible's numbers. */
export const exitCodes = {
  ok: 0,
  error: 1,
  hostFailed: 2,
  unreachable: 4,
  /** A playbook that cannot be read; Ansible has the same number for it. */
  parser: 4,
  usage: 5,
  interrupted: 99,
  fault: 250,
} as const;

/** The user asked for the end: no fault. */
export class Interrupted extends Error {
  override name = 'Interrupted';
}

/** The exit code for something thrown: what is not of our error family is a fault of the program. */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof Interrupted) return exitCodes.interrupted;
  if (error instanceof UsageError) return exitCodes.usage;
  if (error instanceof PlaybookError || error instanceof YamlError || error instanceof ParamsError)
    return exitCodes.parser;
  return error instanceof QuorateError ? exitCodes.error : exitCodes.fault;
}

/** A line that sets something whose value is nobody's business; a line of JSON may set everything. */
const setsSecret = /(?:token|passw|passphrase|secret|private_key|datastore-endpoint)[\w-]*["']?\s*[:=]/i;

/** The line of a source file, for the caret under it; undefined where it cannot be read, or sets a secret. */
export function lineAt(where: Where): string | undefined {
  try {
    const line = readFileSync(where.file, 'utf8').split('\n')[where.line - 1];
    return line === undefined || setsSecret.test(line) ? undefined : line;
  } catch {
    return undefined;
  }
}

/** A file's name for people: relative where it lies below the present folder. */
export function nameOfFile(file: string, cwd = process.cwd()): string {
  const relative = path.relative(cwd, file);
  return !path.isAbsolute(file) || relative.startsWith('..') || relative === '' ? file : relative;
}

/** The same error, the source line under the place where it was written. */
function withExcerpt(error: unknown): unknown {
  if (!(error instanceof QuorateError) || error.where === undefined) return error;
  const line = error.excerpt ?? lineAt(error.where);
  const where = {...error.where, file: nameOfFile(error.where.file)};
  return new QuorateError({
    what: error.what,
    where,
    hint: error.hint,
    ...(line === undefined ? {} : {excerpt: line}),
    ...(error.cause === undefined ? {} : {cause: error.cause}),
  });
}

/** What is written on standard error for something thrown. A fault of the program shows its stack, and asks for a report. */
export function errorLines(error: unknown): string[] {
  if (error instanceof Interrupted) return ['Interrupted.'];
  if (error instanceof QuorateError) {
    const [first = '', ...rest] = describeError(withExcerpt(error)).flatMap((line) => clean(line).split('\n'));
    return [`ERROR! ${first}`, ...rest];
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    'ERROR! a fault in quorate itself:',
    ...clean(stack).split('\n'),
    'Please report it with the command and the lines above.',
  ];
}

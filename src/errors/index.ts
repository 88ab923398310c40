/** The one error family: what went wrong, where it was written, how to mend it, and what caused it. */
export {didYouMean, nearest} from './nearest.js';

/** A place in a file; line and column count from 1. */
export interface Where {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface ErrorParts {
  /** One sentence without a closing full stop; names the value that is wrong. */
  readonly what: string;
  readonly where?: Where | undefined;
  /** The way out: what the reader can do now. */
  readonly hint?: string | undefined;
  /** The source line as it stands there, where the thrower has it at hand; or lines that hold their own caret. */
  readonly excerpt?: string | undefined;
  readonly cause?: unknown;
}

export class QuorateError extends Error {
  readonly what: string;
  readonly where: Where | undefined;
  readonly hint: string | undefined;
  readonly excerpt: string | undefined;

  constructor(parts: ErrorParts) {
    super(parts.what, parts.cause === undefined ? undefined : {cause: parts.cause});
    this.name = new.target.name;
    this.what = parts.what;
    this.where = parts.where;
    this.hint = parts.hint;
    this.excerpt = parts.excerpt;
  }
}

/** Wrong options or arguments on the command line (exit code 5, as Ansible's). */
export class UsageError extends QuorateError {}
/** A YAML file that cannot be read as YAML. */
export class YamlError extends QuorateError {}
/** A playbook, role or task file that says something it may not (exit code 4, as Ansible's parser errors). */
export class PlaybookError extends QuorateError {}
export class InventoryError extends QuorateError {}
export class VaultError extends QuorateError {}
/** An expression or template that does not parse, or fails while it is evaluated. */
export class TemplateError extends QuorateError {}
/** A template that needs a variable nobody has defined; kept apart, since `default` and `is defined` look for it. */
export class UndefinedVariableError extends TemplateError {}
/** Arguments a module does not take, or of the wrong type. */
export class ParamsError extends QuorateError {}
/** A module that breaks its own contract (a fault in the module, not in the playbook). */
export class ModuleError extends QuorateError {}
export class BecomeError extends QuorateError {}
export class LabError extends QuorateError {}
/** A K3s rule that forbids what was asked. */
export class ClusterError extends QuorateError {}

/** How far a connection got before it failed. */
export type TransportPhase =
  | 'config'
  | 'dns'
  | 'tcp'
  | 'kex'
  | 'hostkey'
  | 'auth'
  | 'channel'
  | 'session'
  | 'upload'
  | 'lost';

/** A host that cannot be reached (Ansible's "unreachable"), with the phase in which it failed. */
export class TransportError extends QuorateError {
  readonly phase: TransportPhase;
  constructor(parts: ErrorParts & {readonly phase: TransportPhase}) {
    super(parts);
    this.phase = parts.phase;
  }
}

/** A step that ran on a host and failed. */
export class TaskError extends QuorateError {
  readonly rc: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  constructor(parts: ErrorParts & {readonly rc?: number; readonly stdout?: string; readonly stderr?: string}) {
    super(parts);
    this.rc = parts.rc;
    this.stdout = parts.stdout ?? '';
    this.stderr = parts.stderr ?? '';
  }
}

export const formatWhere = (where: Where): string => `${where.file}:${where.line}:${where.column}`;

/** The message of anything thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Lines for a person: what, where, hint, then the causes, indented. Shows no stack. */
export function describeError(error: unknown): string[] {
  const lines: string[] = [];
  if (error instanceof QuorateError) {
    lines.push(error.what);
    if (error.where) lines.push(`  at ${formatWhere(error.where)}`);
    if (error.excerpt !== undefined) lines.push(...error.excerpt.split('\n').map((line) => `  | ${line}`));
    if (error.excerpt !== undefined && error.where && !error.excerpt.includes('\n'))
      lines.push(`  | ${' '.repeat(error.where.column - 1)}^`);
    if (error.hint) lines.push(`  hint: ${error.hint}`);
  } else {
    lines.push(messageOf(error));
  }
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause !== undefined)
    lines.push(...describeError(cause).map((line, index) => (index === 0 ? `  because: ${line}` : `  ${line}`)));
  return lines;
}

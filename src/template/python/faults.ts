/** Errors inside an evaluation, before the evaluator adds the template, the place and the caret. */
import type {Site, Undefined} from './undefined.js';

export interface FaultParts {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export class Fault extends Error {
  readonly hint: string | undefined;
  /** Where it happened; set once, by the innermost evaluation it passes. */
  site: Site | undefined;
  /** Variables whose templates were being rendered, innermost first. */
  readonly trail: string[] = [];
  /** The message already names the filter or function. */
  attributed = false;

  constructor(message: string, parts: FaultParts = {}) {
    super(message, parts.cause === undefined ? undefined : {cause: parts.cause});
    this.hint = parts.hint;
  }
}

/** An undefined value was used where only a value will do. */
export class UndefinedFault extends Fault {
  constructor(readonly subject: Undefined) {
    super(subject.what, {hint: subject.hint?.()});
    this.site = subject.site;
    this.attributed = true;
  }
}

/** Python's TypeError: kept apart, since some filters try something else after one. */
export class TypeFault extends Fault {}

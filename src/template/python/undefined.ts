/**
 * What an unknown name or member gives: it can be passed on, asked for members (`a.b.c | default(x)`) and tested with
 * `is defined`; any other use throws. It remembers what was asked for, for the message.
 */
import {UndefinedFault} from './faults.js';
import {PyObject} from './kinds.js';

/** A place inside a template's text. */
export interface Site {
  readonly text: string;
  readonly offset: number;
}

export interface UndefinedParts {
  /** The whole of what was asked for: `server_config.tls.san`. */
  readonly path: string;
  /** Why it is undefined, as a sentence part: `there is no variable 'server_config'`. */
  readonly why: string;
  /** The way out; worked out only if the message is shown. */
  readonly hint?: (() => string | undefined) | undefined;
  /** Variables whose templates asked for it, innermost first: `'a' (group_vars/all.yml:3:1)`. */
  readonly trail?: readonly string[];
  /** Prints as nothing and counts as false instead of throwing: an inline `if` without `else`. */
  readonly lenient?: boolean;
}

export class Undefined extends PyObject {
  readonly pyType = 'AnsibleUndefined';
  readonly path: string;
  readonly why: string;
  readonly hint: (() => string | undefined) | undefined;
  readonly trail: readonly string[];
  readonly lenient: boolean;
  /** Where it was asked for; set once, by the evaluator. */
  site: Site | undefined;

  constructor(parts: UndefinedParts) {
    super();
    this.path = parts.path;
    this.why = parts.why;
    this.hint = parts.hint;
    this.trail = parts.trail ?? [];
    this.lenient = parts.lenient ?? false;
  }

  get what(): string {
    const needed = this.trail.map((name) => `, needed by variable ${name}`).join('');
    const subject = this.path === '' ? '' : `'${this.path}' is undefined`;
    return [subject, this.why].filter((part) => part !== '').join(': ') + needed;
  }

  /** A member of what is not there. */
  member(suffix: string): Undefined {
    if (this.path === '') return this.#with({lenient: false});
    const why = this.why === '' ? `there is no variable '${this.path}'` : this.why;
    return this.#with({path: this.path + suffix, why});
  }

  /** The same, seen from a variable whose template needed it. */
  neededBy(variable: string): Undefined {
    return this.#with({trail: [...this.trail, variable]});
  }

  #with(change: Partial<UndefinedParts>): Undefined {
    const made = new Undefined({
      path: this.path,
      why: this.why,
      hint: this.hint,
      trail: this.trail,
      lenient: this.lenient,
      ...change,
    });
    made.site = this.site;
    return made;
  }
}

/** Throws if the value is undefined (and not leniently so); else gives it back. */
export function defined<T>(value: T): T {
  if (value instanceof Undefined && !value.lenient) throw new UndefinedFault(value);
  return value;
}

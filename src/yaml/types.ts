import type {QuorateError, Where} from '../errors/index.js';

/** Key under which the expression language finds a string that must never be rendered. */
const unsafeText: unique symbol = Symbol.for('quorate.unsafeText') as never;

/** A scalar tagged `!unsafe`: data that is never read as a template. */
export class UnsafeString {
  constructor(readonly text: string) {}
  get [unsafeText](): string {
    return this.text;
  }
  toString(): string {
    return this.text;
  }
}

/** A scalar tagged `!vault`, still sealed; the vault opens it when the variable is first used. */
export class VaultString {
  constructor(
    readonly sealed: string,
    readonly where: Where,
  ) {}
  toString(): string {
    return '!vault';
  }
}

/**
 * One YAML document as plain data, with the places of everything in it kept beside it:
 * containers are plain arrays and null-prototype-free objects, and `at` finds a member by its container.
 */
export interface YamlDocument {
  readonly file: string;
  readonly value: unknown;
  /** Where the document's top value begins. */
  readonly where: Where;
  /** Where a container's member (value) stands; without a key, the container itself. */
  at(container: object, key?: string | number): Where;
  /** Where a mapping's key stands. */
  keyAt(container: object, key: string): Where;
  /** Duplicate keys and the like: last wins, as Ansible has it. */
  readonly warnings: readonly YamlWarning[];
}

export interface YamlWarning {
  readonly what: string;
  readonly where: Where;
}

/** Positions of members of containers, whatever document they came from; shared by everything loaded in a run. */
export interface Positions {
  at(container: object, key?: string | number): Where | undefined;
  /** Where the key itself stands, which for a member of several lines is the line above its value. */
  keyAt(container: object, key: string): Where | undefined;
}

export type YamlFailure = QuorateError;

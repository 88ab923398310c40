import type {Block, Handler, Include} from '../playbook/types.js';

type HandlerNode = Handler | Include;

/** A handler's name, rendered where it can be, and its role, for `notify: role : name`. */
export type NameOf = (handler: HandlerNode) => string | undefined;

const flatten = (nodes: readonly (Handler | Block | Include)[]): HandlerNode[] =>
  nodes.flatMap((node) =>
    // Only a block's own list: a handler has no rescue in Ansible either.
    node.kind === 'block' ? flatten(node.block as readonly (Handler | Block | Include)[]) : [node],
  );

const placeOf = (node: HandlerNode): string => `${node.where.file}:${node.where.line}:${node.where.column}`;

/** Handlers written in one list stand in one file, in one role. */
const listOf = (node: HandlerNode): string => `${node.where.file} ${roleOf(node) ?? ''}`;

const roleOf = (node: HandlerNode): string | undefined => node.scopes.findLast((scope) => scope.role)?.role?.name;

/** The handlers of a play in the order of their definition; roles included on the way add theirs. */
export class HandlerTable {
  readonly #all: HandlerNode[] = [];
  readonly #places = new Set<string>();

  constructor(handlers: readonly (Handler | Block | Include)[] = []) {
    for (const handler of flatten(handlers)) this.#push(handler);
  }

  get all(): readonly HandlerNode[] {
    return this.#all;
  }

  /** Handlers of a role included on the way; a role included twice brings them once. */
  add(handlers: readonly (Handler | Block | Include)[]): void {
    for (const handler of flatten(handlers)) {
      if (!this.#places.has(placeOf(handler))) this.#push(handler);
    }
  }

  #push(handler: HandlerNode): void {
    this.#places.add(placeOf(handler));
    this.#all.push(handler);
  }

  /**
   * The handler of this name and all that listen to it. Of several of one name the last list loaded wins (a play's own
   * over its roles'), and within a list the first, as Ansible does it.
   */
  find(notification: string, nameOf: NameOf): HandlerNode[] {
    const matches = (handler: HandlerNode): boolean => {
      const name = nameOf(handler);
      if (name === undefined) return false;
      const role = roleOf(handler);
      return name === notification || (role !== undefined && `${role} : ${name}` === notification);
    };
    const last = this.#all.findLast(matches);
    const named = last && this.#all.find((handler) => listOf(handler) === listOf(last) && matches(handler));
    const listening = this.#all.filter(
      (handler) => handler.kind === 'task' && handler !== named && handler.listen?.includes(notification),
    );
    return named === undefined ? listening : [named, ...listening];
  }

  /** All names and topics there are, for "did you mean". */
  names(nameOf: NameOf): string[] {
    return this.#all.flatMap((handler) => [
      ...(nameOf(handler) === undefined ? [] : [nameOf(handler) ?? '']),
      ...(handler.kind === 'task' ? (handler.listen ?? []) : []),
    ]);
  }
}

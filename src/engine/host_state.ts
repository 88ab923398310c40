import type {Where} from '../errors/index.js';
import type {Handler, Include, Scope, Task} from '../playbook/types.js';
import type {HandlerTable} from './handlers.js';
import type {Position} from './position.js';

/** The end of a section of a play, where notified handlers run. */
export interface FlushNode {
  readonly kind: 'flush';
  readonly id: string;
  readonly where: Where;
}

/** A block of the playbook, or one that the plan puts around a section. */
export interface PlayBlock {
  readonly kind: 'block';
  readonly block: readonly PlayNode[];
  readonly rescue: readonly PlayNode[];
  readonly always: readonly PlayNode[];
}

export type PlayNode = Task | Include | PlayBlock | FlushNode;
export type RunnableNode = Task | Include | Handler | FlushNode;

/** What a host does next. */
export interface Next {
  readonly node: RunnableNode;
  readonly position: Position;
  readonly handler: boolean;
}

/** Which nodes a host passes over. Asking in the order of the play is part of the answer while a task is searched for. */
export interface NodeFilter {
  passesOver(node: RunnableNode): boolean;
  /** The task to start at was not met yet. */
  isSearching(): boolean;
}

interface ListFrame {
  readonly kind: 'list';
  readonly nodes: readonly PlayNode[];
  readonly at: Position;
  index: number;
  /** Set when the list is a section of a block. */
  readonly section?: {readonly of: PlayBlock; readonly at: Position; readonly name: 'block' | 'rescue' | 'always'};
  /** An `always` section after which the failure goes on outwards. */
  readonly failing?: boolean;
}

interface HandlersFrame {
  readonly kind: 'handlers';
  readonly at: Position;
  readonly done: Set<Handler | Include>;
  /** Grows when a handler wakes one defined before it, so that positions only go forward. */
  round: number;
  last: number;
}

type Frame = ListFrame | HandlersFrame;

/** What becomes of a failure: a rescue section around it takes it, or the host leaves the play, if only after `always`. */
export type FailureFate = 'rescued' | 'lost';

const sectionOrder = {block: 0, rescue: 1, always: 2} as const;

/**
 * One host's way through a play: a stack of lists, with Ansible's rules for block, rescue and always
 * (docs.ansible.com, "Blocks") and the handlers this host was told to run.
 */
export class HostState {
  #stack: Frame[];
  #unsure: string | undefined;
  readonly #endedRoles = new Set<Scope>();
  #out: 'failed' | 'unreachable' | 'ended' | undefined;
  /** Handlers to run at the next flush, with why that is not sure in check mode. */
  readonly notified = new Map<Handler | Include, {readonly unsure: string | undefined}>();

  constructor(
    readonly host: string,
    nodes: readonly PlayNode[],
    private readonly handlers: HandlerTable,
    private readonly filter: NodeFilter,
  ) {
    this.#stack = [{kind: 'list', nodes, at: [], index: 0}];
  }

  get out(): 'failed' | 'unreachable' | 'ended' | undefined {
    return this.#out;
  }

  /** The next node that is not passed over, or undefined at the end. */
  peek(): Next | undefined {
    while (this.#out === undefined) {
      const top = this.#stack.at(-1);
      if (top === undefined) return undefined;
      const next = top.kind === 'handlers' ? this.#nextHandler(top) : this.#nextInList(top);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** The node that peek gave is begun; what comes next is behind it. */
  advance(): void {
    const top = this.#stack.at(-1);
    this.#unsure = undefined;
    if (top?.kind === 'list') top.index += 1;
    if (top?.kind === 'handlers') {
      const handler = this.handlers.all[top.last];
      if (handler === undefined) return;
      top.done.add(handler);
      this.#unsure = this.notified.get(handler)?.unsure;
      this.notified.delete(handler);
    }
  }

  /** Check mode: why it is not sure that the handler just begun would run. */
  get unsure(): string | undefined {
    return this.#unsure;
  }

  /** What comes behind the present node if nothing fails, nothing is included and nobody wakes a handler. */
  *upcoming(): Generator<RunnableNode> {
    if (this.filter.isSearching()) return;
    for (const frame of [...this.#stack].reverse()) {
      if (frame.kind === 'handlers') {
        yield* this.handlers.all.filter((handler) => this.notified.has(handler) && !frame.done.has(handler));
        continue;
      }
      yield* this.#walk(frame.nodes.slice(frame.index));
      if (frame.failing === true) return;
      if (frame.section !== undefined && frame.section.name !== 'always') yield* this.#walk(frame.section.of.always);
    }
  }

  *#walk(nodes: readonly PlayNode[]): Generator<RunnableNode> {
    for (const node of nodes) {
      if (node.kind === 'block') {
        yield* this.#walk(node.block);
        yield* this.#walk(node.always);
      } else if (!this.filter.passesOver(node)) yield node;
    }
  }

  /** Lists that come before what is left, in this order (the tasks of includes). */
  enter(lists: readonly {readonly nodes: readonly PlayNode[]; readonly at: Position}[]): void {
    for (const {nodes, at} of [...lists].reverse()) this.#stack.push({kind: 'list', nodes, at, index: 0});
  }

  flush(at: Position): void {
    this.#stack.push({kind: 'handlers', at, done: new Set(), round: 0, last: -1});
  }

  get flushing(): boolean {
    return this.#stack.some((frame) => frame.kind === 'handlers');
  }

  /**
   * The present task failed: the host goes on in the nearest rescue or always section, or is out of the play. What is
   * rescued further out, after an always section in between, counts as rescued at once, as in Ansible.
   */
  fail(): FailureFate {
    const isRescued = this.#stack.some(
      (frame) => frame.kind === 'list' && frame.section?.name === 'block' && frame.section.of.rescue.length > 0,
    );
    this.#unwind();
    return isRescued ? 'rescued' : 'lost';
  }

  #unwind(): void {
    while (this.#stack.length > 0) {
      const top = this.#stack.pop();
      if (top?.kind !== 'list' || top.section === undefined || top.section.name === 'always') continue;
      const {of, name} = top.section;
      if (name === 'block' && of.rescue.length > 0) {
        this.#openSection(top.section, 'rescue', false);
        return;
      }
      if (of.always.length > 0) {
        this.#openSection(top.section, 'always', true);
        return;
      }
    }
    this.#leave('failed');
  }

  /** `meta: end_role`: nothing more of the role this node stands in, in this use of it. */
  endRole({scopes}: Task): void {
    const role = scopes.findLast(({origin}) => origin === 'role');
    if (role !== undefined) this.#endedRoles.add(role);
  }

  #isOver(node: RunnableNode): boolean {
    return node.kind !== 'flush' && node.scopes.some((scope) => this.#endedRoles.has(scope));
  }

  /** Takes the host out at once, without rescue: it cannot be reached, or the play ends for it. */
  drop(why: 'unreachable' | 'ended' | 'failed'): void {
    this.#stack = [];
    this.#leave(why);
  }

  /** `meta: clear_host_errors`: the host has not failed any more, and is there again for the next play. */
  forgive(): void {
    if (this.#out !== undefined) this.#out = 'ended';
  }

  #leave(why: 'failed' | 'unreachable' | 'ended'): void {
    this.#out = why;
    this.notified.clear();
  }

  #nextInList(top: ListFrame): Next | undefined {
    const node = top.nodes[top.index];
    if (node === undefined) {
      this.#finish(top);
      return undefined;
    }
    const position = [...top.at, top.index];
    if (node.kind === 'block') {
      top.index += 1;
      this.#openSection({of: node, at: position}, 'block', false);
      return undefined;
    }
    // Tags choose among tasks; a handler that was woken runs, with all that it includes.
    if (this.#isOver(node) || (!this.flushing && this.filter.passesOver(node))) {
      top.index += 1;
      return undefined;
    }
    return {node, position, handler: this.flushing};
  }

  #nextHandler(top: HandlersFrame): Next | undefined {
    const index = this.handlers.all.findIndex((handler) => this.notified.has(handler) && !top.done.has(handler));
    const node = this.handlers.all[index];
    if (node === undefined) {
      this.#stack.pop();
      return undefined;
    }
    if (index < top.last) top.round += 1;
    top.last = index;
    return {node, position: [...top.at, top.round, index], handler: true};
  }

  #finish(top: ListFrame): void {
    this.#stack.pop();
    if (top.section === undefined) return;
    if (top.section.name !== 'always' && top.section.of.always.length > 0)
      this.#openSection(top.section, 'always', false);
    else if (top.failing === true) this.#unwind();
  }

  #openSection(
    {of, at}: {readonly of: PlayBlock; readonly at: Position},
    name: 'block' | 'rescue' | 'always',
    failing: boolean,
  ): void {
    this.#stack.push({
      kind: 'list',
      nodes: of[name],
      at: [...at, sectionOrder[name]],
      index: 0,
      section: {of, at, name},
      failing,
    });
  }
}

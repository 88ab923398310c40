import pLimit, {type LimitFunction} from 'p-limit';
import type {VarsLayer} from '../inventory/types.js';
import type {Play, TaskNode} from '../playbook/types.js';
import type {LookupHost} from '../template/types.js';
import {HandlerTable} from './handlers.js';
import type {FlushNode, HostState} from './host_state.js';
import {type EffectiveKeywords, effectiveKeywords} from './keywords.js';
import type {Run} from './run_context.js';

type Node = TaskNode | FlushNode;

/** One play of a run while it is worked on: who is in it, who is left, and what its tasks inherit. */
export class PlayRun {
  readonly handlers: HandlerTable;
  /** The hosts of the present batch and how far each is. */
  readonly states = new Map<string, HostState>();
  /** Variables of the play that had to be asked for or read: vars_prompt and, for each host, vars_files. */
  readonly promptLayers: VarsLayer[] = [];
  readonly fileLayers = new Map<string, readonly VarsLayer[]>();
  batch: readonly string[] = [];
  /** Ends the play (`end_play`), the batch (`end_batch`) or the whole run (too many failures). */
  ends: 'batch' | 'play' | 'run' | undefined;
  readonly #keywords = new WeakMap<Node, EffectiveKeywords>();
  readonly #gates = new WeakMap<Node, LimitFunction>();
  readonly #lookups = new WeakMap<Node, LookupHost>();

  constructor(
    readonly run: Run,
    readonly play: Play,
    readonly name: string,
    readonly hosts: readonly string[],
    readonly maxFailPercentage: number | undefined,
  ) {
    this.handlers = new HandlerTable(play.handlers);
  }

  /** Hosts of the play that have not failed and can be reached (Ansible's ansible_play_hosts). */
  get alive(): readonly string[] {
    return this.hosts.filter((host) => !this.run.failed.has(host) && !this.run.unreachable.has(host));
  }

  /** Hosts of the batch that still take part. */
  get statesLeft(): readonly HostState[] {
    return [...this.states.values()].filter(({out}) => out === undefined);
  }

  /** Whether more of the batch have failed than `max_fail_percentage` lets; who cannot be reached does not count, as in Ansible. */
  tooManyFailed(): boolean {
    if (this.maxFailPercentage === undefined) return false;
    const failed = this.batch.filter((host) => this.run.failed.has(host));
    return (failed.length / Math.max(1, this.batch.length)) * 100 > this.maxFailPercentage;
  }

  keywordsOf(node: TaskNode): EffectiveKeywords {
    let found = this.#keywords.get(node);
    if (found === undefined) {
      found = effectiveKeywords(node.scopes);
      this.#keywords.set(node, found);
    }
    return found;
  }

  lookupsOf(node: TaskNode): LookupHost {
    let found = this.#lookups.get(node);
    if (found === undefined) {
      found = this.run.options.lookups(node);
      this.#lookups.set(node, found);
    }
    return found;
  }

  /** The limit that all hosts of the batch share on a task with `throttle`. */
  gateOf(node: TaskNode, throttle: number): LimitFunction {
    let found = this.#gates.get(node);
    if (found === undefined) {
      found = pLimit(throttle);
      this.#gates.set(node, found);
    }
    return found;
  }

  layersOf(host: string, node: TaskNode): readonly VarsLayer[] {
    return [...this.promptLayers, ...(this.fileLayers.get(host) ?? []), ...this.keywordsOf(node).layers];
  }
}

import type {TaskRef} from '../events/types.js';
import type {Module} from '../module/types.js';
import type {Task} from '../playbook/types.js';
import type {HostState} from './host_state.js';
import type {EffectiveKeywords} from './keywords.js';
import type {PlayRun} from './play_context.js';

/** One task that one host is about to do. */
export interface HostTask {
  readonly play: PlayRun;
  readonly host: string;
  readonly task: Task;
  readonly module: Module;
  readonly keywords: EffectiveKeywords;
  readonly ref: TaskRef;
  /** The hosts that get what it registers and learns: its own, or under run_once all of the batch. */
  readonly receivers: readonly string[];
  /** The host's way through the play, for reading ahead. */
  readonly state: HostState | undefined;
  /** Check mode: it is a handler that only a conditional change has woken. */
  readonly wokenBy?: string;
}

/** Thrown through a task when the second interruption came: it has no outcome. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'Interrupted';
  }
}

import type {LimitFunction} from 'p-limit';
import type {Where} from '../errors/index.js';
import type {RunEvent, RunStats, TaskRef} from '../events/types.js';
import type {HostSession} from '../transport/types.js';
import type {AnswerStore} from './answers.js';
import type {ContentCache} from './controller.js';
import type {EffectsLedger} from './effects.js';
import type {ConnectionOf, RunOptions, RunSettings} from './options.js';
import type {PredictionStore} from './predictions.js';

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'at'> : never;
/** An event before it is stamped with the time. */
export type NewEvent = WithoutTime<RunEvent>;

export type Settings = Required<Omit<RunSettings, 'limit' | 'startAtTask' | 'taskTimeoutMs'>> &
  Pick<RunSettings, 'limit' | 'startAtTask' | 'taskTimeoutMs'>;

/** What lasts as long as a run and is shared by all its plays. */
export interface Run {
  readonly options: RunOptions;
  readonly settings: Settings;
  readonly connectionOf: ConnectionOf;
  emit(event: NewEvent): void;
  /** A warning, shown once however often it comes up. */
  warn(message: string, where?: Where): void;
  readonly forks: LimitFunction;
  readonly effects: EffectsLedger;
  /** What was read ahead; undefined when that is switched off. */
  readonly answers: AnswerStore | undefined;
  readonly stats: () => RunStats;
  /** Hosts that are out of this play and all later ones. */
  readonly failed: Set<string>;
  /** Hosts that failed for all: by a refusal of the whole play, or in a task done once. */
  readonly failedForAll: Set<string>;
  readonly unreachable: Map<string, string>;
  /** Check mode: what earlier tasks would have done to a host. */
  predictionsOf(host: string): PredictionStore;
  /** Sessions in use, by the inventory's name, for trip counts. */
  readonly sessions: Map<string, HostSession>;
  /** Check mode: variables computed from what only a real run can tell, for each host. */
  marksOf(host: string): Map<string, string>;
  readonly inFlight: Map<string, TaskRef>;
  /** Groups that group modules made, the empty ones too: naming one in a play is no mistake. */
  readonly namedGroups: Set<string>;
  readonly contents: ContentCache;
  /** Aborted by the second interruption; what runs on hosts ends. */
  readonly kill: AbortSignal;
  /** True after the first interruption: no new task begins. */
  readonly stopping: () => boolean;
  /** Set by `--start-at-task` until that task is met. */
  awaitedTask: string | undefined;
  /** Set when `--step` was answered with "continue". */
  stepping: boolean;
  /** No further play is begun: a whole batch was lost, or too many hosts failed. */
  ended: boolean;
}

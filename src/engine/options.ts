import type {Where} from '../errors/index.js';
import type {EmitEvent} from '../events/types.js';
import type {ModuleRegistry} from '../module/registry.js';
import type {Loader, Playbook, Scope} from '../playbook/types.js';
import type {Masker} from '../shell/index.js';
import type {LookupHost, TemplateEngine} from '../template/types.js';
import type {SessionPool} from '../transport/types.js';
import type {ConnectionSource, HostConnection} from '../vars/connection.js';
import type {RunVariables} from '../vars/types.js';

/** Time as the engine knows it; tests pass one of their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Random {
  bytes(count: number): Buffer;
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** Turns `ansible_*` variables, keywords and the command line's defaults into the way to a host. */
export type ConnectionOf = (source: ConnectionSource) => HostConnection;

/** Where files named in a task are looked for. */
export interface Near {
  readonly scopes: readonly Scope[];
  readonly where: Where;
}

export interface RunSettings {
  /** How many hosts are worked on at once. Ansible's default is 5; ours is 50: a session costs little here. */
  readonly forks?: number;
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  /** `--limit` as written: a pattern, or `@file`. */
  readonly limit?: string;
  /** Passes over all tasks before the first of this name (`*` and `?` are wildcards). */
  readonly startAtTask?: string;
  readonly forceHandlers?: boolean;
  readonly verbosity?: number;
  /** A task that takes longer fails; none by default. `timeout:` of a task is stronger. */
  readonly taskTimeoutMs?: number;
  /** Probes of coming tasks ride along with the present one; on by default, invisible but for the trips it saves. */
  readonly readAhead?: boolean;
  /** How long a host may be looked for when a link breaks while a task waits. */
  readonly reconnectMs?: number;
}

export interface RunOptions {
  readonly playbooks: readonly Playbook[];
  readonly variables: RunVariables;
  readonly templates: TemplateEngine;
  readonly loader: Loader;
  readonly modules: ModuleRegistry;
  readonly sessions: SessionPool;
  readonly connectionOf: ConnectionOf;
  /** Files, environment and patterns for lookups in templates of this place. */
  lookups(near: Near): LookupHost;
  readonly masker: Masker;
  readonly emit: EmitEvent;
  readonly clock: Clock;
  readonly random: Random;
  /** The first interruption: the run stops when the present tasks are done. */
  readonly signal?: AbortSignal;
  /** The second: what runs on hosts is killed. */
  readonly kill?: AbortSignal;
  /** Reads a line from the terminal; undefined where there is none. */
  prompt?(text: string, options: {readonly echo: boolean}): Promise<string | undefined>;
  /** `--step`: asked before each task. */
  step?(taskName: string): Promise<'yes' | 'no' | 'continue'>;
  /** `meta: refresh_inventory`. */
  refreshInventory?(): Promise<void>;
  /** A folder that persists between runs. */
  readonly cacheDir: string;
  readonly settings?: RunSettings;
}

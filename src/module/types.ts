import type {Duplex} from 'node:stream';
import type {z} from 'zod';
import type {Script} from '../shell/index.js';
import type {UploadContent} from '../transport/types.js';

export type Data = Readonly<Record<string, unknown>>;
/** zod object schemas made with the helpers of params.ts. */
export type ParamsSchema = z.ZodType<object>;

// ── What a module touches and reads ────────────────────────────────────────

/**
 * Something on a host that a module reads or changes. `path` covers everything below it too:
 * two path resources overlap when one is the other or lies under it. Other kinds overlap when kind and name are equal,
 * or one's name is `*`.
 */
export type Resource = {readonly kind: 'path'; readonly path: string} | {readonly kind: string; readonly name: string};

/** The state of a path that modules leave as their prediction and read from one another in check mode. */
export interface PathState {
  readonly type: 'absent' | 'file' | 'directory' | 'link' | 'other';
  /** Octal without leading zero, as `644`. */
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
  readonly sha256?: string;
  /** The content, where the module knows it and it is no secret. */
  readonly content?: Buffer;
  readonly target?: string;
}

/** What a resource will be after a predicted change; `state` undefined where only a real run can tell. */
export interface Prediction {
  readonly resource: Resource;
  readonly state?: unknown;
}

/** Predictions of earlier tasks on this host, in check mode; empty in a real run. */
export interface Predicted {
  /** The latest prediction for exactly this resource. */
  get(resource: Resource): Prediction | undefined;
  /** Whether anything predicted overlaps these resources. */
  touches(resources: readonly Resource[]): boolean;
}

// ── Diffs ──────────────────────────────────────────────────────────────────

/** What changes, for `--diff` and for comparing a prediction with what came of it. */
export type Diff =
  | {readonly kind: 'text'; readonly path: string; readonly before: string; readonly after: string}
  /** Attributes or settings; a key absent on one side is left out there. `subject` is a path or `service k3s`. */
  | {readonly kind: 'values'; readonly path: string; readonly before: Data; readonly after: Data}
  /** A change whose content is not shown: secret, binary or large. */
  | {readonly kind: 'hidden'; readonly path: string; readonly why: string};

// ── Steps ──────────────────────────────────────────────────────────────────

export interface StepOutput {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Says how a wait stands after one look: done, still waiting (with a word on progress), or failed early with the cause. */
export type WaitVerdict =
  | {readonly wait: 'done'; readonly data?: Data}
  | {readonly wait: 'more'; readonly progress?: string}
  | {readonly wait: 'failed'; readonly why: string; readonly hint?: string};

/** A host while the controller converses with it: what it can reach, and scripts whose answers decide what is asked next. */
export interface HostNetwork {
  /** Runs a script; of its output at most `maxBytes` are kept, and `truncated` says that there was more. */
  ask(
    script: Script,
    maxBytes: number,
  ): Promise<{readonly rc: number; readonly stdout: Buffer; readonly stderr: string; readonly truncated: boolean}>;
  /** A word on how far things are, for people. */
  progress(message: string): void;
  /** Throws ForwardRefusedError with the host's own words, TransportError where nothing answers in time. */
  connect(address: string, port: number, options?: {readonly timeoutMs?: number}): Promise<Duplex>;
  /** Fires when the deadline has passed or the run is given up. */
  readonly signal: AbortSignal;
}

/** One thing done on a host. Steps run in order; the first that fails ends the task. No script blocks over 10 s: use `wait`. */
export type Step =
  | {
      readonly step: 'script';
      /** What it does, as a person would say it: "start k3s". */
      readonly title: string;
      readonly script: Script;
      /** Exit codes that are no failure; [0] by default. */
      readonly okCodes?: readonly number[] | 'any';
      readonly stdin?: Buffer;
      readonly cwd?: string;
      /** The user's own command may take as long as it takes. */
      readonly mayBlock?: boolean;
    }
  | {
      readonly step: 'upload';
      readonly title: string;
      readonly content: UploadContent;
      readonly to: string;
      /** Octal; `0600` for secrets. */
      readonly mode: string;
      readonly owner?: string;
      readonly group?: string;
    }
  | {
      readonly step: 'fetch';
      readonly title: string;
      readonly from: string;
      readonly maxBytes?: number;
      readonly to: string;
    }
  | {
      readonly step: 'wait';
      /** Shown while waiting: "k3s on server2 to be ready". */
      readonly title: string;
      readonly probe: Script;
      until(output: StepOutput): WaitVerdict;
      readonly everyMs: number;
      readonly deadlineMs: number;
      /** A systemd unit whose journal is followed; lines that match a known cause end the wait early. */
      readonly follow?: {
        readonly journal: string;
        cause(line: string): {readonly why: string; readonly hint?: string} | undefined;
      };
    }
  | {
      readonly step: 'converse';
      readonly title: string;
      /**
       * The controller speaks with what the host can reach (a database, etcd, an API): a library of the controller's, over
       * streams that begin on the host. `before` has the outcomes of the steps before it. What it throws fails the task;
       * streams it leaves open are closed.
       */
      talk(network: HostNetwork, before: readonly StepOutcome[]): Promise<Data>;
      readonly deadlineMs: number;
    }
  | {readonly step: 'reconnect'; readonly title: string; readonly deadlineMs: number; readonly newBoot: boolean}
  | {readonly step: 'reset_connection'; readonly title: string};

export interface StepOutcome extends StepOutput {
  readonly title: string;
  /** A wait's `done` data, or what a conversation came to. */
  readonly data?: Data;
  /** A fetch's bytes. */
  readonly bytes?: Buffer;
}

// ── Plans of state modules ─────────────────────────────────────────────────

export type Plan =
  | {readonly plan: 'same'; readonly result?: Data}
  | {
      readonly plan: 'change';
      readonly diff: readonly Diff[];
      readonly steps: readonly Step[];
      readonly touches: readonly Resource[];
      readonly after?: readonly Prediction[];
      readonly result?: Data;
      readonly warnings?: readonly string[];
    }
  /** Only doing it can tell: a real run does the steps and asks `result` whether something changed; check mode says `conditional`. */
  | {
      readonly plan: 'cannotTell';
      readonly why: string;
      readonly steps: readonly Step[];
      readonly touches: readonly Resource[];
    }
  /** What is wanted cannot be had from what is there. */
  | {readonly plan: 'fail'; readonly why: string; readonly hint?: string; readonly result?: Data};

/** What a module says at the end; `data` is what `register` sees beside Ansible's common keys. */
export interface ModuleResult {
  readonly changed: boolean;
  readonly failed?: boolean;
  readonly msg?: string;
  readonly hint?: string;
  readonly diff?: readonly Diff[];
  readonly data?: Data;
  readonly warnings?: readonly string[];
  /** Host facts (`ansible_facts`), and plain variables as set_fact makes them. */
  readonly facts?: Data;
  readonly variables?: Data;
}

// ── What the engine hands to modules ───────────────────────────────────────

/** The controller as `prepare` sees it: read only. */
export interface Controller {
  /** The path of a file beside the role or playbook; throws with every place that was looked in. */
  findFile(kind: 'files' | 'templates', name: string): string;
  readFile(path: string): Promise<Buffer>;
  /** Content of a file for an upload, hashed; large files are not read into memory. */
  contentOf(path: string): Promise<UploadContent>;
  contentOfBytes(bytes: Buffer | string): UploadContent;
  /** Renders a template's text with the task's variables. */
  renderTemplate(text: string, file: string, extra?: Data): string;
  /** Files below a folder, relative, sorted. */
  listFiles(directory: string): Promise<readonly string[]>;
  /** Work that hosts share: done once a run for each key; after a failure, the next that asks tries again. */
  once<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** A folder that persists between runs, for downloads kept by hash. */
  readonly cacheDir: string;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

export interface HostView {
  readonly name: string;
  readonly checkMode: boolean;
  readonly diffMode: boolean;
  /** Facts of this host that are known so far. */
  readonly facts: Data;
  readonly become: boolean;
  readonly user: string | undefined;
}

interface ModuleBase<P extends ParamsSchema> {
  readonly name: string;
  readonly summary: string;
  /** Longer text for `doc`; Markdown. */
  readonly description?: string;
  /** The module's Ansible names, `ansible.builtin.copy`; the short name is understood always. */
  readonly aliases?: readonly string[];
  readonly params: P;
  /** What `register` sees beside the common keys: name to one line of explanation. */
  readonly returns?: Readonly<Record<string, string>>;
  readonly examples: readonly ModuleExample[];
  /** Which parameter takes free-form text (`command: echo hi`). */
  readonly freeForm?: string;
}

export interface ModuleExample {
  readonly name: string;
  readonly params: Data;
}

/** How far an effect can reach: this host's files, users and packages, or anything in the run (commands, services, clusters). */
export type Reach = 'host' | 'run';

export interface StateModule<P extends ParamsSchema = ParamsSchema, Seen = unknown, Prepared = unknown>
  extends ModuleBase<P> {
  readonly kind: 'state';
  readonly reach: Reach;
  /** Whether an answer may be read ahead (files, users, packages) or only in the task's own turn (services, ports, processes, etcd, APIs). */
  readonly probeIs: 'stable' | 'volatile';
  prepare?(params: z.output<P>, controller: Controller, host: HostView): Promise<Prepared>;
  /** Resources the probe reads; overlaps with predictions are looked up by these. */
  reads(params: z.output<P>): readonly Resource[];
  /** A POSIX script that reads and changes nothing. */
  probe(params: z.output<P>, prepared: Prepared, host: HostView): Script;
  parse(output: StepOutput, params: z.output<P>): Seen;
  /** Check mode: what was seen, corrected by what earlier tasks would have done; undefined if that cannot be told. */
  overlay?(seen: Seen, predicted: Predicted, params: z.output<P>, prepared: Prepared): Seen | undefined;
  /** Pure. */
  plan(params: z.output<P>, seen: Seen, prepared: Prepared, host: HostView): Plan;
  /** After the steps of a change or of cannotTell; without it a change is `changed` with the plan's result. */
  result?(params: z.output<P>, seen: Seen, outcomes: readonly StepOutcome[], prepared: Prepared): ModuleResult;
}

export type CheckBehaviour =
  /** Check mode skips the task, as Ansible does with command. */
  | 'skip'
  /** It changes nothing and so runs in check mode too (stat, slurp). */
  | 'run'
  /** `predict` says what would happen, from a probe. */
  | 'predict';

export interface ActionModule<P extends ParamsSchema = ParamsSchema, Prepared = unknown> extends ModuleBase<P> {
  readonly kind: 'action';
  readonly reach: Reach;
  readonly check: CheckBehaviour;
  /** True when no step changes anything on any host: not an effect for reading ahead. */
  readonly readOnly?: boolean;
  prepare?(params: z.output<P>, controller: Controller, host: HostView): Promise<Prepared>;
  reads?(params: z.output<P>): readonly Resource[];
  touches?(params: z.output<P>): readonly Resource[];
  /** With `check: 'predict'`: a reading script and what it means. Undefined: skip after all. */
  predict?(
    params: z.output<P>,
    prepared: Prepared,
    host: HostView,
  ):
    | {readonly probe: Script; parse(output: StepOutput, predicted: Predicted): ModuleResult | 'conditional'}
    | undefined;
  steps(params: z.output<P>, prepared: Prepared, host: HostView): readonly Step[];
  result(
    params: z.output<P>,
    outcomes: readonly StepOutcome[],
    prepared: Prepared,
    host: HostView,
  ): ModuleResult | Promise<ModuleResult>;
}

/** One host as a group module sees it: what its probe said, or that nothing is known, which is never the same as "nothing there". */
export type GroupSighting<Seen> =
  /** `atMs`: when its answer came, by the controller's clock, in milliseconds since 1970. */
  | {readonly seen: 'known'; readonly value: Seen; readonly atMs: number}
  | {readonly seen: 'unknown'; readonly why: string};

export interface GroupEntry<Params, Seen> {
  readonly host: string;
  readonly groups: readonly string[];
  readonly params: Params;
  /** In this play's hosts, or read only because the module's scope says so (`--limit`). */
  readonly inPlay: boolean;
  readonly sighting: GroupSighting<Seen>;
  /** A variable of this host, templated; undefined when nobody defined it. */
  variable(name: string): unknown;
  /** Where a variable was written, or a member of its mapping, for refusals. */
  whereOf(name: string, member?: string): string | undefined;
  /** Where the inventory names the host. */
  readonly where?: string;
  readonly predicted: Predicted;
}

export interface Refusal {
  /** Hosts it speaks of; all of the play when empty. */
  readonly hosts: readonly string[];
  readonly what: string;
  /** file:line of the variable that is to be mended, when there is one. */
  readonly where?: string;
  /** That line holds a secret: it is named and not shown. */
  readonly secretLine?: boolean;
  readonly hint: string;
}

export interface GroupPlan {
  /** Variables for each host, as set_fact makes them. */
  readonly variables?: ReadonlyMap<string, Data>;
  /** Groups made for this run, with their hosts; later plays may name them even where they are empty. */
  readonly groups?: ReadonlyMap<string, readonly string[]>;
  readonly refusals: readonly Refusal[];
  readonly warnings?: readonly string[];
  /** Lines shown to the user before anything is touched. */
  readonly shows?: readonly string[];
  readonly data?: Data;
}

export interface GroupModule<P extends ParamsSchema = ParamsSchema, Seen = unknown> extends ModuleBase<P> {
  readonly kind: 'group';
  /** Inventory groups whose hosts are all read, whatever the play's hosts and `--limit` say. */
  scope(params: z.output<P>): readonly string[];
  probe(params: z.output<P>, host: HostView): Script;
  parse(output: StepOutput, params: z.output<P>): Seen;
  /** Pure; once over all hosts. */
  plan(
    entries: readonly GroupEntry<z.output<P>, Seen>[],
    run: {readonly checkMode: boolean; readonly now: Date; readonly random: (bytes: number) => Buffer},
  ): GroupPlan;
}

/** The narrow view of a run that control modules get. */
export interface RunView {
  readonly host: string;
  readonly checkMode: boolean;
  readonly verbosity: number;
  /** Evaluates a bare expression with the task's variables. */
  evaluate(expression: string): unknown;
  /** A conditional; a list is AND. */
  test(expression: string | boolean): boolean;
  readonly playHosts: readonly string[];
  findFile(kind: 'files' | 'templates' | 'vars', name: string): string;
  /** Reads a line from the terminal; undefined where there is none. */
  prompt(text: string, options: {readonly echo: boolean}): Promise<string | undefined>;
  sleep(durationMs: number): Promise<void>;
}

/** What a control module asks of the engine, besides its result. */
export type ControlEffect =
  | {readonly effect: 'meta'; readonly action: string}
  | {readonly effect: 'add_host'; readonly name: string; readonly groups: readonly string[]; readonly values: Data}
  | {readonly effect: 'group_by'; readonly group: string; readonly parents: readonly string[]}
  | {readonly effect: 'include_vars'; readonly file: string; readonly into?: string};

export interface ControlModule<P extends ParamsSchema = ParamsSchema> extends ModuleBase<P> {
  readonly kind: 'control';
  /** Runs once for all hosts, as Ansible's add_host and pause do; its result goes to all of them. */
  readonly once?: boolean;
  run(
    params: z.output<P>,
    view: RunView,
  ): Promise<ModuleResult & {readonly effects?: readonly ControlEffect[]; readonly cacheable?: boolean}>;
}

export type Module = StateModule | ActionModule | GroupModule | ControlModule;

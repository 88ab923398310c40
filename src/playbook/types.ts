import type {Where} from '../errors/index.js';
import type {VarsLayer} from '../inventory/types.js';

/** A value as written in YAML, not yet templated, with its place. */
export interface Written {
  readonly value: unknown;
  readonly where: Where;
}

/** A bare expression (`when`, `until`, ...); a list in YAML gives several, joined by AND. */
export interface Expression {
  readonly text: string | boolean;
  readonly where: Where;
}

/** Keywords that plays, roles, includes, blocks and tasks share, each as written. */
export interface Keywords {
  readonly when?: readonly Expression[];
  readonly tags?: readonly string[];
  readonly become?: Written;
  readonly becomeUser?: Written;
  readonly becomeMethod?: Written;
  readonly becomeFlags?: Written;
  readonly becomeExe?: Written;
  readonly environment?: Written;
  readonly ignoreErrors?: Written;
  readonly ignoreUnreachable?: Written;
  readonly noLog?: Written;
  readonly checkMode?: Written;
  readonly diff?: Written;
  readonly delegateTo?: Written;
  readonly delegateFacts?: Written;
  readonly runOnce?: Written;
  readonly throttle?: Written;
  readonly anyErrorsFatal?: Written;
  readonly moduleDefaults?: Written;
  readonly connection?: Written;
  readonly remoteUser?: Written;
  readonly port?: Written;
  readonly timeout?: Written;
  readonly notify?: readonly Written[];
}

/** One level of inheritance around a task; keywords of an inner scope win, `when`, tags and environment add up. */
export interface Scope {
  readonly origin: 'play' | 'role' | 'include' | 'block' | 'task';
  readonly keywords: Keywords;
  /** Variables this scope brings (play vars, role defaults/vars/params, include vars, block vars, task vars). */
  readonly layers: readonly VarsLayer[];
  readonly where: Where;
  readonly role?: RoleRef;
}

export interface RoleRef {
  readonly name: string;
  readonly path: string;
  /** Names of the roles that led here, outermost first (Ansible's ansible_parent_role_names). */
  readonly parents: readonly string[];
  /** The entry of meta/argument_specs.yml that these tasks are held to. */
  readonly argumentSpec?: Written;
  /**
   * Roles of `roles:` and dependencies run once for each host however often they are asked for alike: where a host has
   * run a task of another `instance` of the same `key`, this instance's tasks are passed over in silence.
   */
  readonly once?: {readonly key: string; readonly instance: number};
}

/** A module's arguments: a mapping, or `command: free form` text, or nothing. */
export type RawArgs =
  | {
      readonly kind: 'mapping';
      readonly values: Readonly<Record<string, unknown>>;
      readonly where: Where;
      whereOf(key: string): Where;
      /** `args:` given as a template: what it renders to lies beneath these. */
      readonly beneath?: Written;
    }
  | {
      readonly kind: 'freeForm';
      readonly text: string;
      readonly where: Where;
      readonly extra: Readonly<Record<string, unknown>>;
      readonly beneath?: Written;
    }
  | {readonly kind: 'template'; readonly text: string; readonly where: Where};

export interface ModuleRef {
  /** As written, for messages: `ansible.builtin.copy`. */
  readonly written: string;
  /** The registry's short name: `copy`. */
  readonly name: string;
  readonly where: Where;
}

export interface Loop {
  /** `loop`, `items` (with_items flattens one level), `first_found`, `fileglob`, `dict`, and so on for with_X. */
  readonly kind: string;
  readonly items: Written;
  readonly loopVar: string;
  readonly indexVar?: string;
  readonly label?: Written;
  readonly pauseMs?: number;
  readonly extended: boolean;
}

interface NodeBase {
  /** Stable within a run: file:line:column plus the path of includes that led to it. */
  readonly id: string;
  readonly name?: Written;
  readonly where: Where;
  /** Outermost first, the node's own last. */
  readonly scopes: readonly Scope[];
}

export interface Task extends NodeBase {
  readonly kind: 'task';
  readonly module: ModuleRef;
  readonly args: RawArgs;
  readonly register?: string;
  readonly loop?: Loop;
  readonly until?: readonly Expression[];
  readonly retries?: Written;
  readonly delay?: Written;
  readonly changedWhen?: readonly Expression[];
  readonly failedWhen?: readonly Expression[];
  readonly async?: Written;
  readonly poll?: Written;
  /** Handlers only: the topics they listen to besides their name. */
  readonly listen?: readonly string[];
}

export interface Block extends NodeBase {
  readonly kind: 'block';
  readonly block: readonly TaskNode[];
  readonly rescue: readonly TaskNode[];
  readonly always: readonly TaskNode[];
}

/** include_tasks and include_role: expanded for each host when the run reaches them. import_* never appear here: they are expanded at load. */
export interface Include extends NodeBase {
  readonly kind: 'include';
  readonly what: 'tasks' | 'role';
  /** The file or the role's name, templated. */
  readonly target: Written;
  readonly tasksFrom?: Written;
  readonly handlersFrom?: Written;
  readonly varsFrom?: Written;
  readonly defaultsFrom?: Written;
  /** `apply:` keywords, given to every included task. */
  readonly apply?: Keywords;
  /** `vars:` inside `apply:`. */
  readonly applyVars?: VarsLayer;
  /** include_role: whether the role's variables are seen by the rest of the play. */
  readonly public?: Written;
  readonly loop?: Loop;
  readonly register?: string;
}

export type TaskNode = Task | Block | Include;

export interface Handler extends Task {
  readonly role?: RoleRef;
}

export interface Serial {
  readonly kind: 'count' | 'percent';
  readonly value: number;
}

export interface Play {
  readonly name: Written;
  readonly where: Where;
  /** The playbook's folder: base of relative files, of group_vars, roles/ and modules/. */
  readonly directory: string;
  readonly file: string;
  readonly hosts: Written;
  readonly scope: Scope;
  readonly gatherFacts?: Written;
  readonly gatherSubset?: Written;
  readonly serial?: Written;
  readonly strategy?: Written;
  readonly order?: string;
  readonly maxFailPercentage?: Written;
  readonly forceHandlers?: Written;
  readonly varsFiles: readonly Written[];
  readonly varsPrompt: readonly VarsPrompt[];
  readonly preTasks: readonly TaskNode[];
  /** Tasks of `roles:`, already expanded, roles' dependencies before them. */
  readonly roles: readonly TaskNode[];
  readonly tasks: readonly TaskNode[];
  readonly postTasks: readonly TaskNode[];
  readonly handlers: readonly (Handler | Block | Include)[];
}

export interface VarsPrompt {
  readonly name: string;
  readonly prompt: string;
  readonly private: boolean;
  readonly default?: unknown;
  readonly confirm: boolean;
}

export interface Playbook {
  readonly file: string;
  readonly plays: readonly Play[];
}

/** What include_tasks and include_role need at run time. */
export interface Loader {
  loadPlaybook(file: string): Playbook;
  /** Tasks of a file, below the include's scopes. `from` is the including node. */
  includeTasks(from: Include, file: string, extraLayers: readonly VarsLayer[]): readonly TaskNode[];
  includeRole(
    from: Include,
    role: string,
    files: {tasksFrom?: string; handlersFrom?: string; varsFrom?: string; defaultsFrom?: string},
    extraLayers: readonly VarsLayer[],
  ): {
    readonly tasks: readonly TaskNode[];
    readonly handlers: readonly (Handler | Block | Include)[];
    /** Defaults and variables that the rest of the play sees if the include says `public: true`. */
    readonly leaked?: readonly VarsLayer[];
  };
  /** As includeTasks, with the handlers of roles that the file imports. */
  includeTasksAndHandlers(
    from: Include,
    file: string,
    extraLayers: readonly VarsLayer[],
  ): {
    readonly tasks: readonly TaskNode[];
    readonly handlers: readonly (Handler | Block | Include)[];
  };
  /** Variables of a file for include_vars and vars_files. */
  loadVars(file: string, level: VarsLayer['level']): VarsLayer;
  /** Where a file named in a task is looked for: the role's folder of that kind, the task file's folder, the playbook's; first hit, or an error that lists all places. */
  findFile(
    kind: 'files' | 'templates' | 'vars' | 'tasks',
    name: string,
    near: {readonly scopes: readonly Scope[]; readonly where: Where},
  ): string;
  searchPaths(
    kind: 'files' | 'templates' | 'vars' | 'tasks',
    near: {readonly scopes: readonly Scope[]; readonly where: Where},
  ): readonly string[];
}

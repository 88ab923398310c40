import type {Where} from '../errors/index.js';
import type {VarsLayer} from '../inventory/types.js';
import type {ActionReader} from './action.js';
import type {RoleFiles} from './role_files.js';
import type {Block, Handler, Include, Keywords, RoleRef, Scope, TaskNode} from './types.js';
import type {SourceFiles, Warn} from './view.js';

export type HandlerNode = Handler | Block | Include;

/** What is the same for everything one loader builds. */
export interface LoadContext {
  readonly files: SourceFiles;
  readonly actions: ActionReader;
  readonly warn: Warn;
  /** Renders names of static imports (`import_tasks: "{{ x }}.yml"`) before the run; may be missing. */
  readonly renderStatic: ((text: string, layers: readonly VarsLayer[], where: Where) => unknown) | undefined;
  readonly rolesPath: readonly string[];
  readonly collectionsPath: readonly string[];
  /** Roles hold tasks and tasks import roles; this keeps the two files from importing each other. */
  readonly importRole: (context: LoadContext, around: Around, call: RoleCall, files: RoleFiles) => TaskNode[];
  /** Whether the registry has `validate_argument_spec`, so that roles with specs begin with that task. */
  readonly validatesArguments: boolean;
}

/** A role as an entry of `roles:`, a dependency or an include asks for it. */
export interface RoleCall {
  readonly name: string;
  readonly where: Where;
  readonly keywords?: Keywords;
  /** `vars:` of the entry. */
  readonly vars?: Readonly<Record<string, unknown>> | undefined;
  /** Members of the entry that are no keywords. */
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** Under what one call of a role stands: it runs only if these hold. */
export interface RoleSite {
  readonly tags: string;
  readonly when: readonly string[];
}

/** What gathers while one play (or one dynamic include) is built. */
export interface Gathered {
  /** The playbook's folder. */
  readonly directory: string;
  readonly handlers: HandlerNode[];
  /** Defaults and vars of static roles, which the whole play sees. */
  readonly leaked: VarsLayer[];
  /** Roles of `roles:` and dependencies by what they were called with, and under which tags and conditions each stands. */
  readonly seenRoles: Map<string, RoleSite[]>;
  /** Handler files by what they were brought in with: each is there once. */
  readonly seenHandlers: Set<string>;
}

/** What surrounds the nodes being built. */
export interface Around {
  readonly scopes: readonly Scope[];
  /** Sites of the imports and roles that led here; part of every node's id. */
  readonly path: string;
  readonly gathered: Gathered;
  readonly isHandler: boolean;
  readonly role?: RoleRef | undefined;
  /** Files and roles being expanded, to see circles. */
  readonly stack: readonly string[];
}

export const idAt = (around: Around, where: Where): string =>
  `${around.path}${where.file}:${where.line}:${where.column}`;

export const within = (around: Around, scope: Scope, site?: Where): Around => ({
  ...around,
  scopes: [...around.scopes, scope],
  path: site ? `${idAt(around, site)}>` : around.path,
});

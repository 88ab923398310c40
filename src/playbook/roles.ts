/** Roles: their dependencies, variables, tasks and handlers, with the scopes they lay around them. */
import path from 'node:path';
import {PlaybookError, type Where} from '../errors/index.js';
import type {Values, VarsLayer} from '../inventory/types.js';
import {type Around, idAt, type LoadContext, type RoleCall, type RoleSite, within} from './around.js';
import {readKeywords, readVars, roleKeywords} from './keywords.js';
import {tasksOfFile} from './nodes.js';
import {argumentSpec, findRole, type RoleFiles, roleFile, roleMeta, roleVariables} from './role_files.js';
import {playDirectory} from './search.js';
import type {Keywords, RoleRef, Scope, TaskNode, Written} from './types.js';
import {isMapping, kindOf} from './view.js';

interface RoleVariables {
  readonly defaults: readonly VarsLayer[];
  readonly vars: readonly VarsLayer[];
}

/** Tasks of the entries of `roles:`, dependencies first; handlers and leaking variables are gathered on the way. */
export function rolesOf(context: LoadContext, around: Around, entries: readonly Written[]): TaskNode[] {
  return entries.flatMap((entry) => {
    const expanded = expandRole(context, around, roleCall(context, entry), {}, 'once');
    around.gathered.leaked.push(...expanded.leaks);
    return expanded.tasks;
  });
}

/** import_role: as if the role's tasks stood here; runs each time it is named. */
export function importRole(context: LoadContext, around: Around, call: RoleCall, files: RoleFiles): TaskNode[] {
  const expanded = expandRole(context, around, call, files, 'always');
  around.gathered.leaked.push(...expanded.leaks);
  return expanded.tasks;
}

/** include_role, at run time: its variables stay its own, unless the include is public and the run hands `leaks` on. */
export const includedRole = (
  context: LoadContext,
  around: Around,
  call: RoleCall,
  files: RoleFiles,
): Pick<Expanded, 'tasks' | 'leaks'> => expandRole(context, around, call, files, 'always');

function roleCall(context: LoadContext, {value, where}: Written): RoleCall {
  if (typeof value === 'string') return {name: value, where};
  if (!isMapping(value))
    throw new PlaybookError({
      what: `a role is ${kindOf(value)}, not a name`,
      where,
      hint: 'write `- NAME` or `- role: NAME`',
    });
  const view = context.files.view(value, where);
  const name = view.get('role') ?? view.get('name');
  if (typeof name !== 'string')
    throw new PlaybookError({what: 'this entry names no role', where, hint: 'write `role: NAME` beside its keywords'});
  const params = Object.fromEntries(Object.entries(value).filter(([key]) => !roleKeywords.has(key)));
  return {
    name,
    where: view.where,
    keywords: readKeywords(view, context.warn),
    vars: readVars(view, 'role'),
    ...(Object.keys(params).length > 0 ? {params} : {}),
  };
}

interface Expanded extends RoleVariables {
  readonly tasks: TaskNode[];
  readonly leaks: readonly VarsLayer[];
}

function expandRole(
  context: LoadContext,
  around: Around,
  call: RoleCall,
  files: RoleFiles,
  runs: 'once' | 'always',
): Expanded {
  const directory = playDirectory({scopes: around.scopes, where: call.where});
  const folder = findRole(context, call.name, directory, around.role?.path, call.where);
  if (around.stack.includes(folder) && runs === 'once')
    throw new PlaybookError({
      what: `the role '${call.name}' depends on itself`,
      where: call.where,
      hint: `by way of ${around.stack
        .filter((item) => item !== folder)
        .map((item) => path.basename(item))
        .join(', ')}`,
    });
  const meta = roleMeta(context, folder, call.where);
  const key = runs === 'once' ? onceKey(call, folder, meta.allowDuplicates) : undefined;
  const earlier = key === undefined ? [] : (around.gathered.seenRoles.get(key) ?? []);
  const isRepeated = isCovered(siteOf(around), earlier);
  if (key !== undefined && !isRepeated) around.gathered.seenRoles.set(key, [...earlier, siteOf(around)]);
  const once = key === undefined ? {} : {once: {key, instance: earlier.length}};
  const role = {...roleRef(context, around, call, folder, files), ...once};
  const own = ownVariables(context, role, call, files);
  // Dependencies stand inside the role's scope: they inherit its tags, conditions and variables.
  const outer = within(around, scopeOf(role, call, own, undefined), call.where);
  const inOuter: Around = {...outer, role, stack: [...around.stack, folder]};
  const dependencies = meta.dependencies.map((entry) =>
    expandRole(context, inOuter, roleCall(context, entry), {}, 'once'),
  );
  const below: RoleVariables = {
    defaults: dependencies.flatMap((dependency) => dependency.defaults),
    vars: dependencies.flatMap((dependency) => dependency.vars),
  };
  const inside: Around = {...inOuter, scopes: [...around.scopes, scopeOf(role, call, own, below)]};
  const defaults = [...below.defaults, ...own.defaults];
  const vars = [...below.vars, ...own.vars];
  return {
    tasks: [
      ...dependencies.flatMap((dependency) => dependency.tasks),
      ...(isRepeated ? [] : roleTasks(context, inside, role, call, files)),
    ],
    defaults,
    vars,
    leaks: isRepeated ? [] : [...defaults, ...vars],
  };
}

function roleRef(context: LoadContext, around: Around, call: RoleCall, folder: string, files: RoleFiles): RoleRef {
  const spec = argumentSpec(context, folder, files.tasksFrom?.replace(/\.ya?ml$/, '') ?? 'main', call.where);
  return {
    name: call.name.includes('/') ? path.basename(folder) : call.name,
    path: folder,
    parents: around.role ? [...around.role.parents, around.role.name] : [],
    ...(spec ? {argumentSpec: spec} : {}),
  };
}

/** What a role's files bring. Others see this too (dependents, the play); parameters and `vars:` of an entry stay with it. */
function ownVariables(context: LoadContext, role: RoleRef, call: RoleCall, files: RoleFiles): RoleVariables {
  return {
    defaults: roleVariables(context, role, 'defaults', files.defaultsFrom, call.where),
    vars: roleVariables(context, role, 'vars', files.varsFrom, call.where),
  };
}

/** The scope around a role's tasks, or around its dependencies (`below` is then unknown yet). */
function scopeOf(role: RoleRef, call: RoleCall, own: RoleVariables, below: RoleVariables | undefined): Scope {
  const layer = (level: 'roleVars' | 'roleParams', label: string, values: Values | undefined): VarsLayer[] =>
    values === undefined ? [] : [{level, label, values, where: call.where, template: true}];
  const entry = layer('roleVars', `vars of role '${role.name}'`, call.vars);
  // A role's own tasks see `vars:` of its entry above vars/main.yml; what dependencies inherit is the other way round.
  const vars = below ? [...below.vars, ...own.vars, ...entry] : [...entry, ...own.vars];
  return {
    origin: 'role',
    keywords: call.keywords ?? {},
    layers: [
      ...(below?.defaults ?? []),
      ...own.defaults,
      ...vars,
      ...layer('roleParams', `parameters of role '${role.name}'`, call.params),
    ],
    where: call.where,
    role,
  };
}

/** What a call has to have in common with an earlier one to be the same; undefined for roles that may run again. */
function onceKey(call: RoleCall, folder: string, allowDuplicates: boolean): string | undefined {
  if (allowDuplicates) return undefined;
  const values = Object.entries(call.keywords ?? {}).map(([name, written]) => [name, withoutPlaces(written)]);
  return fingerprint([folder, values, call.vars, call.params]);
}

/**
 * Whether an earlier call of the same key surely runs wherever this one would: it stands under the same tags and under
 * no other conditions. Otherwise only the run can tell (see RoleRef.once).
 */
function isCovered(site: RoleSite, earlier: readonly RoleSite[]): boolean {
  return earlier.some(
    (other) => other.tags === site.tags && other.when.every((condition) => site.when.includes(condition)),
  );
}

const siteOf = (around: Around): RoleSite => {
  const scopes = around.scopes.slice(1);
  const tags = new Set(scopes.flatMap((scope) => scope.keywords.tags ?? []));
  return {
    tags: [...tags].sort().join(),
    when: scopes.flatMap((scope) => scope.keywords.when ?? []).map((condition) => String(condition.text)),
  };
};

const fingerprint = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? String(member) : member));

const withoutPlaces = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(withoutPlaces)
    : isMapping(value) && 'where' in value
      ? (value.value ?? value.text)
      : value;

function roleTasks(context: LoadContext, inside: Around, role: RoleRef, call: RoleCall, files: RoleFiles): TaskNode[] {
  const {where} = call;
  const handlers = roleFile(role.path, 'handlers', files.handlersFrom, where);
  const handlersKey = fingerprint([handlers, call.vars, call.params]);
  if (handlers !== undefined && !inside.gathered.seenHandlers.has(handlersKey)) {
    inside.gathered.seenHandlers.add(handlersKey);
    const nodes = tasksOfFile(context, {...inside, isHandler: true}, handlers, where);
    inside.gathered.handlers.push(...nodes);
  }
  const tasks = roleFile(role.path, 'tasks', files.tasksFrom, where);
  const check =
    context.validatesArguments && role.argumentSpec ? [argumentCheck(inside, role, role.argumentSpec, where)] : [];
  return [...check, ...(tasks === undefined ? [] : tasksOfFile(context, inside, tasks, where))];
}

/** The task Ansible puts before a role that has an argument spec; it runs whatever tags are asked for. */
function argumentCheck(inside: Around, role: RoleRef, spec: Written, where: Where): TaskNode {
  const keywords: Keywords = {tags: ['always']};
  const scope: Scope = {origin: 'task', keywords, layers: [], where};
  const description = isMapping(spec.value) ? spec.value.short_description : undefined;
  const suffix = description === undefined ? '' : ` - ${String(description)}`;
  const values = {
    argument_spec: isMapping(spec.value) ? (spec.value.options ?? {}) : {},
    validate_args_context: {type: 'role', name: role.name, argument_spec_name: 'main', path: role.path},
  };
  return {
    kind: 'task',
    id: `${idAt(inside, where)}#arguments`,
    name: {value: `Validating arguments against arg spec 'main'${suffix}`, where},
    where,
    scopes: [...inside.scopes, scope],
    module: {written: 'ansible.builtin.validate_argument_spec', name: 'validate_argument_spec', where},
    args: {kind: 'mapping', values, where, whereOf: () => spec.where},
  };
}

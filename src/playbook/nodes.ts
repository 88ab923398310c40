/** Tasks, blocks, includes and imports: from lists of YAML to nodes with their scopes. */
import path from 'node:path';
import {PlaybookError, type Where} from '../errors/index.js';
import type {VarsLayer} from '../inventory/types.js';
import {type Around, idAt, type LoadContext, within} from './around.js';
import {type IncludeAction, includeArguments, includeOf} from './include.js';
import {blockKeywords, checkKeywords, readKeywords, readVars} from './keywords.js';
import {loopOf} from './loop.js';
import {findIn, searchFolders} from './search.js';
import {taskOf} from './task.js';
import type {Block, Scope, TaskNode, Written} from './types.js';
import {isMapping, kindOf, type View} from './view.js';

/** Nodes of a tasks file. */
export function tasksOfFile(context: LoadContext, around: Around, file: string, from: Where): TaskNode[] {
  if (around.stack.includes(file))
    throw new PlaybookError({
      what: `${file} imports itself`,
      where: from,
      hint: 'use include_tasks with a condition that ends it',
    });
  const source = context.files.read(file, from);
  if (source.value === null) return [];
  if (!Array.isArray(source.value))
    throw new PlaybookError({
      what: `a tasks file is a list of tasks, ${file} is ${kindOf(source.value)}`,
      where: source.where,
      hint: 'begin each task with a dash',
    });
  return nodesOf(context, {...around, stack: [...around.stack, file]}, context.files.items(source.value, source.where));
}

/** Nodes of a list of tasks and blocks; static imports are expanded in place. */
export function nodesOf(context: LoadContext, around: Around, items: readonly Written[]): TaskNode[] {
  return items.flatMap(({value, where}) => {
    if (value === null) return [];
    if (!isMapping(value))
      throw new PlaybookError({
        what: `a task is a mapping, this is ${kindOf(value)}`,
        where,
        hint: 'write `- name: ...` and below it the module',
      });
    const view = context.files.view(value, where);
    if (view.has('hosts') && (view.has('tasks') || view.has('roles')))
      throw new PlaybookError({
        what: 'a play stands here where a task is expected',
        where,
        hint: 'playbooks are brought in with import_playbook',
      });
    return view.has('block') || view.has('rescue') || view.has('always')
      ? [blockOf(context, around, view)]
      : nodesOfTask(context, around, view);
  });
}

export function layersOf(view: View, kind: string, level: VarsLayer['level'], label: string): VarsLayer[] {
  const values = readVars(view, kind);
  return values === undefined ? [] : [{level, label, values, where: view.whereOf('vars'), template: true}];
}

function blockOf(context: LoadContext, around: Around, view: View): Block {
  checkKeywords(view, 'block', blockKeywords);
  if (!view.has('block'))
    throw new PlaybookError({
      what: 'rescue and always need a block',
      where: view.where,
      hint: 'put the tasks they belong to below block:',
    });
  const name = view.written('name');
  const label = typeof name?.value === 'string' ? `block '${name.value}'` : `block at line ${view.where.line}`;
  const scope: Scope = {
    origin: 'block',
    keywords: readKeywords(view, context.warn),
    layers: layersOf(view, 'block', 'blockVars', label),
    where: view.where,
  };
  const inside = within(around, scope);
  const part = (key: string): TaskNode[] => {
    const value = view.get(key);
    if (value !== undefined && value !== null && !Array.isArray(value))
      throw new PlaybookError({
        what: `${key} is ${kindOf(value)}, not a list of tasks`,
        where: view.whereOf(key),
        hint: 'begin each task with a dash',
      });
    return nodesOf(context, inside, view.list(key));
  };
  return {
    kind: 'block',
    id: idAt(around, view.where),
    ...(name ? {name} : {}),
    where: view.where,
    scopes: inside.scopes,
    block: part('block'),
    rescue: part('rescue'),
    always: part('always'),
  };
}

function nodesOfTask(context: LoadContext, around: Around, view: View): TaskNode[] {
  const action = context.actions.read(view);
  if (action.kind === 'module') return [taskOf(context, around, view, action)];
  switch (action.name) {
    case 'import_tasks':
      return importTasks(context, around, view, action);
    case 'import_role':
      return importRoleTask(context, around, view, action);
    case 'import_playbook':
      throw new PlaybookError({
        what: 'import_playbook stands beside plays, not among tasks',
        where: action.where,
        hint: 'use import_tasks or import_role here',
      });
    case 'include':
      throw new PlaybookError({
        what: "'include' is no longer part of the language",
        where: action.where,
        hint: 'say include_tasks (when the run reaches it) or import_tasks (at load)',
      });
    default:
      return [includeOf(context, around, view, action)];
  }
}

/** The scope an import lays around what it brings in: its keywords, and its vars as those of a block. */
function importScope(context: LoadContext, view: View, action: IncludeAction): Scope {
  if (loopOf(context, view))
    throw new PlaybookError({
      what: `${action.written} cannot loop, since it is expanded before the run`,
      where: action.where,
      hint: `use ${action.name.replace('import', 'include')}`,
    });
  return {
    origin: 'include',
    keywords: readKeywords(view, context.warn),
    layers: layersOf(view, 'task', 'blockVars', `${action.name} at line ${view.where.line}`),
    where: view.where,
  };
}

function importTasks(context: LoadContext, around: Around, view: View, action: IncludeAction): TaskNode[] {
  const {target} = includeArguments(action);
  const scope = importScope(context, view, action);
  const inside = within(around, scope, view.where);
  const name = staticName(context, inside, target);
  const file = findIn(
    searchFolders('tasks', {scopes: around.scopes, where: view.where}),
    name,
    'the tasks file',
    target.where,
  );
  return tasksOfFile(context, inside, path.resolve(file), target.where);
}

function importRoleTask(context: LoadContext, around: Around, view: View, action: IncludeAction): TaskNode[] {
  const {target, files} = includeArguments(action);
  const scope = importScope(context, view, action);
  const inside = within(around, scope, view.where);
  const plain = (written: Written | undefined): string | undefined => written && staticName(context, inside, written);
  const entry = {name: staticName(context, inside, target), where: target.where};
  return context.importRole(context, inside, entry, {
    tasksFrom: plain(files.tasksFrom),
    handlersFrom: plain(files.handlersFrom),
    varsFrom: plain(files.varsFrom),
    defaultsFrom: plain(files.defaultsFrom),
  });
}

/** A name that must be known before the run. */
function staticName(context: LoadContext, around: Around, written: Written): string {
  const text = String(written.value);
  if (!text.includes('{{')) return text;
  const rendered = context.renderStatic?.(
    text,
    around.scopes.flatMap((scope) => scope.layers),
    written.where,
  );
  if (rendered !== undefined) return String(rendered);
  throw new PlaybookError({
    what: `'${text}' must be known before the run, since imports are expanded then`,
    where: written.where,
    hint: 'use include_tasks or include_role for names that hang on facts or hosts',
  });
}

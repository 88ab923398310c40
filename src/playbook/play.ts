/** Playbooks: their plays, and playbooks that they import. */
import {existsSync} from 'node:fs';
import path from 'node:path';
import {didYouMean, PlaybookError, type Where} from '../errors/index.js';
import type {VarsLayer} from '../inventory/types.js';
import {shortName} from './action.js';
import type {Around, Gathered, LoadContext} from './around.js';
import {checkKeywords, expressions, playKeywords, readKeywords, unknownKeyword, words} from './keywords.js';
import {layersOf, nodesOf} from './nodes.js';
import {rolesOf} from './roles.js';
import {findIn} from './search.js';
import type {Expression, Handler, Keywords, Play, Scope, TaskNode, VarsPrompt, Written} from './types.js';
import {isMapping, kindOf, type View} from './view.js';

/** What an import_playbook gives to the plays it brings in. */
interface Inherited {
  readonly when: readonly Expression[];
  readonly tags: readonly string[];
  readonly layers: readonly VarsLayer[];
  readonly stack: readonly string[];
}

const nothing: Inherited = {when: [], tags: [], layers: [], stack: []};

/** The plays of a playbook file, imported ones in their place. */
export function playsOf(context: LoadContext, file: string, inherited: Inherited = nothing, from?: Where): Play[] {
  if (inherited.stack.includes(file))
    throw new PlaybookError({what: `the playbook ${file} imports itself`, where: from});
  const source = context.files.read(file, from);
  if (!Array.isArray(source.value))
    throw new PlaybookError({
      what:
        source.value === null
          ? `the playbook ${file} is empty`
          : `a playbook is a list of plays, ${file} is ${kindOf(source.value)}`,
      where: source.where,
      hint: isMapping(source.value)
        ? 'begin each play with a dash: `- hosts: all`'
        : 'a play begins with `- hosts: all`',
    });
  return context.files.items(source.value, source.where).flatMap(({value, where}) => {
    if (!isMapping(value))
      throw new PlaybookError({
        what: `a play is a mapping, this is ${kindOf(value)}`,
        where,
        hint: 'write `- hosts: all`',
      });
    const view = context.files.view(value, where);
    const key = view.keys().find((name) => shortName(name) === 'import_playbook');
    if (key !== undefined) return importPlaybook(context, view, key, file, inherited);
    return [playOf(context, view, file, inherited)];
  });
}

function importPlaybook(context: LoadContext, view: View, key: string, file: string, inherited: Inherited): Play[] {
  const known = new Set([key, 'name', 'when', 'tags', 'vars']);
  for (const name of view.keys())
    if (!known.has(name)) throw unknownKeyword('import_playbook', name, view.keyWhere(name), known);
  const target = view.get(key);
  const where = view.whereOf(key);
  if (typeof target !== 'string' || target === '')
    throw new PlaybookError({what: `import_playbook is given ${kindOf(target)}, not a file`, where});
  const layers = layersOf(view, 'import_playbook', 'playVars', `vars of import_playbook ${target}`);
  const name = staticName(context, target, [...inherited.layers, ...layers], where);
  const folder = path.dirname(file);
  const found = collectionPlaybook(context, name) ?? findIn([folder], name, 'the playbook', where);
  return playsOf(
    context,
    path.resolve(found),
    {
      when: [...inherited.when, ...(expressions(view, 'when', context.warn) ?? [])],
      tags: [...inherited.tags, ...(words(view, 'tags') ?? [])],
      // The outermost import's variables win, as in Ansible: they come last.
      layers: [...layers, ...inherited.layers],
      stack: [...inherited.stack, file],
    },
    where,
  );
}

function staticName(context: LoadContext, text: string, layers: readonly VarsLayer[], where: Where): string {
  if (!text.includes('{{')) return text;
  const rendered = context.renderStatic?.(text, layers, where);
  if (rendered !== undefined) return String(rendered);
  throw new PlaybookError({what: `'${text}' must be known before the run`, where, hint: 'give its variables with -e'});
}

/** The file of `namespace.collection.playbook`, if such a collection lies in the collections' folders. */
function collectionPlaybook(context: LoadContext, name: string): string | undefined {
  const [namespace, collection, ...rest] = name.split('.');
  if (rest.length === 0 || name.includes('/') || /\.ya?ml$/.test(name)) return undefined;
  const places = context.collectionsPath.map((folder) =>
    path.join(folder, 'ansible_collections', namespace ?? '', collection ?? '', 'playbooks', ...rest),
  );
  return places.flatMap((place) => [`${place}.yml`, `${place}.yaml`]).find((file) => existsSync(file));
}

function playOf(context: LoadContext, view: View, file: string, inherited: Inherited): Play {
  checkPlay(view);
  const directory = path.dirname(file);
  const name = view.written('name');
  const hosts = hostsOf(view);
  const layers: VarsLayer[] = [
    ...layersOf(view, 'play', 'playVars', `play '${String(name?.value ?? describeHosts(hosts.value))}'`),
    ...inherited.layers,
  ];
  const scope: Scope = {
    origin: 'play',
    keywords: playScopeKeywords(context, view, inherited),
    layers,
    where: view.where,
  };
  const gathered: Gathered = {directory, handlers: [], leaked: [], seenRoles: new Map(), seenHandlers: new Set()};
  const around: Around = {scopes: [scope], path: '', gathered, isHandler: false, stack: []};
  const part = (key: string, inside = around): TaskNode[] => nodesOf(context, inside, listAt(view, key));
  const preTasks = part('pre_tasks');
  const roles = rolesOf(context, around, listAt(view, 'roles'));
  const tasks = part('tasks');
  const postTasks = part('post_tasks');
  const handlers = part('handlers', {...around, isHandler: true});
  // Variables of static roles are seen by the whole play; nodes already hold this very array.
  layers.push(...gathered.leaked);
  const optional = {
    gatherFacts: view.written('gather_facts'),
    gatherSubset: view.written('gather_subset'),
    serial: view.written('serial'),
    strategy: view.written('strategy'),
    maxFailPercentage: view.written('max_fail_percentage'),
    forceHandlers: view.written('force_handlers'),
    order: view.has('order') ? String(view.get('order')) : undefined,
  };
  const set = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return {
    name: name ?? {value: describeHosts(hosts.value), where: hosts.where},
    where: view.where,
    directory,
    file,
    hosts,
    scope,
    varsFiles: view.list('vars_files'),
    varsPrompt: view.list('vars_prompt').map((prompt) => varsPrompt(context, prompt)),
    preTasks,
    roles,
    tasks,
    postTasks,
    handlers: [...gathered.handlers, ...(handlers as readonly Handler[])],
    ...(set as Partial<Play>),
  };
}

function checkPlay(view: View): void {
  const looksLikeTask = !view.has('hosts') && !view.has('tasks') && !view.has('roles');
  if (looksLikeTask && view.keys().some((key) => !playKeywords.has(key)))
    throw new PlaybookError({
      what: 'a task stands here where a play is expected',
      where: view.where,
      hint: 'a play has hosts: and, below tasks:, its tasks; a file of tasks alone is brought in with import_tasks',
    });
  checkKeywords(view, 'play', playKeywords);
  const strategy = view.get('strategy');
  const order = view.get('order');
  const orders = ['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'];
  if (order !== undefined && !orders.includes(String(order)))
    throw new PlaybookError({
      what: `order is '${String(order)}'`,
      where: view.whereOf('order'),
      hint: didYouMean(String(order), orders) ?? `it is one of ${orders.join(', ')}`,
    });
  if (strategy !== undefined && typeof strategy !== 'string')
    throw new PlaybookError({what: `strategy is ${kindOf(strategy)}, not a name`, where: view.whereOf('strategy')});
}

function hostsOf(view: View): Written {
  const hosts = view.written('hosts');
  const isGiven = hosts && hosts.value !== null && hosts.value !== '';
  if (!hosts || !isGiven)
    throw new PlaybookError({
      what: 'this play names no hosts',
      where: hosts?.where ?? view.where,
      hint: 'write hosts: all, or a group',
    });
  const {value} = hosts;
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number');
  if (typeof value === 'string' || typeof value === 'number' || isList) return hosts;
  throw new PlaybookError({
    what: `hosts is ${kindOf(value)}`,
    where: hosts.where,
    hint: 'write a name, a pattern, or a list of them',
  });
}

const describeHosts = (hosts: unknown): string => (Array.isArray(hosts) ? hosts.join(',') : String(hosts));

/** A play's keywords; `when` and tags of an import_playbook around it come first. */
function playScopeKeywords(context: LoadContext, view: View, inherited: Inherited): Keywords {
  const own = readKeywords(view, context.warn);
  const tags = [...new Set([...inherited.tags, ...(own.tags ?? [])])];
  return {
    ...own,
    ...(inherited.when.length > 0 ? {when: inherited.when} : {}),
    ...(tags.length > 0 ? {tags} : {}),
  };
}

function listAt(view: View, key: string): Written[] {
  const value = view.get(key);
  if (value !== undefined && value !== null && !Array.isArray(value))
    throw new PlaybookError({
      what: `${key} of a play is ${kindOf(value)}, not a list`,
      where: view.whereOf(key),
      hint: 'begin each entry with a dash',
    });
  return view.list(key);
}

const promptKeys = ['name', 'prompt', 'default', 'private', 'confirm', 'encrypt', 'salt', 'salt_size', 'unsafe'];

function varsPrompt(context: LoadContext, {value, where}: Written): VarsPrompt {
  const view = isMapping(value) ? context.files.view(value, where) : undefined;
  const name = view?.get('name');
  if (!view || typeof name !== 'string')
    throw new PlaybookError({
      what: `an entry of vars_prompt has a name, this is ${kindOf(value)}`,
      where,
      hint: 'write `- name: VARIABLE` and `prompt: TEXT`',
    });
  const unknown = view.keys().find((key) => !promptKeys.includes(key));
  if (unknown !== undefined)
    throw new PlaybookError({
      what: `'${unknown}' is no part of vars_prompt`,
      where: view.keyWhere(unknown),
      hint: didYouMean(unknown, promptKeys),
    });
  return {
    name,
    prompt: String(view.get('prompt') ?? name),
    private: view.get('private') !== false,
    confirm: view.get('confirm') === true,
    ...(view.has('default') ? {default: view.get('default')} : {}),
  };
}

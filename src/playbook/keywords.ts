import {didYouMean, PlaybookError, type Where} from '../errors/index.js';
import {UnsafeString} from '../yaml/index.js';
import type {Expression, Keywords, Written} from './types.js';
import {isMapping, kindOf, type View, type Warn} from './view.js';

type Writable<T> = {-readonly [K in keyof T]: T[K]};
type WrittenKey = {[K in keyof Required<Keywords>]: Required<Keywords>[K] extends Written ? K : never}[keyof Keywords];

/** Keywords taken as they are, by their name in YAML. */
const plain: Readonly<Record<string, WrittenKey>> = {
  become: 'become',
  become_user: 'becomeUser',
  become_method: 'becomeMethod',
  become_flags: 'becomeFlags',
  become_exe: 'becomeExe',
  environment: 'environment',
  ignore_errors: 'ignoreErrors',
  ignore_unreachable: 'ignoreUnreachable',
  no_log: 'noLog',
  check_mode: 'checkMode',
  diff: 'diff',
  delegate_to: 'delegateTo',
  delegate_facts: 'delegateFacts',
  run_once: 'runOnce',
  throttle: 'throttle',
  any_errors_fatal: 'anyErrorsFatal',
  module_defaults: 'moduleDefaults',
  connection: 'connection',
  remote_user: 'remoteUser',
  port: 'port',
  timeout: 'timeout',
};

const shared = [...Object.keys(plain), 'when', 'tags', 'vars', 'name', 'collections', 'debugger'];

export const taskKeywords: ReadonlySet<string> = new Set([
  ...shared,
  'notify',
  'register',
  'loop',
  'loop_control',
  'until',
  'retries',
  'delay',
  'changed_when',
  'failed_when',
  'args',
  'action',
  'local_action',
  'async',
  'poll',
  'listen',
]);
export const blockKeywords: ReadonlySet<string> = new Set([...shared, 'notify', 'block', 'rescue', 'always']);
export const roleKeywords: ReadonlySet<string> = new Set([...shared, 'role', 'notify']);
export const includeKeywords: ReadonlySet<string> = new Set([...taskKeywords, 'apply']);
export const playKeywords: ReadonlySet<string> = new Set([
  ...shared.filter((name) => !['when', 'delegate_to', 'delegate_facts'].includes(name)),
  'hosts',
  'gather_facts',
  'gather_subset',
  'gather_timeout',
  'fact_path',
  'serial',
  'strategy',
  'order',
  'max_fail_percentage',
  'force_handlers',
  'vars_files',
  'vars_prompt',
  'roles',
  'pre_tasks',
  'tasks',
  'post_tasks',
  'handlers',
]);

/** Ways out for keywords that stand where they may not. */
const misplaced: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  block: {
    loop: 'a block cannot loop: put its tasks into a file and loop over include_tasks',
    with_items: 'a block cannot loop: put its tasks into a file and loop over include_tasks',
    register: 'a block has no result: register the tasks in it',
    until: 'a block is not retried: give until to the tasks in it',
    listen: 'give listen to the handlers in the block',
  },
  play: {
    when: 'a play has no condition: give when to its tasks, roles or to import_playbook',
    notify: 'give notify to tasks, blocks or roles',
    register: 'a play has no result: register its tasks',
    task: 'the list of tasks is called tasks',
    host: 'the pattern of hosts is called hosts',
  },
  task: {hosts: 'hosts belongs to a play; is this task list meant to be a playbook?', sudo: 'say become: true'},
};

export function unknownKeyword(kind: string, key: string, where: Where, known: ReadonlySet<string>): PlaybookError {
  const hint = misplaced[kind]?.[key] ?? didYouMean(key, known);
  return new PlaybookError({what: `'${key}' is no keyword of a ${kind}`, where, hint});
}

export function checkKeywords(view: View, kind: string, known: ReadonlySet<string>): void {
  for (const key of view.keys()) if (!known.has(key)) throw unknownKeyword(kind, key, view.keyWhere(key), known);
}

/** Bare expressions of a keyword; a list stands for all of them. Braces are not needed and draw a warning. */
export function expressions(view: View, key: string, warn: Warn): Expression[] | undefined {
  if (!view.has(key)) return undefined;
  return view.list(key).map(({value, where}) => {
    if (typeof value === 'boolean') return {text: value, where};
    if (value instanceof UnsafeString) return {text: value.text, where};
    if (value === null || typeof value === 'object')
      throw new PlaybookError({
        what: `${key} is ${kindOf(value)}, not a condition`,
        where,
        hint: `write an expression: ${key}: name is defined`,
      });
    const text = String(value);
    if (/\{\{|\{%/.test(text)) warn(`${key} is an expression already: write it without {{ }} and {% %}`, where);
    return {text, where};
  });
}

/** Words of a list keyword; commas separate within a string, as Ansible has it for tags. */
export function words(view: View, key: string): string[] | undefined {
  if (!view.has(key)) return undefined;
  return view.list(key).flatMap(({value, where}) => {
    if (typeof value === 'object') throw new PlaybookError({what: `${key} holds ${kindOf(value)}, not a name`, where});
    return String(value)
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '');
  });
}

/** The keywords that plays, roles, blocks and tasks share. */
export function readKeywords(view: View, warn: Warn): Keywords {
  const keywords: Writable<Keywords> = {};
  for (const key of view.keys()) {
    const name = plain[key];
    const written = name && view.written(key);
    if (name && written) keywords[name] = written;
  }
  const when = expressions(view, 'when', warn);
  if (when) keywords.when = when;
  const tags = words(view, 'tags');
  if (tags) keywords.tags = tags;
  if (view.has('notify')) keywords.notify = view.list('notify');
  return keywords;
}

/** Names of variables are words that expressions can read. */
function checkNames(values: Readonly<Record<string, unknown>>, view: View): void {
  const wrong = Object.keys(values).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (wrong === undefined) return;
  const word = wrong.replace(/[^A-Za-z0-9_]/g, '_');
  throw new PlaybookError({
    what: `'${wrong}' is no name a variable can have`,
    where: view.view('vars')?.keyWhere(wrong) ?? view.whereOf('vars'),
    hint: `names have letters, digits and underscores: ${/^\d/.test(word) ? `_${word}` : word}`,
  });
}

/** `vars:` as a mapping, or several in a list; null is none. */
export function readVars(view: View, kind: string): Readonly<Record<string, unknown>> | undefined {
  const value = view.get('vars');
  if (value === undefined || value === null) return undefined;
  const parts = Array.isArray(value) ? value : [value];
  const wrong = parts.find((part) => !isMapping(part));
  if (wrong !== undefined)
    throw new PlaybookError({
      what: `vars of a ${kind} is ${kindOf(wrong)}, not a mapping`,
      where: view.whereOf('vars'),
      hint: 'write name: value lines below vars:',
    });
  for (const part of parts as Record<string, unknown>[]) checkNames(part, view);
  return parts.length === 1 ? (parts[0] as Record<string, unknown>) : Object.assign({}, ...parts);
}

import {PlaybookError} from '../errors/index.js';
import type {Action} from './action.js';
import {type Around, idAt, type LoadContext, within} from './around.js';
import {expressions, readKeywords, readVars, words} from './keywords.js';
import {loopOf} from './loop.js';
import type {Handler, Keywords, Scope, Task} from './types.js';
import {kindOf, type View} from './view.js';

type ModuleAction = Extract<Action, {kind: 'module'}>;

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The name a result is registered under. */
export function registerOf(view: View): string | undefined {
  const value = view.get('register');
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && identifier.test(value)) return value;
  throw new PlaybookError({
    what: `register is ${kindOf(value)}, which is no name of a variable`,
    where: view.whereOf('register'),
    hint: 'names have letters, digits and underscores, and do not begin with a digit',
  });
}

/** The task's own scope, the innermost of all. */
export function taskScope(view: View, keywords: Keywords, level: 'taskVars' | 'includeParams'): Scope {
  const values = readVars(view, 'task');
  const label =
    typeof view.get('name') === 'string' ? `task '${String(view.get('name'))}'` : `task at line ${view.where.line}`;
  return {
    origin: level === 'taskVars' ? 'task' : 'include',
    keywords,
    layers: values === undefined ? [] : [{level, label, values, where: view.whereOf('vars'), template: true}],
    where: view.where,
  };
}

/** One call of a module, or a handler. */
export function taskOf(context: LoadContext, around: Around, view: View, action: ModuleAction): Task | Handler {
  const {warn} = context;
  const read = readKeywords(view, warn);
  const keywords: Keywords = action.isLocal
    ? {...read, delegateTo: {value: 'localhost', where: action.module.where}}
    : read;
  if (view.has('listen') && !around.isHandler)
    throw new PlaybookError({
      what: 'listen belongs to handlers',
      where: view.keyWhere('listen'),
      hint: 'did you mean notify?',
    });
  const register = registerOf(view);
  const loop = loopOf(context, view);
  const until = expressions(view, 'until', warn);
  const changedWhen = expressions(view, 'changed_when', warn);
  const failedWhen = expressions(view, 'failed_when', warn);
  const optional = {
    name: view.written('name'),
    retries: view.written('retries'),
    delay: view.written('delay'),
    async: view.written('async'),
    poll: view.written('poll'),
    register,
    loop,
    until,
    changedWhen,
    failedWhen,
    listen: words(view, 'listen'),
    role: around.isHandler ? around.role : undefined,
  };
  const set = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return {
    kind: 'task',
    id: idAt(around, view.where),
    where: view.where,
    scopes: within(around, taskScope(view, keywords, 'taskVars')).scopes,
    module: action.module,
    args: action.args,
    ...(set as Partial<Handler>),
  };
}

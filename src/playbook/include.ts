/** include_tasks and include_role, which the run expands, and the arguments they share with the imports. */
import {didYouMean, PlaybookError} from '../errors/index.js';
import type {Action} from './action.js';
import {type Around, idAt, type LoadContext, within} from './around.js';
import {blockKeywords, checkKeywords, readKeywords, readVars} from './keywords.js';
import {loopOf} from './loop.js';
import {registerOf, taskScope} from './task.js';
import type {Include, Written} from './types.js';
import {isMapping, kindOf, type View} from './view.js';

export type IncludeAction = Extract<Action, {kind: 'include'}>;

const taskParameters = ['file', 'apply', '_raw_params'];
const roleParameters = [
  'name',
  'role',
  'tasks_from',
  'handlers_from',
  'vars_from',
  'defaults_from',
  'apply',
  'public',
  'allow_duplicates',
  'rolespec_validate',
];

export interface IncludeArguments {
  readonly target: Written;
  readonly files: {
    readonly tasksFrom?: Written;
    readonly handlersFrom?: Written;
    readonly varsFrom?: Written;
    readonly defaultsFrom?: Written;
  };
  readonly apply?: Written;
  readonly public?: Written;
}

/** What an include or import is given: a bare name, or parameters. */
export function includeArguments(action: IncludeAction): IncludeArguments {
  const {args} = action;
  const isRole = action.name.endsWith('role');
  const known = isRole ? roleParameters : taskParameters;
  const values: Readonly<Record<string, unknown>> =
    args.kind === 'mapping' ? args.values : args.kind === 'freeForm' ? args.extra : {};
  const written = (key: string): Written | undefined =>
    Object.hasOwn(values, key)
      ? {value: values[key], where: args.kind === 'mapping' ? args.whereOf(key) : args.where}
      : undefined;
  for (const key of Object.keys(values)) {
    if (known.includes(key)) continue;
    throw new PlaybookError({
      what: `${action.written} takes no '${key}'`,
      where: written(key)?.where ?? args.where,
      hint:
        didYouMean(key, known) ??
        `it takes ${known.filter((name) => !name.startsWith('_')).join(', ')}; variables go below vars:`,
    });
  }
  const bare = args.kind === 'mapping' ? undefined : {value: args.text, where: args.where};
  const target = bare ?? (isRole ? (written('name') ?? written('role')) : (written('file') ?? written('_raw_params')));
  if (!target || typeof target.value !== 'string' || target.value === '')
    throw new PlaybookError({
      what: target
        ? `${action.written} is given ${kindOf(target.value)}, not a name`
        : `${action.written} names no ${isRole ? 'role' : 'file'}`,
      where: action.where,
      hint: isRole ? 'write name: ROLE below it' : `write ${action.name}: FILE.yml`,
    });
  const pick = <K extends string>(name: K, key: string): Partial<Record<K, Written>> => {
    const value = written(key);
    return value ? ({[name]: value} as Record<K, Written>) : {};
  };
  return {
    target,
    files: {
      ...pick('tasksFrom', 'tasks_from'),
      ...pick('handlersFrom', 'handlers_from'),
      ...pick('varsFrom', 'vars_from'),
      ...pick('defaultsFrom', 'defaults_from'),
    },
    ...pick('apply', 'apply'),
    ...pick('public', 'public'),
  };
}

/** A node that the run expands for each host when it is reached. */
export function includeOf(context: LoadContext, around: Around, view: View, action: IncludeAction): Include {
  const given = includeArguments(action);
  const loop = loopOf(context, view);
  const register = registerOf(view);
  const name = view.written('name');
  const keywords = readKeywords(view, context.warn);
  return {
    kind: 'include',
    id: idAt(around, view.where),
    where: view.where,
    scopes: within(around, taskScope(view, keywords, 'includeParams')).scopes,
    what: action.name === 'include_role' ? 'role' : 'tasks',
    target: given.target,
    ...given.files,
    ...(name ? {name} : {}),
    ...(given.apply ? applyOf(context, given.apply) : {}),
    ...(given.public ? {public: given.public} : {}),
    ...(loop ? {loop} : {}),
    ...(register === undefined ? {} : {register}),
  };
}

function applyOf(context: LoadContext, written: Written): Pick<Include, 'apply' | 'applyVars'> {
  if (written.value === null) return {};
  if (!isMapping(written.value))
    throw new PlaybookError({
      what: `apply is ${kindOf(written.value)}, not a mapping of keywords`,
      where: written.where,
    });
  const view = context.files.view(written.value, written.where);
  checkKeywords(view, 'block', blockKeywords);
  const values = readVars(view, 'block');
  const layer = {level: 'blockVars', label: 'apply', where: view.where, template: true} as const;
  return {apply: readKeywords(view, context.warn), ...(values ? {applyVars: {...layer, values}} : {})};
}

import {PlaybookError, type Where} from '../errors/index.js';
import {shapeOf} from '../module/shape.js';
import type {Module} from '../module/types.js';
import {validateParams} from '../module/validate.js';
import type {Task} from '../playbook/types.js';
import type {View} from './view.js';

type Values = Readonly<Record<string, unknown>>;

/** A task's arguments: rendered, filled up from module_defaults, and as the module's schema wants them. */
export function argumentsOf(view: View, task: Task, module: Module): object {
  const raw = rawArguments(view, task, module);
  const asWritten = expressionsOf(module);
  const render = (values: Values, whereOf: (key: string) => Where) =>
    Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
      if (asWritten.has(key)) return [[key, value]];
      const rendered = view.render({value}, whereOf(key)) as {readonly value?: unknown};
      // An omitted value takes its key along.
      return 'value' in rendered ? [[key, rendered.value]] : [];
    });
  const given = Object.fromEntries([
    ...render(defaultsWritten(view, module), () => raw.where),
    ...render(raw.values, raw.whereOf),
  ]);
  return validateParams(module, given, raw);
}

/** Parameters that are expressions, by every name they have: the module evaluates them itself. */
function expressionsOf(module: Module): Set<string> {
  const expressions = shapeOf(module.params).params.filter(({doc}) => doc?.type === 'expression');
  return new Set(expressions.flatMap(({name, doc}) => [name, ...(doc?.aliases ?? [])]));
}

interface RawArguments {
  readonly values: Values;
  readonly where: Where;
  whereOf(key: string): Where;
}

function rawArguments(view: View, task: Task, module: Module): RawArguments {
  const {args} = task;
  const whereOf = () => args.where;
  if (args.kind === 'template')
    return {values: mappingOf(view, task, args.text, args.where), where: args.where, whereOf};
  const beneath = args.beneath === undefined ? {} : mappingOf(view, task, args.beneath.value, args.beneath.where);
  if (args.kind === 'mapping')
    return {values: {...beneath, ...args.values}, where: args.where, whereOf: (key) => args.whereOf(key)};
  const extra = {...beneath, ...args.extra};
  if (module.freeForm === undefined) {
    if (args.text.trim() === '') return {values: extra, where: args.where, whereOf};
    throw new PlaybookError({
      what: `${task.module.written} takes no free text: '${args.text}'`,
      where: args.where,
      hint: 'Write its parameters as a mapping, one `name: value` a line',
    });
  }
  return {values: {...extra, [module.freeForm]: args.text}, where: args.where, whereOf};
}

function mappingOf(view: View, task: Task, written: unknown, where: Where): Values {
  const values = view.render(written, where);
  if (isMapping(values)) return values;
  throw new PlaybookError({
    what: `the arguments of ${task.module.written} are ${JSON.stringify(values)}, not a mapping`,
    where,
  });
}

/** What `module_defaults` of all scopes say for this module, under whatever name; inner scopes win. */
export function defaultsWritten(view: View, module: Module): Values {
  const {modules} = view.play.run.options;
  const {moduleDefaults} = view.play.keywordsOf(view.node);
  const own = moduleDefaults.flatMap(({value}) =>
    isMapping(value) ? Object.entries(value).filter(([name]) => modules.find(name) === module) : [],
  );
  return Object.assign({}, ...own.map(([, values]) => (isMapping(values) ? values : {})));
}

export const isMapping = (value: unknown): value is Values =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

import {didYouMean, PlaybookError} from '../errors/index.js';
import type {LoadContext} from './around.js';
import type {Loop, Written} from './types.js';
import {isMapping, kindOf, type View} from './view.js';

const controls = ['loop_var', 'index_var', 'label', 'pause', 'extended', 'extended_allitems', 'break_when'];

/** `loop:` or one `with_X:`, with what loop_control says. */
export function loopOf(context: LoadContext, view: View): Loop | undefined {
  const keys = view.keys().filter((key) => key === 'loop' || key.startsWith('with_'));
  const [key, second] = keys;
  if (second !== undefined)
    throw new PlaybookError({
      what: `this task loops twice, by ${key ?? ''} and by ${second}`,
      where: view.keyWhere(second),
      hint: 'keep one',
    });
  const items = key === undefined ? undefined : view.written(key);
  if (key === undefined || !items) {
    if (view.has('loop_control'))
      throw new PlaybookError({what: 'loop_control stands without a loop', where: view.keyWhere('loop_control')});
    return undefined;
  }
  if (items.value === null)
    throw new PlaybookError({what: `${key} is empty`, where: items.where, hint: 'write [] for a loop over nothing'});
  if (key === 'loop' && isMapping(items.value))
    throw new PlaybookError({
      what: 'loop is a mapping, and goes over a list',
      where: items.where,
      hint: 'use "{{ mapping | dict2items }}"',
    });
  return {kind: key === 'loop' ? 'loop' : key.slice('with_'.length), items, ...control(context, view)};
}

function control(context: LoadContext, view: View): Omit<Loop, 'kind' | 'items'> {
  const value = view.get('loop_control');
  const inner = view.view('loop_control');
  if (!inner) {
    if (value !== undefined && value !== null)
      throw new PlaybookError({
        what: `loop_control is ${kindOf(value)}, not a mapping`,
        where: view.whereOf('loop_control'),
      });
    return {loopVar: 'item', extended: false};
  }
  for (const key of inner.keys()) {
    if (controls.includes(key)) continue;
    throw new PlaybookError({
      what: `'${key}' is no part of loop_control`,
      where: inner.keyWhere(key),
      hint: didYouMean(key, controls) ?? `it has ${controls.join(', ')}`,
    });
  }
  const label: Written | undefined = inner.written('label');
  const indexVar = inner.get('index_var');
  const pause = Number(inner.get('pause') ?? 0);
  if (Number.isNaN(pause))
    throw new PlaybookError({
      what: `pause is ${kindOf(inner.get('pause'))}, not a number of seconds`,
      where: inner.whereOf('pause'),
    });
  if (inner.has('break_when'))
    context.warn('break_when is not supported, the loop runs to its end', inner.keyWhere('break_when'));
  return {
    loopVar: String(inner.get('loop_var') ?? 'item'),
    ...(indexVar === undefined ? {} : {indexVar: String(indexVar)}),
    ...(label ? {label} : {}),
    ...(pause > 0 ? {pauseMs: pause * 1000} : {}),
    extended: inner.get('extended') === true,
  };
}

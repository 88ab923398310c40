import {PlaybookError, UndefinedVariableError} from '../errors/index.js';
import type {Values} from '../inventory/types.js';
import type {Loop} from '../playbook/types.js';
import {isMapping} from './args.js';
import type {View} from './view.js';

/** The items of a loop: of `loop` a list, of `with_X` what the lookup X gives. Throws what rendering throws. */
export function itemsOf(view: View, {kind, items}: Loop): readonly unknown[] {
  switch (kind) {
    case 'loop': {
      const list = view.render(items.value, items.where);
      if (isList(list)) return Array.from(list);
      throw new PlaybookError({
        what: `loop goes over ${describe(list)}, not over a list`,
        where: items.where,
        hint: isMapping(list) ? 'Use `| dict2items`' : 'Write a list, or a template that gives one',
      });
    }
    case 'items':
    case 'list': {
      const list = view.render(items.value, items.where);
      const all = isList(list) ? Array.from(list) : [list];
      return kind === 'list' ? all : all.flatMap((item) => (isList(item) ? Array.from(item) : [item]));
    }
    case 'first_found':
      return lookedUp(view, kind, definedTerms(view, items.value), items.where);
    default:
      return lookedUp(view, kind, view.render(items.value, items.where), items.where);
  }
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const describe = (value: unknown): string => {
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

const termsName = '__quorate_terms';

function lookedUp(view: View, kind: string, terms: unknown, where: Loop['items']['where']): readonly unknown[] {
  const list = isList(terms) ? terms : [terms];
  const names = list.map((_, index) => `${termsName}_${index}`);
  const extra = Object.fromEntries(list.map((term, index) => [`${termsName}_${index}`, term]));
  const found = view.with({extra}).evaluate(`query('${kind}', ${names.join(', ')})`, where);
  return isList(found) ? Array.from(found) : [found];
}

/** with_first_found passes over terms whose variables are not defined. */
function definedTerms(view: View, written: unknown): unknown {
  if (typeof written === 'string') return view.render(written);
  const terms = isList(written) ? written : [written];
  return terms.flatMap((term) => {
    try {
      if (isMapping(term) && isList(term.files))
        return [{...renderRest(view, term), files: definedTerms(view, term.files)}];
      return [view.render(term)];
    } catch (error) {
      if (error instanceof UndefinedVariableError) return [];
      throw error;
    }
  });
}

const renderRest = (view: View, {files: _, ...rest}: Values): Values => view.render(rest) as Values;

/** The variables that one item of a loop brings. */
export function loopVariables(loop: Loop, items: readonly unknown[], index: number): Values {
  const {loopVar, indexVar, extended} = loop;
  return {
    [loopVar]: items[index],
    ansible_loop_var: loopVar,
    ...(indexVar === undefined ? {} : {[indexVar]: index, ansible_index_var: indexVar}),
    ...(extended ? {ansible_loop: extendedLoop(items, index)} : {}),
  };
}

/** `loop_control.extended` (docs.ansible.com, "Loops"). */
const extendedLoop = (items: readonly unknown[], index: number): Values => ({
  allitems: items,
  index: index + 1,
  index0: index,
  first: index === 0,
  last: index === items.length - 1,
  length: items.length,
  revindex: items.length - index,
  revindex0: items.length - index - 1,
  ...(index < items.length - 1 ? {nextitem: items[index + 1]} : {}),
  ...(index > 0 ? {previtem: items[index - 1]} : {}),
});

/** What an item's result says of the item, as in Ansible. */
export function itemKeys(loop: Loop, variables: Values): Values {
  const {ansible_loop_var: name, ansible_index_var: indexName, ansible_loop: extended} = variables;
  return {
    [loop.loopVar]: variables[loop.loopVar],
    ansible_loop_var: name,
    ...(loop.indexVar === undefined ? {} : {[loop.indexVar]: variables[loop.indexVar], ansible_index_var: indexName}),
    ...(extended === undefined ? {} : {ansible_loop: extended}),
  };
}

/** What reporters call an item. */
export function labelOf(view: View, loop: Loop): string {
  const value = loop.label === undefined ? view.variable(loop.loopVar) : view.written(loop.label);
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}

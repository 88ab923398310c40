import type {Values} from '../inventory/types.js';
import type {ModuleResult} from '../module/types.js';

const lines = (text: unknown): string[] => {
  if (typeof text !== 'string' || text === '') return [];
  const parts = text.split(/\r\n|\n|\r/);
  return parts.at(-1) === '' ? parts.slice(0, -1) : parts;
};

/** A module's result as `register` sees it: Ansible's common keys beside the module's own. */
export function registered(result: ModuleResult): Record<string, unknown> {
  const {data = {}, facts, variables} = result;
  const learned = {...facts, ...variables};
  return {
    ...data,
    ...('stdout' in data && !('stdout_lines' in data) ? {stdout_lines: lines(data.stdout)} : {}),
    ...('stderr' in data && !('stderr_lines' in data) ? {stderr_lines: lines(data.stderr)} : {}),
    ...(result.msg === undefined ? {} : {msg: result.msg}),
    ...(Object.keys(learned).length === 0 ? {} : {ansible_facts: learned}),
    ...(result.warnings === undefined || result.warnings.length === 0 ? {} : {warnings: result.warnings}),
    changed: result.changed,
    failed: result.failed ?? false,
  };
}

/** A task that `when` left out. It has no rc and no stdout, as in Ansible. */
export const skippedResult = (falseCondition: unknown): Values => ({
  changed: false,
  skipped: true,
  skip_reason: 'Conditional result was False',
  ...(falseCondition === undefined ? {} : {false_condition: falseCondition}),
});

/** Check mode cannot tell whether the task would run, or with what. */
export const conditionalResult = (why: string): Values => ({
  changed: false,
  skipped: true,
  skip_reason: `Check mode cannot tell: ${why}`,
});

export const emptyLoopResult: Values = {
  changed: false,
  skipped: true,
  skipped_reason: 'No items in the list',
  results: [],
};

const isTrue = (key: string) => (result: Values) => result[key] === true;

/** The result of a loop from those of its items; `skipped` is always there. */
export function loopResult(results: readonly Values[]): Record<string, unknown> {
  const failed = results.some(isTrue('failed'));
  const skipped = results.every(isTrue('skipped'));
  const warnings = results.flatMap(({warnings: some}) => (Array.isArray(some) ? some : []));
  return {
    results,
    changed: results.some(isTrue('changed')),
    skipped,
    ...(failed ? {failed: true} : {}),
    ...(results.some(isTrue('unreachable')) ? {unreachable: true} : {}),
    msg: failed ? 'One or more items failed' : skipped ? 'All items skipped' : 'All items completed',
    ...(warnings.length === 0 ? {} : {warnings}),
  };
}

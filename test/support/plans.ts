/** Plans of state modules from what was seen, for tables of pure tests. */
import type {Data, Module, Plan, StateModule} from '../../src/module/index.js';
import {validateParams} from '../../src/module/validate.js';
import {testHost} from './test_controller.js';

const where = {file: 'test.yml', line: 1, column: 1};

export const paramsOf = (module: Module, raw: Data): object =>
  validateParams(module, raw, {where, whereOf: () => where});

/** What a state module plans; `seen` is what its `parse` would have given. */
export function planOf(module: Module, raw: Data, seen: unknown, prepared?: unknown, diffMode = true): Plan {
  if (module.kind !== 'state') throw new TypeError(`${module.name} is no state module`);
  return (module as StateModule).plan(paramsOf(module, raw), seen, prepared, testHost({diffMode}));
}

/** The shell text of a plan's steps, with the titles of the others. */
export function stepsOf(plan: Plan): string[] {
  if (plan.plan !== 'change' && plan.plan !== 'cannotTell') return [];
  return plan.steps.map((step) => (step.step === 'script' ? step.script.source : `${step.step}: ${step.title}`));
}

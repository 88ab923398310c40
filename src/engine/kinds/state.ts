import {TaskError} from '../../errors/index.js';
import type {ModuleResult, Plan, StateModule, StepOutcome} from '../../module/types.js';
import {asEffect, conditional, type Done, type ModuleRun, stepRunOf} from '../module_run.js';
import {runSteps} from '../steps.js';

/** prepare -> probe -> plan -> (check mode stops here) -> steps -> result. */
export async function runState(module: StateModule, context: ModuleRun): Promise<Done> {
  const {params, controller, hostView, checkMode, predicted} = context;
  const prepared = await module.prepare?.(params, controller, hostView);
  const output = await context.ask(module.probe(params, prepared, hostView), module.probeIs);
  let seen = module.parse(output, params);
  // A module that can correct what it saw is always asked: a folder that is to be made counts for what goes into it.
  if (checkMode && (module.overlay !== undefined || predicted.touches(module.reads(params)))) {
    const corrected = module.overlay?.(seen, predicted, params, prepared);
    if (corrected === undefined) return unclear(module, context);
    seen = corrected;
  }
  const plan = module.plan(params, seen, prepared, hostView);
  if (checkMode) return predict(plan, context);
  return act(module, plan, context, (outcomes) => module.result?.(params, seen, outcomes, prepared));
}

/** What it reads will have been changed by then, in a way nobody can tell: so what it changes is open as well. */
function unclear(module: StateModule, {params, predictions}: ModuleRun): Done {
  predictions?.record(module.reads(params));
  return conditional('an earlier task would change what this one reads');
}

function predict(plan: Plan, {predictions}: ModuleRun): Done {
  switch (plan.plan) {
    case 'same':
      return {result: {changed: false, ...dataOf(plan.result)}, diff: []};
    case 'fail':
      throw failed(plan);
    case 'cannotTell':
      predictions?.record(plan.touches);
      return conditional(plan.why);
    case 'change':
      predictions?.record(plan.touches, plan.after);
      return {result: changedResult(plan), diff: plan.diff};
  }
}

async function act(
  module: StateModule,
  plan: Plan,
  context: ModuleRun,
  resultOf: (outcomes: readonly StepOutcome[]) => ModuleResult | undefined,
): Promise<Done> {
  if (plan.plan === 'same') return {result: {changed: false, ...dataOf(plan.result)}, diff: []};
  if (plan.plan === 'fail') throw failed(plan);
  const outcomes = await asEffect(context, module.reach, () => runSteps(plan.steps, stepRunOf(context)));
  const own = resultOf(outcomes);
  const result = own ?? (plan.plan === 'change' ? changedResult(plan) : {changed: true});
  return {result, diff: own?.diff ?? (plan.plan === 'change' ? plan.diff : [])};
}

const dataOf = (data: ModuleResult['data']): Pick<ModuleResult, 'data'> => (data === undefined ? {} : {data});

const changedResult = (plan: Extract<Plan, {plan: 'change'}>): ModuleResult => ({
  changed: true,
  ...dataOf(plan.result),
  ...(plan.warnings === undefined ? {} : {warnings: plan.warnings}),
});

const failed = (plan: Extract<Plan, {plan: 'fail'}>): Error => new PlanFailure(plan.why, plan.hint, plan.result);

/** A plan that says no; its result stays with the registered one. */
export class PlanFailure extends TaskError {
  constructor(
    why: string,
    hint: string | undefined,
    readonly result: ModuleResult['data'],
  ) {
    super({what: why, hint});
  }
}

import type {ActionModule, ModuleResult, Step, StepOutcome} from '../../module/types.js';
import {asEffect, conditional, type Done, type ModuleRun, stepRunOf} from '../module_run.js';
import {canBeJoined, judge, runSteps} from '../steps.js';

/** prepare -> steps -> result; in check mode what the module declares: left out, run, or predicted from a probe. */
export async function runAction(module: ActionModule, context: ModuleRun): Promise<Done> {
  const {params, controller, hostView, checkMode} = context;
  const prepared = await module.prepare?.(params, controller, hostView);
  if (checkMode && module.check !== 'run') {
    const predicted = module.check === 'predict' ? await predict(module, context, prepared) : undefined;
    return predicted ?? leaveOut(module, context);
  }
  if (checkMode && blurred(module, context)) return conditional('an earlier task would change what this one reads');
  const steps = module.steps(params, prepared, hostView);
  const outcomes =
    module.readOnly === true
      ? await readOnly(steps, context)
      : await asEffect(context, module.reach, () => runSteps(steps, stepRunOf(context)));
  const result = await module.result(params, outcomes, prepared, hostView);
  return {result, diff: result.diff ?? []};
}

/** A single look goes the way of all looks: coming tasks' questions ride with it. */
async function readOnly(steps: readonly Step[], context: ModuleRun): Promise<readonly StepOutcome[]> {
  const [step] = steps;
  if (steps.length !== 1 || !canBeJoined(step)) return runSteps(steps, stepRunOf(context));
  return [judge(step, await context.ask(step.script, 'volatile'))];
}

const blurred = (module: ActionModule, {params, predicted}: ModuleRun): boolean =>
  predicted.touches(module.reads?.(params) ?? []);

async function predict(module: ActionModule, context: ModuleRun, prepared: unknown): Promise<Done | undefined> {
  const {params, hostView, predicted, predictions} = context;
  const prediction = module.predict?.(params, prepared, hostView);
  if (prediction === undefined) return undefined;
  const output = await context.ask(prediction.probe, 'volatile');
  const result = prediction.parse(output, predicted);
  if (result === 'conditional') {
    predictions?.record(module.touches?.(params) ?? []);
    return conditional('only doing it can tell');
  }
  if (result.changed) predictions?.record(module.touches?.(params) ?? []);
  return {result, diff: result.diff ?? []};
}

/** What Ansible registers for a command that check mode leaves out, with a mark: only a real run can tell. */
function leaveOut(module: ActionModule, {params, predictions}: ModuleRun): Done {
  predictions?.record(module.touches?.(params) ?? []);
  const why = `${module.name} does not run in check mode`;
  const result: ModuleResult = {
    changed: false,
    msg: why,
    data: {skipped: true, rc: 0, stdout: '', stderr: ''},
  };
  return {result, diff: [], verdict: {status: 'skipped', why}, mark: why};
}

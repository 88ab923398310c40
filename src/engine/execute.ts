import {TaskError} from '../errors/index.js';
import type {StepOutput} from '../module/types.js';
import {secretsIn} from '../module/validate.js';
import type {Script} from '../shell/index.js';
import {questionOf} from './answers.js';
import {argumentsOf} from './args.js';
import {checkModeOf} from './check_mode.js';
import {controllerOf} from './controller.js';
import {targetOf} from './host_access.js';
import type {HostTask} from './host_task.js';
import {runAction} from './kinds/action.js';
import {runControl} from './kinds/control.js';
import {runState} from './kinds/state.js';
import {comingProbes} from './look_ahead.js';
import {conditional, type Done, type ModuleRun} from './module_run.js';
import {noPredictions} from './predictions.js';
import {askWithRiders} from './ride.js';
import {lookOnce} from './step_run.js';
import type {Target} from './target.js';
import {booleanOf} from './values.js';
import type {View} from './view.js';

/** Renders and validates the arguments, then hands over to the module's kind. */
export async function execute(hostTask: HostTask, view: View, signal: AbortSignal): Promise<Done> {
  const {module, task, play} = hostTask;
  const checkMode = checkModeOf(view, hostTask);
  const params = argumentsOf(view, task, module);
  for (const secret of secretsIn(params)) play.run.options.masker.add(secret);
  // In a dry run not even a task that is to run for real does so with an argument nobody knows.
  if (view.unsure !== undefined && module.kind !== 'control') return conditional(view.unsure);
  const context = moduleRun(hostTask, view, {params, checkMode, signal});
  switch (module.kind) {
    case 'state':
      return runState(module, context);
    case 'action':
      return runAction(module, context);
    case 'control':
      return runControl(module, context);
    case 'group':
      throw new TypeError(`${module.name} is planned over all hosts at once`);
  }
}

interface Particulars {
  readonly params: object;
  readonly checkMode: boolean;
  readonly signal: AbortSignal;
}

function moduleRun(hostTask: HostTask, view: View, {params, checkMode, signal}: Particulars): ModuleRun {
  const {module, task, play, keywords, ref, host} = hostTask;
  const {run} = play;
  const target = module.kind === 'control' ? nowhere(host, signal) : targetOf(view, keywords, signal);
  const predictions = checkMode && run.settings.check ? run.predictionsOf(target.host) : undefined;
  return {
    run,
    view,
    task,
    params,
    target,
    controller: controllerOf(view, run.contents, signal),
    hostView: {
      name: view.host,
      checkMode,
      diffMode: booleanOf(view, 'diff', keywords.diff, run.settings.diff),
      facts: run.options.variables.facts(host),
      become: target.become !== undefined,
      user: target.user,
    },
    checkMode,
    delegated: view.options.delegate !== undefined,
    where: task.where,
    predicted: predictions ?? noPredictions,
    predictions,
    progress: (message) =>
      run.emit({kind: 'progress', host: view.host, task: ref, message: run.options.masker.mask(message)}),
    began: (step) => run.emit({kind: 'step', host: view.host, task: ref, title: run.options.masker.mask(step)}),
    ask: (script, probeIs) => askAhead(hostTask, view, target, script, probeIs),
  };
}

/** The answer that was read ahead, if it counts; else the host is asked, and coming tasks' questions ride along. */
async function askAhead(
  {play, task, keywords, state}: HostTask,
  view: View,
  target: Target,
  script: Script,
  probeIs: 'stable' | 'volatile',
): Promise<StepOutput> {
  const {run} = play;
  const known = probeIs === 'stable' ? await run.answers?.take(target.host, questionOf(target, script)) : undefined;
  if (known !== undefined) return known;
  const looksAhead = run.answers !== undefined && state !== undefined && view.options.delegate === undefined;
  const rest = view.options.rest?.() ?? [];
  const riders = looksAhead ? await comingProbes({play, state, task, keywords, target, rest}) : [];
  if (riders.length > 0) return askWithRiders(run, target, script, riders);
  const [output] = await lookOnce({run, target}, [script]);
  return output;
}

/** Control modules touch no host; one that tries is at fault. */
const nowhere = (host: string, signal: AbortSignal): Target => ({
  host,
  become: undefined,
  user: undefined,
  environment: {},
  signal,
  get session(): never {
    throw new TaskError({what: 'a control module has no host to act on'});
  },
});

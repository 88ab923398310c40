import type {ControlModule, RunView} from '../../module/types.js';
import {conditional, type Done, type ModuleRun} from '../module_run.js';

/** Touches no host. In check mode, what rests on a value that only a real run can give is conditional, not failed. */
export async function runControl(module: ControlModule, context: ModuleRun): Promise<Done> {
  const {view} = context;
  try {
    const {effects, cacheable, ...result} = await module.run(context.params, runView(context));
    return {
      result,
      diff: result.diff ?? [],
      ...(effects === undefined ? {} : {effects}),
      ...(cacheable === undefined ? {} : {cacheable}),
      ...(view.unsure === undefined ? {} : unsure(view.unsure)),
    };
  } catch (error) {
    if (view.unsure !== undefined) return conditional(view.unsure);
    throw error;
  }
}

const unsure = (why: string): Pick<Done, 'verdict' | 'mark'> => ({verdict: {status: 'conditional', why}, mark: why});

function runView({view, run, checkMode, task}: ModuleRun): RunView {
  const {options} = run;
  return {
    host: view.host,
    checkMode,
    verbosity: run.settings.verbosity,
    evaluate: (expression) => view.evaluate(expression, task.where),
    test: (expression) => view.test(expression, task.where),
    playHosts: view.play.alive,
    findFile: (kind, name) => options.loader.findFile(kind, name, task),
    prompt: async (text, how) => {
      run.effects.interruptAll();
      return options.prompt?.(text, how);
    },
    sleep: async (durationMs) => {
      run.effects.interruptAll();
      await options.clock.sleep(durationMs, options.kill);
    },
  };
}

import type {Where} from '../errors/index.js';
import type {
  ControlEffect,
  Controller,
  Diff,
  HostView,
  ModuleResult,
  Predicted,
  Reach,
  StepOutput,
} from '../module/types.js';
import type {Task} from '../playbook/types.js';
import type {Script} from '../shell/index.js';
import type {PredictionStore} from './predictions.js';
import type {Run} from './run_context.js';
import type {StepRun} from './step_run.js';
import type {Target} from './target.js';
import type {View} from './view.js';

/** One module with its validated parameters on one host: what the kinds work with. */
export interface ModuleRun {
  readonly run: Run;
  readonly view: View;
  readonly task: Task;
  readonly params: object;
  readonly target: Target;
  readonly controller: Controller;
  readonly hostView: HostView;
  readonly checkMode: boolean;
  readonly delegated: boolean;
  readonly where: Where;
  readonly predicted: Predicted;
  /** In check mode, where predictions of this task are kept. */
  readonly predictions: PredictionStore | undefined;
  progress(message: string): void;
  began(step: string): void;
  /** Asks the host; the answer may have been read ahead if the probe is stable. */
  ask(script: Script, probeIs: 'stable' | 'volatile'): Promise<StepOutput>;
}

/** What a module came to, before `changed_when` and its like. */
export interface Done {
  readonly result: ModuleResult;
  readonly diff: readonly Diff[];
  /** Check mode left it out, or cannot tell. */
  readonly verdict?: {readonly status: 'skipped' | 'conditional'; readonly why: string};
  /** Why its result is one that only a real run can give. */
  readonly mark?: string;
  readonly effects?: readonly ControlEffect[];
  readonly cacheable?: boolean;
}

/** Check mode cannot tell what the task would do. */
export const conditional = (why: string): Done => ({
  result: {changed: false},
  diff: [],
  verdict: {status: 'conditional', why},
  mark: why,
});

export const stepRunOf = ({run, target, progress, began}: ModuleRun): StepRun => ({
  run,
  target,
  progress,
  began,
  startedAt: run.options.clock.now(),
  prelude: {},
});

/** Does something to a host; the ledger knows it from sending to answer. What is delegated can reach any host. */
export async function asEffect<T>(
  {run, target, delegated}: ModuleRun,
  reach: Reach,
  act: () => Promise<T>,
): Promise<T> {
  const end = run.effects.begin(target.host, delegated ? 'run' : reach);
  try {
    return await act();
  } finally {
    end();
  }
}

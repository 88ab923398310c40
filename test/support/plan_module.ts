import type {Data, HostView, Module, Plan, Predicted, StateModule} from '../../src/module/index.js';

export const noPredictions: Predicted = {get: () => undefined, touches: () => false};

const view: HostView = {name: 'h', checkMode: false, diffMode: true, facts: {}, become: true, user: 'root'};

export interface PlanInput {
  readonly params: Data;
  /** What the probe would have printed. */
  readonly stdout: string;
  readonly prepared?: unknown;
  readonly predicted?: Predicted;
}

/** A state module's plan for what its probe printed: no host, no shell. Undefined where the overlay cannot tell. */
export function planModule(module: Module, {params, stdout, prepared, predicted}: PlanInput): Plan | undefined {
  if (module.kind !== 'state') throw new Error(`${module.name} is no state module`);
  const state: StateModule = module;
  const given = state.params.parse(params);
  const parsed = state.parse({rc: 0, stdout, stderr: ''}, given);
  const seen =
    predicted === undefined || state.overlay === undefined ? parsed : state.overlay(parsed, predicted, given, prepared);
  return seen === undefined ? undefined : state.plan(given, seen, prepared, view);
}

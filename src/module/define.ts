import type {ActionModule, ControlModule, GroupModule, Module, ParamsSchema, StateModule} from './types.js';

/**
 * Defines a module. The kind says what the engine does with it; the parameters' schema gives `params` its type
 * everywhere, so a misuse is an error of `tsc`. Returns the definition itself: a module is data and pure functions.
 */
export function defineModule<P extends ParamsSchema, Seen, Prepared = undefined>(
  module: StateModule<P, Seen, Prepared>,
): Module;
export function defineModule<P extends ParamsSchema, Prepared = undefined>(module: ActionModule<P, Prepared>): Module;
export function defineModule<P extends ParamsSchema, Seen>(module: GroupModule<P, Seen>): Module;
export function defineModule<P extends ParamsSchema>(module: ControlModule<P>): Module;
export function defineModule(module: unknown): Module {
  return module as Module;
}

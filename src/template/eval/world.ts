/** What one chain of evaluations shares: the caller's context, whose variables are read, and what is being rendered. */
import {Fault} from '../python/faults.js';
import type {TemplateContext, VariableSource} from '../types.js';
import type {Library} from './runtime.js';

/** A variable whose template is being rendered. */
export interface Step {
  readonly source: VariableSource;
  /** `config['a'].b` */
  readonly path: string;
  readonly origin: string | undefined;
}

export interface World {
  readonly context: TemplateContext;
  readonly library: Library;
  /** Usually the context's; another host's inside `hostvars`. */
  readonly variables: VariableSource;
  readonly trail: readonly Step[];
  /** The template file being rendered, if it is one. */
  readonly file: string | undefined;
}

export const noVariables: VariableSource = {get: () => undefined, names: () => []};

/** Templates that render templates that render ...: deeper is a mistake. */
const deepestRendering = 50;

/** The world inside a template that another one includes, imports or looks up. */
export function deeper(world: World, path: string): World {
  const depth = world.trail.filter((step) => step.path.startsWith('template ')).length;
  if (depth >= deepestRendering)
    throw new Fault(`templates render each other ${deepestRendering} deep, the last one is ${path}`);
  return {...world, trail: [...world.trail, {source: noVariables, path: `template ${path}`, origin: undefined}]};
}

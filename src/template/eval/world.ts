/** What one chain of evaluations shares: the caller's context, whose variables are read, and what is being rendered. */
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

/** Evaluates a compiled template, and turns what goes wrong into errors with a place and a caret. */
import {Fault} from '../python/faults.js';
import {unbox} from '../python/kinds.js';
import type {Compiled} from '../syntax/ast.js';
import {countFinalNewlines} from '../syntax/compile.js';
import {Evaluation} from './evaluation.js';
import type {EvaluateOptions} from './runtime.js';
import {Scope} from './scope.js';
import {runInto} from './statements.js';
import type {World} from './world.js';

/** The value, perhaps lazy or undefined; faults carry the place in this text. */
export function evaluateTemplate(world: World, compiled: Compiled, options: EvaluateOptions = {}): unknown {
  const evaluation = new Evaluation(world, compiled, runInto, options);
  const scope = new Scope();
  for (const [name, value] of options.extra ?? []) scope.set(name, value);
  try {
    const value = compiled.single
      ? evaluation.evaluate(compiled.single, scope)
      : evaluation.runBody(compiled.body, scope);
    return withFinalNewlines(unbox(value), compiled);
  } catch (error) {
    const fault = asFault(error);
    fault.site ??= {text: compiled.text, offset: evaluation.at};
    throw fault;
  }
}

/** Jinja drops a line feed at the end of the text; Ansible puts back as many as the text had. */
function withFinalNewlines(value: unknown, compiled: Compiled): unknown {
  if (typeof value !== 'string' || compiled.finalNewlines === 0) return value;
  const missing = compiled.finalNewlines - countFinalNewlines(value);
  return missing > 0 ? value + '\n'.repeat(missing) : value;
}

/** Whatever went wrong inside a template is the template's fault; running out of stack too. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof RangeError && /call stack/i.test(error.message))
    return new Fault('the template is nested too deeply, or calls itself without end');
  return new Fault(error instanceof Error ? error.message : String(error), {cause: error});
}

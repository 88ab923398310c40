/** Lookups that act or ask elsewhere. */
import {messageOf} from '../../errors/index.js';
import type {LookupDefinition, Runtime} from '../eval/runtime.js';
import {Fault} from '../python/faults.js';
import {splitLines} from '../python/text.js';
import {type LookupTable, lookup, texts} from './define.js';

function pipe(runtime: Runtime, command: string): string {
  const host = runtime.context.lookups;
  if (!host.pipe) throw new Fault('commands cannot be run from here');
  try {
    return host.pipe(command);
  } catch (error) {
    throw new Fault(`'${command}' failed: ${messageOf(error)}`, {cause: error});
  }
}

const refused = (hint: string): LookupDefinition => ({
  run: () => {
    throw new Fault('this lookup is not supported', {hint});
  },
});

/** Dicts of several variables' values; used by roles that collect settings by prefix. */
function mergeVariables(runtime: Runtime, names: readonly string[], pattern: string): unknown[] {
  const found = [...(runtime.names() ?? [])].filter((name) =>
    pattern === 'prefix'
      ? names.some((part) => name.startsWith(part))
      : pattern === 'suffix'
        ? names.some((part) => name.endsWith(part))
        : names.some((part) => new RegExp(part, 'u').test(name)),
  );
  const values = found.sort().map((name) => runtime.variable(name));
  if (values.length === 0) return [];
  return values.every(Array.isArray)
    ? [values.flat(1)]
    : [runtime.filter('combine', values, {positional: [], named: new Map<string, unknown>([['recursive', true]])})];
}

export const commandLookups: LookupTable = {
  pipe: lookup([], (terms, _options, runtime) => texts(terms).map((command) => pipe(runtime, command))),
  lines: lookup([], (terms, _options, runtime) =>
    texts(terms).flatMap((command) => splitLines(pipe(runtime, command))),
  ),
  url: refused('fetch it in a task with `uri` and register the result'),
  unvault: refused('use `!vault` values, or `lookup("file", ...)` for plain files'),
  config: refused('pass the setting as a variable'),
  merge_variables: lookup(['pattern_type', 'initial_value', 'override', 'dedup', 'groups'], (terms, options, runtime) =>
    mergeVariables(runtime, texts(terms), String(options.get('pattern_type') ?? 'regex')),
  ),
};

/** Lookups that act or ask elsewhere. */
import {messageOf} from '../../errors/index.js';
import type {LookupDefinition, Runtime} from '../eval/runtime.js';
import {textOf} from '../filters/define.js';
import {Fault} from '../python/faults.js';
import {copyOf, isSequence} from '../python/iterate.js';
import {asMapping, isMapping, keysOf} from '../python/mapping.js';
import {pythonRegex} from '../python/regex.js';
import {splitLines} from '../python/text.js';
import {type LookupTable, lookup, type Options, texts} from './define.js';

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

const matchers: Readonly<Record<string, (name: string, pattern: string) => boolean>> = {
  prefix: (name, pattern) => name.startsWith(pattern),
  suffix: (name, pattern) => name.endsWith(pattern),
  regex: (name, pattern) => pythonRegex(pattern).test(name),
};

/** The host's own variables that match; with `groups`, those of every host that is in one of them. */
function matchingValues(runtime: Runtime, matches: (name: string) => boolean, groups: unknown): unknown[] {
  const own = (names: Iterable<string>, read: (name: string) => unknown): unknown[] =>
    [...names].filter(matches).sort().map(read);
  if (!isSequence(groups)) return own(runtime.names() ?? [], (name) => runtime.variable(name));
  const hosts = asMapping(runtime.variable('hostvars'), 'hostvars');
  return keysOf(hosts).flatMap((host) => {
    const values = runtime.item(hosts, host);
    const memberOf = runtime.item(values, 'group_names');
    const chosen = isSequence(memberOf) && memberOf.some((group) => groups.includes(group));
    return chosen && isMapping(values) ? own(keysOf(values).map(String), (name) => runtime.item(values, name)) : [];
  });
}

/** Lists or dicts of several variables as one; roles collect settings by their names' beginning so. */
function mergeVariables(runtime: Runtime, patterns: readonly string[], options: Options): unknown[] {
  const type = textOf(options.get('pattern_type') ?? 'regex');
  const matcher = matchers[type];
  if (!matcher) throw new Fault(`pattern_type must be one of ${Object.keys(matchers).join(', ')}, not '${type}'`);
  return patterns.map((pattern) => {
    const initial = options.get('initial_value') ?? null;
    const found = matchingValues(runtime, (name) => matcher(name, pattern), options.get('groups'));
    const values = initial === null ? found : [initial, ...found];
    if (values.length === 0) return null;
    if (values.every(isSequence)) return values.flatMap(copyOf);
    return runtime.filter('combine', values, {positional: [], named: new Map<string, unknown>([['recursive', true]])});
  });
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
    mergeVariables(runtime, texts(terms), options),
  ),
};

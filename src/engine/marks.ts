import {type LazyMap, lazyMap, type Variable, type VariableSource} from '../template/types.js';

/** Why a host's variable cannot be known in check mode, by its name. */
export type MarksOf = (host: string) => ReadonlyMap<string, string>;

const isLazyMap = (value: unknown): value is LazyMap => value !== null && typeof value === 'object' && lazyMap in value;

/**
 * Check mode: a source that says when a variable is read which only a real run can give, the host's own or, through
 * `hostvars`, another's.
 */
export const watchedSource = (
  base: VariableSource,
  host: string,
  marksOf: MarksOf,
  doubt: (why: string) => void,
): VariableSource => ({
  get: (name) => {
    const why = marksOf(host).get(name);
    if (why !== undefined) doubt(why);
    const found = base.get(name);
    return name === 'hostvars' && isLazyMap(found?.value)
      ? {value: watchedHostvars(found.value, marksOf, doubt), template: false}
      : found;
  },
  names: () => base.names?.() ?? [],
});

function watchedHostvars(hostvars: LazyMap, marksOf: MarksOf, doubt: (why: string) => void): LazyMap {
  const watched = (host: string, found: Variable | undefined): Variable | undefined => {
    const own = found?.value;
    if (!isLazyMap(own)) return found;
    const get = (name: string): Variable | undefined => {
      const why = marksOf(host).get(name);
      if (why !== undefined) doubt(why);
      return own.get(name);
    };
    return {value: {[lazyMap]: true, keys: () => own.keys(), get, scope: own.scope, label: own.label}, template: false};
  };
  return {
    [lazyMap]: true,
    keys: () => hostvars.keys(),
    get: (host) => watched(host, hostvars.get(host)),
    scope: hostvars.scope,
    label: hostvars.label,
  };
}

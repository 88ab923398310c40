import type {ClusterHost} from './classify.js';
import {isSecretKey, type K3sConfig} from './config_file.js';
import {comparableKeys, criticalKeys, disabledIn, effectiveValue, settingOf} from './critical.js';
import type {PlanRefusal} from './plan.js';
import {dropInWith, plannedOf} from './planned.js';
import type {Check, PreflightInput} from './preflight_types.js';
import {variableOf} from './together.js';

interface Planned {
  readonly host: ClusterHost;
  readonly config: K3sConfig;
}

/** Servers of one value, the many first. */
interface Side {
  readonly value: string;
  readonly servers: readonly Planned[];
}

const namesOf = (servers: readonly Planned[]): string => servers.map(({host}) => host.wanted.host).join(', ');

function sidesOf(all: readonly Planned[], value: (config: K3sConfig) => string): readonly Side[] {
  const sides = new Map<string, Planned[]>();
  for (const one of all) sides.set(value(one.config), [...(sides.get(value(one.config)) ?? []), one]);
  return [...sides]
    .map(([own, servers]) => ({value: own, servers}))
    .sort((left, right) => right.servers.length - left.servers.length);
}

/** Where to mend: at a server of the few, or where the others have it set; a server outside the run cannot be mended by it. */
function blame(sides: readonly Side[], key: string): Pick<PlanRefusal, 'hosts' | 'hint' | 'variable'> {
  const few = sides.slice(1).flatMap(({servers}) => servers);
  const all = [...sides.slice(1), ...sides.slice(0, 1)].flatMap(({servers}) => servers);
  const outside = all.filter(({host}) => !host.inPlay);
  const [first] = few;
  const setBy = all.find(({host}) => host.inPlay && (key in host.wanted.config || key in host.wanted.sources)) ?? first;
  const dropIn = few.map(({host}) => ({host, path: dropInWith(host, key)})).find(({path}) => path !== undefined);
  const hint =
    dropIn !== undefined
      ? `${dropIn.host.wanted.host} has it in ${dropIn.path}, which wins over what is written by this run: take it out there`
      : outside.length > 0
        ? `${namesOf(outside)} ${outside.length === 1 ? 'is' : 'are'} not in this run and would keep what is there: run without --limit, so that all servers get it`
        : 'set it once for the group `server` (group_vars/server.yml), not for a host';
  return {
    hosts: few.map(({host}) => host.wanted.host),
    hint,
    ...(setBy === undefined || dropIn !== undefined
      ? {}
      : {
          variable: {
            host: setBy.host.wanted.host,
            ...variableOf(setBy.host.wanted.sources, key, 'k3s_server_config'),
          },
        }),
  };
}

function shown(key: string, {value, servers}: Side, index: number): string {
  const isSet = servers.some(({config}) => settingOf(config, key) !== undefined);
  const secret = index === 0 ? 'one value' : 'another';
  const set = isSecretKey(key) ? secret : value || "''";
  const otherwise = value === '' || isSecretKey(key) ? '' : `, so ${value}`;
  return `${namesOf(servers)} (${isSet ? set : `not set${otherwise}`})`;
}

/**
 * Flags that must match on all servers, by what each will run with. K3s checks them only when a server joins, so a difference
 * that comes later breaks the cluster without a word.
 */
export const criticalDiffer: Check = ({servers}) => {
  const all = servers.map((host) => ({host, config: plannedOf(host)}));
  const flags = criticalKeys.flatMap((key): PlanRefusal[] => {
    const sides = sidesOf(all, (config) => effectiveValue(config, key));
    if (sides.length < 2) return [];
    const parts = sides.map((side, index) => shown(key, side, index)).join(' and ');
    return [{what: `'${key}' must be the same on all servers, but differs between ${parts}`, ...blame(sides, key)}];
  });
  const components = [...new Set(all.flatMap(({config}) => [...disabledIn(config)]))].sort();
  return [
    ...flags,
    ...components.flatMap((component): PlanRefusal[] => {
      const sides = sidesOf(all, (config) => (disabledIn(config).has(component) ? 'on' : 'not on'));
      if (sides.length < 2) return [];
      const parts = [...sides]
        .sort((left, right) => left.value.length - right.value.length)
        .map(({value, servers: some}) => `${value} ${namesOf(some)}`)
        .join(', and ');
      return [
        {
          what: `'disable' must be the same on all servers, but ${component} would be disabled ${parts}`,
          ...blame(sides, 'disable'),
        },
      ];
    }),
  ];
};

/** Other settings may differ between servers; seldom is it meant. */
export function otherDifferences({servers}: PreflightInput): readonly string[] {
  const all = servers.map((host) => ({host, config: plannedOf(host)}));
  return comparableKeys(all.map(({config}) => config)).flatMap((key) => {
    const sides = sidesOf(all, (config) => settingOf(config, key) ?? '');
    if (sides.length < 2) return [];
    return [
      `'${key}' differs between servers: ${sides.map((side, index) => shown(key, side, index)).join(' and ')}. K3s lets it be; where it is not meant, set it for the group 'server'`,
    ];
  });
}

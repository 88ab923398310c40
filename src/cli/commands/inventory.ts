import {didYouMean, InventoryError, UsageError} from '../../errors/index.js';
import {hostNamed, limitHosts, matchHosts} from '../../inventory/index.js';
import {valueLines} from '../../report/index.js';
import type {Project} from '../../run/project.js';
import {inventoryLayers} from '../../vars/host_variables.js';
import type {CommandBody} from '../command.js';
import {printLines} from '../console.js';
import {exitCodes} from '../faults.js';
import {noHost} from '../no_host.js';
import {type ProjectFlags, projectFor} from '../open_project.js';
import {plainValue} from '../plain_value.js';

interface InventoryCommandFlags extends ProjectFlags {
  readonly list?: boolean;
  readonly graph?: boolean;
  readonly host?: string;
  readonly vars?: boolean;
}

/** `quorate inventory --list | --graph [group] | --host NAME`; a pattern or `--limit` leaves out other hosts. */
export const inventoryCommand: CommandBody = async ([pattern], given) => {
  const flags = given as InventoryCommandFlags;
  const asked = [flags.list, flags.graph, flags.host !== undefined].filter((one) => one === true).length;
  if (asked !== 1) throw new UsageError({what: 'say what to show: one of --list, --graph and --host NAME'});
  const project = await projectFor(flags);
  const {inventory} = project;
  if (flags.host !== undefined) {
    if (!inventory.hosts.has(flags.host)) throw noHost(inventory, flags.host);
    printLines([json(variablesOf(project, flags.host))]);
  } else if (flags.graph) {
    const top = pattern === undefined ? 'all' : String(pattern);
    if (!inventory.groups.has(top))
      throw new InventoryError({
        what: `--graph takes a group, and there is no group '${top}'`,
        hint: didYouMean(top, inventory.groups.keys()),
      });
    printLines(graphLines(project, top, flags));
  } else printLines([json(listOf(project, pattern === undefined ? undefined : String(pattern), flags.limit))]);
  return exitCodes.ok;
};

const json = (value: unknown): string => JSON.stringify(value, null, 4);

/** A host's variables as written, merged by precedence; templates are not rendered, as in Ansible. */
function variablesOf(project: Project, host: string): Record<string, unknown> {
  const merged = inventoryLayers(project.inventory, hostNamed(project.inventory, host)).flatMap(({values}) =>
    Object.entries(values),
  );
  return Object.fromEntries(merged.map(([name, value]) => [name, plainValue(value)]));
}

function listOf(project: Project, pattern: string | undefined, limit: string | undefined): Record<string, unknown> {
  const {inventory} = project;
  const matching = pattern === undefined ? undefined : new Set(matchHosts(inventory, pattern).hosts);
  const limited = limit === undefined ? undefined : limitHosts(inventory, limit);
  const isShown = (host: string): boolean => (matching?.has(host) ?? true) && (limited?.has(host) ?? true);
  const shown = [...inventory.hosts.keys()].filter(isShown);
  const groups = [...inventory.groups.values()].flatMap((group): [string, object][] => {
    const hosts = group.hosts.filter(isShown);
    const entry = {
      ...(group.children.length > 0 ? {children: group.children} : {}),
      ...(hosts.length > 0 ? {hosts} : {}),
    };
    return Object.keys(entry).length === 0 ? [] : [[group.name, entry]];
  });
  return {
    _meta: {hostvars: Object.fromEntries(shown.map((host) => [host, variablesOf(project, host)]))},
    ...Object.fromEntries(groups),
  };
}

/** Ansible's tree: `@group:` and hosts below their groups. */
function graphLines(project: Project, top: string, flags: InventoryCommandFlags): string[] {
  const {inventory} = project;
  const limited = flags.limit === undefined ? undefined : limitHosts(inventory, flags.limit);
  const lines: string[] = [];
  const add = (depth: number, text: string): void => {
    lines.push(depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`);
  };
  const addVars = (depth: number, values: Readonly<Record<string, unknown>>): void => {
    if (!flags.vars) return;
    for (const [name, value] of Object.entries(values))
      add(depth, `{${valueLines({[name]: plainValue(value)}).join(' ')}}`);
  };
  const addGroup = (name: string, depth: number): void => {
    const group = inventory.groups.get(name);
    if (group === undefined) return;
    add(depth, `@${name}:`);
    for (const child of group.children) addGroup(child, depth + 1);
    for (const host of group.hosts) {
      if (limited !== undefined && !limited.has(host)) continue;
      add(depth + 1, host);
      addVars(depth + 2, variablesOf(project, host));
    }
    for (const {values} of group.layers) addVars(depth + 1, values);
  };
  addGroup(top, 0);
  return lines;
}

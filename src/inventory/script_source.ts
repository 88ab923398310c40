/** Executable inventories: `SCRIPT --list` prints JSON; `SCRIPT --host NAME` is asked only where `_meta` is missing. */
import {$} from 'zx';
import {InventoryError, messageOf, type Where} from '../errors/index.js';
import {type InventoryGraph, layerOf} from './graph.js';
import type {Values} from './types.js';
import {isMapping} from './yaml_source.js';

async function runScript(script: string, words: readonly string[], signal: AbortSignal | undefined): Promise<unknown> {
  const shown = [script, ...words].join(' ');
  const where = {file: script, line: 1, column: 1};
  const output = await $({nothrow: true, quiet: true, ...(signal ? {signal} : {})})`${[script, ...words]}`;
  if (output.exitCode !== 0)
    throw new InventoryError({
      what: `the inventory script '${shown}' ended with exit code ${output.exitCode ?? 'none'}`,
      where,
      hint: output.stderr.trim().slice(-500) || undefined,
    });
  try {
    return JSON.parse(output.stdout.trim() === '' ? '{}' : output.stdout);
  } catch (error) {
    throw new InventoryError({
      what: `the inventory script '${shown}' printed no JSON: ${messageOf(error)}`,
      where,
      cause: error,
    });
  }
}

/** Reads a script's groups, hosts and variables into the graph. */
export async function readScriptInventory(script: string, graph: InventoryGraph, signal?: AbortSignal): Promise<void> {
  const data = await runScript(script, ['--list'], signal);
  const where = {file: script, line: 1, column: 1};
  if (!isMapping(data))
    throw new InventoryError({what: `the inventory script ${script} printed no mapping of groups`, where});
  const {_meta: meta, ...groups} = data;
  for (const [name, body] of Object.entries(groups)) addGroup(graph, script, name, body, where);
  const known = isMapping(meta) && isMapping(meta.hostvars) ? meta.hostvars : undefined;
  for (const host of graph.hosts.keys()) {
    const vars = known ? (known[host] ?? {}) : await runScript(script, ['--host', host], signal);
    if (!isMapping(vars))
      throw new InventoryError({what: `the variables of '${host}' from ${script} are no mapping`, where});
    if (Object.keys(vars).length > 0) addHostVars(graph, script, host, vars, where);
  }
}

function addHostVars(graph: InventoryGraph, script: string, host: string, vars: Values, where: Where): void {
  graph.setHostVars(host, layerOf('inventoryFileHostVars', `${script}, host ${host}`, vars, where));
}

/** A group is a mapping with hosts, children, vars, or (the old form) a bare list of hosts. */
function addGroup(graph: InventoryGraph, script: string, name: string, body: unknown, where: Where): void {
  graph.addGroup(name, where);
  const group = Array.isArray(body) ? {hosts: body} : body;
  if (!isMapping(group))
    throw new InventoryError({what: `the group '${name}' from ${script} is neither a mapping nor a list`, where});
  for (const host of listOf(group.hosts, name, script, where)) graph.addHost(host, name, where);
  for (const child of listOf(group.children, name, script, where)) graph.addChild(name, child, where);
  if (isMapping(group.vars))
    graph.setGroupVars(name, layerOf('inventoryFileGroupVars', `${script}, group ${name}`, group.vars, where));
}

function listOf(value: unknown, group: string, script: string, where: Where): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value))
    throw new InventoryError({what: `hosts and children of group '${group}' from ${script} are lists`, where});
  return value.map(String);
}

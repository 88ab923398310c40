import {didYouMean, InventoryError, type Where} from '../errors/index.js';
import type {YamlDocument} from '../yaml/index.js';
import {type InventoryGraph, layerOf} from './graph.js';
import {expandRange, splitPort} from './range.js';
import type {Values} from './types.js';

const sections = ['hosts', 'children', 'vars'];

type Mapping = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'a list' : value === null ? 'nothing' : isMapping(value) ? 'a mapping' : `'${String(value)}'`;

/** Reads a YAML inventory into the graph. Throws InventoryError with the place of what is wrong. */
export function readYamlInventory(
  document: YamlDocument,
  graph: InventoryGraph,
  warn: (message: string, where?: Where) => void,
): void {
  new YamlInventoryReader(document, graph, warn).read();
}

class YamlInventoryReader {
  constructor(
    private readonly document: YamlDocument,
    private readonly graph: InventoryGraph,
    private readonly warn: (message: string, where?: Where) => void,
  ) {}

  read(): void {
    const {value} = this.document;
    if (value === null) return;
    if (!isMapping(value))
      throw new InventoryError({
        what: `an inventory is a mapping of groups, this file holds ${kindOf(value)}`,
        where: this.document.where,
        hint: 'begin with a group: `all:` and below it `hosts:`',
      });
    if ('plugin' in value)
      throw new InventoryError({
        what: `this file asks for the inventory plugin '${String(value.plugin)}', and plugins are not supported`,
        where: this.document.keyAt(value, 'plugin'),
        hint: 'use an executable script that prints JSON for --list instead',
      });
    for (const [name, body] of Object.entries(value)) this.#group(name, body, this.document.keyAt(value, name));
  }

  #group(name: string, body: unknown, where: Where): void {
    this.graph.addGroup(name, where);
    if (body === null) return;
    if (!isMapping(body))
      throw new InventoryError({
        what: `the group '${name}' is ${kindOf(body)}, not a mapping`,
        where,
        hint: `below a group stand hosts:, children: and vars:`,
      });
    for (const key of Object.keys(body)) this.#checkSection(name, key, this.document.keyAt(body, key));
    this.#vars(name, body);
    this.#children(name, body);
    this.#hosts(name, body);
  }

  #checkSection(group: string, key: string, where: Where): void {
    if (sections.includes(key)) return;
    const meant = didYouMean(key, sections);
    if (meant)
      throw new InventoryError({what: `'${key}' is no part of a group (in group '${group}')`, where, hint: meant});
    this.warn(
      `'${key}' in group '${group}' is ignored: a group has hosts, children and vars${group === 'all' ? '; groups stand below children' : ''}`,
      where,
    );
  }

  /** A section's mapping; a bare string stands for one member without a body, as Ansible has it. */
  #section(
    group: string,
    body: Mapping,
    section: string,
  ): {entries: Mapping; place: (key: string) => Where} | undefined {
    const value = body[section];
    if (value === null || value === undefined) return undefined;
    if (typeof value === 'string' && section !== 'vars')
      return {entries: {[value]: null}, place: () => this.document.at(body, section)};
    if (isMapping(value)) return {entries: value, place: (key) => this.document.keyAt(value, key)};
    const example = section === 'vars' ? 'name: value' : 'name:';
    throw new InventoryError({
      what: `${section} of group '${group}' is ${kindOf(value)}, not a mapping`,
      where: this.document.at(body, section),
      hint: `write each on a line of its own with a colon after it and no dash: '${example}'`,
    });
  }

  #vars(group: string, body: Mapping): void {
    const found = this.#section(group, body, 'vars');
    if (!found) return;
    const where = this.document.at(body, 'vars');
    this.graph.setGroupVars(
      group,
      layerOf('inventoryFileGroupVars', `${this.document.file}, group ${group}`, found.entries, where),
    );
  }

  #children(group: string, body: Mapping): void {
    const found = this.#section(group, body, 'children');
    for (const [name, child] of Object.entries(found?.entries ?? {})) {
      const where = found?.place(name) ?? this.document.where;
      this.graph.addChild(group, name, where);
      this.#group(name, child, where);
    }
  }

  #hosts(group: string, body: Mapping): void {
    const found = this.#section(group, body, 'hosts');
    for (const [pattern, vars] of Object.entries(found?.entries ?? {})) {
      const where = found?.place(pattern) ?? this.document.where;
      if (vars !== null && !isMapping(vars))
        throw new InventoryError({
          what: `the host '${pattern}' has ${kindOf(vars)} below it, not a mapping of variables`,
          where,
          hint: 'write its variables as `name: value` lines, or nothing',
        });
      if (vars !== null) this.#checkNotGroup(pattern, vars, where);
      const {name, port} = splitPort(pattern);
      for (const host of expandRange(name, where)) this.#host(host, group, vars, port, where);
    }
  }

  #checkNotGroup(name: string, vars: Mapping, where: Where): void {
    const looksLikeGroup = isMapping(vars.hosts) || isMapping(vars.children);
    if (looksLikeGroup)
      throw new InventoryError({
        what: `'${name}' stands under hosts but has ${isMapping(vars.hosts) ? 'hosts' : 'children'} of its own, as a group has`,
        where,
        hint: 'put groups below children:',
      });
  }

  #host(name: string, group: string, vars: Values | null, port: number | undefined, where: Where): void {
    this.graph.addHost(name, group, where);
    const label = `${this.document.file}, host ${name}`;
    if (port !== undefined)
      this.graph.setHostVars(name, layerOf('inventoryFileHostVars', label, {ansible_port: port}, where));
    if (vars !== null) this.graph.setHostVars(name, layerOf('inventoryFileHostVars', label, vars, where));
  }
}
